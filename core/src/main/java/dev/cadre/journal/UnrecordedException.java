// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

/** Something must not happen, or must not be seen, because the journal could not take it down first. */
public final class UnrecordedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnrecordedException(String message, Throwable cause) {
        super(message, cause);
    }
}
