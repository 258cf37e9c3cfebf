// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Failure;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;

/**
 * An outcome to go on with, instead of performing the work, and where it comes from.
 *
 * @param wasTaken whether an earlier session took this item of a fan-out of which a part is enough
 * @param isUnidentified whether nobody could tell which work it is, so that an earlier session may have done it
 */
public record EarlierOutcome(Outcome<Object> outcome, Origin origin, boolean wasTaken, boolean isUnidentified) {
    public EarlierOutcome(Outcome<Object> outcome, Origin origin) {
        this(outcome, origin, false, false);
    }

    /**
     * A failure to make what the work is known by.
     *
     * @param isResumed whether there was an earlier session, which may have done it
     */
    public static EarlierOutcome unmade(Failure failure, boolean isResumed) {
        return new EarlierOutcome(new Outcome.Failed<>(failure), Origin.JOURNAL, false, isResumed);
    }

    /** An outcome that stands in the journal, or that no work can change. */
    public static EarlierOutcome recorded(Outcome<Object> outcome) {
        return new EarlierOutcome(outcome, Origin.JOURNAL);
    }

    /** The same of an item that an earlier session took. */
    public EarlierOutcome taken() {
        return new EarlierOutcome(outcome, origin, true, false);
    }
}
