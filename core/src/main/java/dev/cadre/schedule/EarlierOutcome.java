// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;

/** An outcome to go on with, instead of performing the work, and where it comes from. */
public record EarlierOutcome(Outcome<Object> outcome, Origin origin) {
    /** An outcome that stands in the journal, or that no work can change. */
    public static EarlierOutcome recorded(Outcome<Object> outcome) {
        return new EarlierOutcome(outcome, Origin.JOURNAL);
    }
}
