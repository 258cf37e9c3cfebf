// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

/** Something must not happen, or must not be seen, because the journal could not take it down first. */
public final class UnrecordedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnrecordedException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What could not be recorded, and why; of two such failures inside each other the cause of the inner one. */
    public static UnrecordedException of(String what, RuntimeException why) {
        Throwable cause = why instanceof UnrecordedException own && own.getCause() != null ? own.getCause() : why;
        return new UnrecordedException("%s could not be recorded: %s".formatted(what, why.getMessage()), cause);
    }
}
