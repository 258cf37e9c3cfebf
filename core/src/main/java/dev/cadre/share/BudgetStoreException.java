// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import org.jspecify.annotations.Nullable;

/** Thrown if a shared budget, or a share of rate limits, cannot be had from its store. The message has no address, no password and no SQL. */
public final class BudgetStoreException extends RuntimeException {

    /** What is wrong. */
    public enum Kind {
        /** The store has no budget of this name. */
        UNKNOWN_BUDGET,
        /** The tables of the store are missing, or of another version of the library. */
        WRONG_SCHEMA,
        /** The store did not answer, or broke off: the request may have been booked or not. Trying again may help. */
        UNREACHABLE,
        /** The rows of the store contradict each other: somebody has changed more than limits by hand. */
        DAMAGED
    }

    private final Kind kind;

    public BudgetStoreException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What is wrong. */
    public Kind kind() {
        return kind;
    }
}
