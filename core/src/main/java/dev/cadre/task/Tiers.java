// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.model.Tier;

/**
 * Where a subtask type may run: floor ≤ start ≤ top.
 *
 * @param floor the cheapest tier that a shortage of money may push it to
 * @param start the tier of the first rung
 * @param top the last tier of an escalation
 */
public record Tiers(Tier floor, Tier start, Tier top) {
    static final Tiers NANO_ONLY = new Tiers(Tier.NANO, Tier.NANO, Tier.NANO);

    public Tiers {
        if (floor.isAbove(start) || start.isAbove(top)) {
            throw new IllegalArgumentException(
                    "tiers must ascend: floor %s, start %s, top %s".formatted(floor, start, top));
        }
    }

    Tiers startingAt(Tier tier) {
        return new Tiers(tier, tier, top.isAbove(tier) ? top : tier);
    }

    Tiers upTo(Tier tier) {
        return new Tiers(floor, start, tier);
    }

    Tiers notBelow(Tier tier) {
        return new Tiers(tier, start, top);
    }

    /** Whether a subtask may come to run on this tier: down to the floor for want of money, up to the top by escalation. */
    public boolean include(Tier tier) {
        return !floor.isAbove(tier) && !tier.isAbove(top);
    }
}
