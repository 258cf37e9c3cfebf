// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.model.Tier;
import dev.cadre.task.SubtaskType;
import java.util.Locale;

/**
 * One way to do the work: on one tier, or as a cascade that starts on a cheap one and escalates what is not accepted.
 *
 * @param start the tier that every example is tried on first
 * @param top the last tier of the escalation; the start if there is none
 */
public record Candidate(Tier start, Tier top) {
    public Candidate {
        if (start.isAbove(top)) {
            throw new IllegalArgumentException("a cascade ascends, and not from %s to %s".formatted(start, top));
        }
    }

    /** One tier without escalation. */
    public static Candidate of(Tier tier) {
        return new Candidate(tier, tier);
    }

    /** Whether it may escalate. */
    public boolean isCascade() {
        return start != top;
    }

    /** The type as it is tried: neither want of money nor a rejected answer leads to another tier than these. */
    <I, O> SubtaskType<I, O> of(SubtaskType<I, O> type) {
        return type.startingAt(start).upTo(top);
    }

    /** Its name: {@code nano}, or {@code nano..mini} of a cascade. */
    @Override
    public String toString() {
        String from = start.name().toLowerCase(Locale.ROOT);
        return isCascade() ? from + ".." + top.name().toLowerCase(Locale.ROOT) : from;
    }
}
