// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.budget.Admission;
import dev.cadre.budget.AllotmentRefusedException;

/**
 * Thrown by work that is a nested run, before it begins, if the run around it lacks the money for its allotment. If others
 * have that money in flight, the work is begun again once some of it has come back; otherwise its subtask is skipped.
 */
public final class UnfundedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Admission.Refused reason;

    /** @param refused what the budget answered */
    public UnfundedException(AllotmentRefusedException refused) {
        super(refused.getMessage(), refused);
        reason = refused.reason();
    }

    /** What the budget answered. */
    public Admission.Refused reason() {
        return reason;
    }
}
