// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

/** The ends of a run: an answer, an answer that lacks something, none, or none yet. */
public enum RunStatus {
    COMPLETE,
    PARTIAL,
    FAILED,
    /** It waits for somebody or something, and goes on when it is run again. */
    SUSPENDED
}
