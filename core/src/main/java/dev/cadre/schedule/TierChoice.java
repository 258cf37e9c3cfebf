// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.budget.LedgerState;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.util.Collection;
import java.util.Optional;

/** Decides on which tier an execution may run with the money that is left. A shortage lowers the ceiling for good. */
final class TierChoice {
    private final Affordability prices;
    private Tier ceiling = Tier.FLAGSHIP;
    private LedgerState money;

    TierChoice(Affordability prices, LedgerState money) {
        this.prices = prices;
        this.money = money;
    }

    /** The money at this moment. */
    void look(LedgerState now) {
        money = now;
    }

    Tier ceiling() {
        return ceiling;
    }

    /** Nothing starts above this tier any more; returns false if that was so already. */
    boolean lowerCeiling(Tier tier) {
        if (!ceiling.isAbove(tier)) {
            return false;
        }
        ceiling = tier;
        return true;
    }

    /** The tier of a first rung; empty if {@link #refusal} says why there is none. */
    Optional<Tier> first(Execution execution, Collection<Subtask> all) {
        return affordable(execution, Optional.of(wanted(execution)))
                .filter(tier -> !isNeededElsewhere(execution, tier, all));
    }

    /** The tier that an execution would start on if money were no matter but for the ceiling. */
    Tier wanted(Execution execution) {
        return execution.tier.atMost(ceiling);
    }

    /** The tier above, if the type, the ceiling and the money allow it. */
    Optional<Tier> above(Execution execution) {
        return execution
                .tier
                .above()
                .filter(tier ->
                        !tier.isAbove(execution.subtask.node.type().tiers().top()))
                .filter(tier -> !tier.isAbove(ceiling))
                .filter(tier -> isAffordable(execution, tier));
    }

    /** The dearest affordable tier below, under the ceiling. */
    Optional<Tier> below(Execution execution) {
        return affordable(execution, execution.tier.below().map(tier -> tier.atMost(ceiling)));
    }

    private Optional<Tier> affordable(Execution execution, Optional<Tier> from) {
        Tier floor = floor(execution);
        for (Optional<Tier> tier = from;
                tier.isPresent() && !floor.isAbove(tier.get());
                tier = tier.get().below()) {
            if (isAffordable(execution, tier.get())) {
                return tier;
            }
        }
        return Optional.empty();
    }

    private boolean isAffordable(Execution execution, Tier tier) {
        return !money.isExhaustedBy(worstCase(execution, tier));
    }

    private Money worstCase(Execution execution, Tier tier) {
        return prices.worstCase(execution.subtask.node.type(), execution.input, tier);
    }

    private static Tier floor(Execution execution) {
        return execution.subtask.node.type().tiers().floor();
    }

    /** Optional subtasks are the first to go: the rest of the required ones must still be affordable after one. */
    private boolean isNeededElsewhere(Execution execution, Tier tier, Collection<Subtask> all) {
        return execution.subtask.node.optional()
                && worstCase(execution, tier).plus(stillRequired(all)).isMoreThan(money.free());
    }

    /** Whether an optional subtask may become affordable beside the required ones when what is in flight costs less. */
    boolean isWorthWaiting(Subtask subtask, Collection<Subtask> all) {
        var type = subtask.node.type();
        if (!subtask.node.optional() || !type.isModelWork()) {
            return false;
        }
        Money needed = prices.worstCase(type, null, type.tiers().floor()).plus(stillRequired(all));
        return money.isContendedBy(needed);
    }

    private Money stillRequired(Collection<Subtask> all) {
        Money needed = Money.ZERO;
        for (Subtask subtask : all) {
            if (!subtask.isEnded() && !subtask.isStarted() && !subtask.node.optional()) {
                var type = subtask.node.type();
                needed = needed.plus(prices.worstCase(type, null, type.tiers().floor()));
            }
        }
        return needed;
    }

    /** Why an execution has no first tier. */
    Outcome<Object> refusal(Execution execution) {
        Tier floor = floor(execution);
        return floor.isAbove(wanted(execution))
                ? Outcome.skipped(
                        Skip.Kind.BUDGET,
                        "money is short: nothing starts above tier %s any more, and it may not go below %s"
                                .formatted(ceiling, floor))
                : unaffordable(worstCase(execution, wanted(execution)));
    }

    /** The outcome of an execution whose first call needs more than there is. */
    Outcome<Object> unaffordable(Money needed) {
        return Outcome.skipped(
                Skip.Kind.BUDGET,
                "the first call needs up to %s, free are %s of %s".formatted(needed, money.free(), money.limit()));
    }
}
