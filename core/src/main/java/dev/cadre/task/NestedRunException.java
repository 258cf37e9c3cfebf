// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

/**
 * Thrown by work that is a nested run without an answer that counts. Its subtask fails with this failure. If it was caused by
 * a {@code dev.cadre.journal.UnrecordedException}, the journal of the run around it has failed, and that run ends.
 */
public final class NestedRunException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    /** @param failure why there is no answer, with what the nested run ended by behind it */
    public NestedRunException(Failure failure) {
        super(failure.toString(), failure.cause().orElse(null));
        this.failure = failure;
    }

    /**
     * The run around it cannot go on either.
     *
     * @param failure why there is no answer
     * @param because what ends the run around it
     */
    public NestedRunException(Failure failure, Throwable because) {
        super(failure.toString(), because);
        this.failure = failure;
    }

    /** Why there is no answer. */
    public Failure failure() {
        return failure;
    }
}
