// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.cli;

/** The form of a result. */
enum Output {
    TEXT,
    JSON
}
