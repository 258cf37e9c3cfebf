// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.redact.Redactor;
import java.util.function.UnaryOperator;

/**
 * Why a part of a plan was not taken.
 *
 * @param subtaskId the id of the subtask, {@code #7} for the seventh of a round if it has no usable one, or empty if the
 *     trouble is the plan's; cut after 64 characters
 * @param message one line, fit for people and for a repair request; a planner's own words appear in it only quoted; cut
 *     after {@value #MAX_MESSAGE_CHARS} characters
 */
public record PlanDefect(String subtaskId, String message) {
    private static final int MAX_ID_CHARS = 64;
    private static final int MAX_MESSAGE_CHARS = 600;

    public PlanDefect {
        subtaskId = Quoted.cut(subtaskId, MAX_ID_CHARS);
        message = Quoted.cut(Redactor.SHAPES.clean(message), MAX_MESSAGE_CHARS);
    }

    /** The same defect with its texts as a masker leaves them. */
    PlanDefect maskedBy(UnaryOperator<String> masker) {
        return new PlanDefect(masker.apply(subtaskId), masker.apply(message));
    }

    @Override
    public String toString() {
        return subtaskId.isEmpty() ? message : subtaskId + ": " + message;
    }
}
