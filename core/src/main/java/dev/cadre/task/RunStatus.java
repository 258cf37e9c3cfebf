// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

/** The three ends of a run: an answer, an answer that lacks something, or none. */
public enum RunStatus {
    COMPLETE,
    PARTIAL,
    FAILED
}
