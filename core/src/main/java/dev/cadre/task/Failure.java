// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.model.Redactor;

/**
 * Why a subtask that was tried brought no value.
 *
 * @param message one line for people, from which keys are taken out; model text appears in it only quoted and cut
 */
public record Failure(Kind kind, String message) {
    /** The kinds of failure. */
    public enum Kind {
        /** The answer had the wrong shape, also after a repair. */
        INVALID_OUTPUT,
        /** A rule of the type did not accept the answer, on any tier allowed. */
        NOT_ACCEPTED,
        /** The model declined. */
        REFUSED,
        /** The provider's content filter stopped it. */
        FILTERED,
        /** The answer ran into its cap, also with a doubled one. */
        TRUNCATED,
        /** The model kept calling tools beyond the limits, or the same one over and over. */
        TOOL_LIMIT,
        /** The worker's own code threw. */
        CODE_FAILED,
        /** The provider failed or refused the request. */
        MODEL_FAILED,
        /** The money ran out between two of its calls, or its budget was closed. */
        BUDGET,
        /** The time ran out. */
        DEADLINE,
        /** The run was cancelled. */
        CANCELLED,
        /** A writing tool may have run, so nothing may be repeated. */
        EFFECT_UNKNOWN,
        /** Its input could not be made from the outputs that it depends on. */
        INVALID_INPUT,
        /** A list to fan out over was longer than the limit. */
        TOO_MANY_ITEMS,
        /** Fewer items succeeded than it needs. */
        TOO_FEW_ITEMS
    }

    public Failure {
        message = Redactor.SHAPES.clean(message);
    }

    @Override
    public String toString() {
        return kind + ": " + message;
    }
}
