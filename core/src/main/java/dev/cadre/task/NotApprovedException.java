// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

/** Thrown by a tool when what it must not go on without was not approved. Its subtask ends with this message. */
public final class NotApprovedException extends Exception {
    /** @param message what was not approved, and why; it becomes the failure of the subtask */
    public NotApprovedException(String message) {
        super(message);
    }
}
