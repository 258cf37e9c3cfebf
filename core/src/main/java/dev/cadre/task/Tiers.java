// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.model.Tier;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where a subtask type may run: floor ≤ start ≤ highest start ≤ top.
 *
 * @param floor the cheapest tier that a shortage of money may push it to
 * @param start the tier of the first rung, unless a planner chooses another
 * @param highestStart the dearest tier that a planner may choose for the first rung; the start if it has no choice
 * @param top the last tier of an escalation
 * @param pools the named pools that take the place of a tier's pool
 */
public record Tiers(Tier floor, Tier start, Tier highestStart, Tier top, Map<Tier, String> pools) {
    static final Tiers NANO_ONLY = new Tiers(Tier.NANO, Tier.NANO, Tier.NANO, Tier.NANO);

    public Tiers {
        if (floor.isAbove(start) || start.isAbove(highestStart) || highestStart.isAbove(top)) {
            throw new IllegalArgumentException("tiers must ascend: floor %s, start %s, highest start %s, top %s"
                    .formatted(floor, start, highestStart, top));
        }
        var copy = new EnumMap<Tier, String>(Tier.class);
        copy.putAll(pools);
        pools = Collections.unmodifiableMap(copy);
    }

    /** Tiers on the pools that they are bound to. */
    public Tiers(Tier floor, Tier start, Tier highestStart, Tier top) {
        this(floor, start, highestStart, top, Map.of());
    }

    Tiers startingAt(Tier tier) {
        return new Tiers(tier, tier, tier, top.isAbove(tier) ? top : tier, pools);
    }

    Tiers between(Tier lowest, Tier highest) {
        return new Tiers(lowest, lowest, highest, top.isAbove(highest) ? top : highest, pools);
    }

    Tiers upTo(Tier tier) {
        return new Tiers(floor, start, highestStart, tier, pools);
    }

    Tiers notBelow(Tier tier) {
        return new Tiers(tier, start, highestStart, top, pools);
    }

    /** These tiers with another pool in the place of the one that the tier is bound to. */
    Tiers onPool(Tier tier, String pool) {
        var more = new EnumMap<Tier, String>(Tier.class);
        more.putAll(pools);
        more.put(tier, pool);
        return new Tiers(floor, start, highestStart, top, more);
    }

    /** These tiers for one subtask, which starts on the nearest tier that may be chosen. */
    Tiers chosen(Tier tier) {
        Tier chosen = nearest(tier);
        return new Tiers(floor, chosen, chosen, top, pools);
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
