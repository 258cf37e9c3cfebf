// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.redact.Redactor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Why a subtask has no outcome of its own: it was never tried, or was given up because others were enough.
 *
 * @param message one line for people, from which keys are taken out
 * @param because the ids of the subtasks at fault; for {@link Kind#NOT_NEEDED} of those that decided it; empty
 *     otherwise unless the kind is {@link Kind#DEPENDENCY}
 */
public record Skip(Kind kind, String message, List<String> because) {
    /** The kinds of skip. */
    public enum Kind {
        /** A subtask that it depends on did not succeed. */
        DEPENDENCY,
        /** The money did not reach, on any tier allowed, or its budget was closed. */
        BUDGET,
        /**
         * The pool of its model was stopped (a key, a quota, an address), or paused by its provider beyond the deadline,
         * before it could start; the message says until when and why.
         */
        PAUSED,
        /** The time ran out before it could start. */
        DEADLINE,
        /** The run was cancelled before it could start. */
        CANCELLED,
        /** Another subtask failed in a run that fails fast. */
        FAIL_FAST,
        /** The plan left it pointing nowhere. */
        PLAN,
        /**
         * Its code waits for somebody, see {@link AwaitedException}; or an earlier session has an output of it, and its input or
         * its attachments cannot be made now. The run is suspended, and the next session asks again.
         */
        AWAITED,
        /**
         * Nobody needs it: the condition of an edge does not hold, or others were enough. The answer lacks nothing without
         * it. What it had begun is cancelled and booked.
         */
        NOT_NEEDED
    }

    public Skip {
        message = Redactor.SHAPES.clean(message);
        because = List.copyOf(because);
    }

    /** The same skip with its texts as a masker leaves them, which takes out the keys of clients. */
    public Skip maskedBy(UnaryOperator<String> masker) {
        return new Skip(kind, masker.apply(message), because);
    }

    @Override
    public String toString() {
        return kind + ": " + message;
    }
}
