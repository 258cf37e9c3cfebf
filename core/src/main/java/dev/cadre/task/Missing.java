// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.function.UnaryOperator;

/**
 * A part of a run that has no value: a subtask, an item of one, or the plan if it is not whole.
 *
 * @param subtaskId the subtask, with {@code #index} for an item; {@code planner} for the plan
 * @param reason why, one line for people
 */
public record Missing(String subtaskId, String reason) {
    /** The same part with its texts as a masker leaves them, which takes out the keys of clients. */
    public Missing maskedBy(UnaryOperator<String> masker) {
        return new Missing(subtaskId, masker.apply(reason));
    }

    @Override
    public String toString() {
        return subtaskId + " (" + reason + ")";
    }
}
