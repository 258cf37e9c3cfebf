// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.model.Tier;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a subtask type may run: floor ≤ start ≤ highest start ≤ top.
 *
 * @param floor the cheapest tier that a shortage of money may push it to
 * @param start the tier of the first rung, unless a planner chooses another
 * @param highestStart the dearest tier that a planner may choose for the first rung; the start if it has no choice
 * @param top the last tier of an escalation
 */
public record Tiers(Tier floor, Tier start, Tier highestStart, Tier top) {
    static final Tiers NANO_ONLY = new Tiers(Tier.NANO, Tier.NANO, Tier.NANO, Tier.NANO);

    public Tiers {
        if (floor.isAbove(start) || start.isAbove(highestStart) || highestStart.isAbove(top)) {
            throw new IllegalArgumentException("tiers must ascend: floor %s, start %s, highest start %s, top %s"
                    .formatted(floor, start, highestStart, top));
        }
    }

    Tiers startingAt(Tier tier) {
        return new Tiers(tier, tier, tier, top.isAbove(tier) ? top : tier);
    }

    Tiers between(Tier lowest, Tier highest) {
        return new Tiers(lowest, lowest, highest, top.isAbove(highest) ? top : highest);
    }

    Tiers upTo(Tier tier) {
        return new Tiers(floor, start, highestStart, tier);
    }

    Tiers notBelow(Tier tier) {
        return new Tiers(tier, start, highestStart, top);
    }

    /** These tiers for one subtask, which starts on the nearest tier that may be chosen. */
    Tiers chosen(Tier tier) {
        Tier chosen = nearest(tier);
        return new Tiers(floor, chosen, chosen, top);
    }

    /** Whether a planner may choose where a subtask starts. */
    public boolean isChoice() {
        return highestStart.isAbove(start);
    }

    /** The tiers on which a planner may let a subtask start, in ascending order; the start alone if it has no choice. */
    public List<Tier> choices() {
        return Stream.of(Tier.values()).filter(tier -> tier == nearest(tier)).toList();
    }

    /** The tier itself if a planner may choose it, otherwise the nearest one that it may choose. */
    public Tier nearest(Tier tier) {
        return start.isAbove(tier) ? start : tier.atMost(highestStart);
    }

    /** Whether a subtask may come to run on this tier: down to the floor for want of money, up to the top by escalation. */
    public boolean include(Tier tier) {
        return !floor.isAbove(tier) && !tier.isAbove(top);
    }
}
