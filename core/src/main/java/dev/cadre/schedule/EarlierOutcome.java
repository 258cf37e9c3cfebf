// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Failure;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;

/**
 * An outcome to go on with, instead of performing the work, and where it comes from.
 *
 * @param wasTaken whether an earlier session took this item of a fan-out of which a part is enough
 */
public record EarlierOutcome(Outcome<Object> outcome, Origin origin, boolean wasTaken) {
    public EarlierOutcome(Outcome<Object> outcome, Origin origin) {
        this(outcome, origin, false);
    }

    /**
     * How work ends that nobody can make out in this session, though an earlier one has an output of it: it waits for what its
     * input is made of, and nothing is decided without it.
     */
    public static Outcome<Object> unmade(Failure why) {
        return Outcome.skipped(
                Skip.Kind.AWAITED,
                "what its work is made of, because an earlier session has an output of it: " + why.message());
    }

    /** An outcome that stands in the journal, or that no work can change. */
    public static EarlierOutcome recorded(Outcome<Object> outcome) {
        return new EarlierOutcome(outcome, Origin.JOURNAL);
    }

    /** The same of an item that an earlier session took. */
    public EarlierOutcome taken() {
        return new EarlierOutcome(outcome, origin, true);
    }
}
