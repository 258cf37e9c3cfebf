// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

/** Thrown by work that is a nested run without an answer that counts. Its subtask fails with this failure. */
public final class NestedRunException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    /** @param failure why there is no answer, with what the nested run ended by behind it */
    public NestedRunException(Failure failure) {
        super(failure.toString(), failure.cause().orElse(null));
        this.failure = failure;
    }

    /** Why there is no answer. */
    public Failure failure() {
        return failure;
    }
}
