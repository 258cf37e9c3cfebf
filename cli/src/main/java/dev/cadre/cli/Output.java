// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

/** The form of a result. */
enum Output {
    TEXT,
    JSON
}
