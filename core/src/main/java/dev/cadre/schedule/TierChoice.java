// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.budget.LedgerState;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Decides on which tier an execution may run with the money that is left, and whether an optional one may run at all.
 *
 * <p>A shortage lowers the ceiling for good; it is a shortage if calls with ordinary inputs cannot be paid, not if one
 * large input cannot.
 */
final class TierChoice {
    /** When an execution may start. */
    enum Start {
        NOW,
        /** When less is in flight: then the money may reach for it, too. */
        LATER,
        NEVER
    }

    private record Question(SubtaskType<?, ?> type, Tier tier) {}

    private final FirstCallQuotes prices;
    private final Map<Question, Money> withoutInput = new HashMap<>(); // only ever looked up, never iterated
    /** Of the required subtasks that have not started. */
    private final NeedSum<Subtask> stillRequired = new NeedSum<>(this::least);
    /** Of those among them that may have ended in an earlier session: they need all of it or nothing. */
    private final NeedSum<Subtask> recalled = new NeedSum<>(this::least);
    /** Of the executions that run. */
    private final NeedSum<Execution> inFlight = new NeedSum<>(each -> worstCase(each, each.tier));

    private Tier ceiling = Tier.FLAGSHIP;
    private LedgerState money;

    TierChoice(FirstCallQuotes prices, LedgerState money) {
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

    // --- which tier

    /** The dearest affordable tier of a first rung; empty if {@link #refusal} says why there is none. */
    Optional<Tier> first(Execution execution) {
        return affordable(execution, Optional.of(wanted(execution)));
    }

    /** The tier that an execution would start on if money were no matter but for the ceiling. */
    private Tier wanted(Execution execution) {
        return type(execution).isModelWork() ? execution.tier.atMost(ceiling) : execution.tier;
    }

    /** The next tier above that a model is bound to, if the type, the ceiling and the money allow it. */
    Optional<Tier> above(Execution execution) {
        Optional<Tier> tier = execution.tier.above();
        while (tier.isPresent() && !prices.isBound(type(execution), tier.get())) {
            tier = tier.get().above();
        }
        return tier.filter(next -> !next.isAbove(type(execution).tiers().top()))
                .filter(next -> !next.isAbove(ceiling))
                .filter(next -> isAffordable(execution, next));
    }

    /** The dearest affordable tier below, under the ceiling. */
    Optional<Tier> below(Execution execution) {
        return type(execution).isModelWork()
                ? affordable(execution, execution.tier.below().map(tier -> tier.atMost(ceiling)))
                : Optional.empty();
    }

    private Optional<Tier> affordable(Execution execution, Optional<Tier> from) {
        Tier floor = floor(type(execution));
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
        return isBound(type(execution), tier) && !money.isExhaustedBy(worstCase(execution, tier));
    }

    /** Code needs no model, and costs the same wherever it is said to run. */
    private boolean isBound(SubtaskType<?, ?> type, Tier tier) {
        return !type.isModelWork() || prices.isBound(type, tier);
    }

    /** The worst case of a first call. */
    Money worstCase(Execution execution, Tier tier) {
        Money known = execution.needs.get(tier);
        if (known != null) {
            return known;
        }
        Money asked = prices.worstCase(execution.type, execution.input, tier);
        execution.needs.put(tier, asked);
        return asked;
    }

    private Money withoutInput(SubtaskType<?, ?> type, Tier tier) {
        return withoutInput.computeIfAbsent(
                new Question(type, tier), asked -> prices.worstCase(asked.type(), null, asked.tier()));
    }

    private static SubtaskType<?, ?> type(Execution execution) {
        return execution.subtask.node.type();
    }

    /** The cheapest tier that a shortage may push a type to: its floor, or the first one above that has a model. */
    private Tier floor(SubtaskType<?, ?> type) {
        Tier floor = type.tiers().floor();
        while (!isBound(type, floor) && type.tiers().start().isAbove(floor)) {
            floor = floor.above().orElseThrow();
        }
        return floor;
    }

    // --- the ceiling

    /**
     * Lowers the ceiling if the first call of a rung was too dear on its tier for want of money, not for its size.
     *
     * @param tier the tier that was too dear
     * @param needed the worst case of the call there
     * @param chosen the tier that it runs on instead
     * @return whether nothing starts above a lower tier from now on
     */
    boolean lowerCeiling(Execution execution, Tier tier, Money needed, Tier chosen) {
        if (isLarge(execution, tier, needed)) {
            return false;
        }
        Tier lowered = chosen;
        for (Tier between = chosen;
                tier.isAbove(between);
                between = between.above().orElseThrow()) {
            if (prices.isBound(type(execution), between)
                    && !money.isExhaustedBy(withoutInput(type(execution), between))) {
                lowered = between;
            }
        }
        if (!ceiling.isAbove(lowered)) {
            return false;
        }
        ceiling = lowered;
        return true;
    }

    /** The same for a first rung, which was to run where the type starts. */
    boolean lowerCeiling(Execution execution, Tier chosen) {
        Tier wanted = wanted(execution);
        return wanted.isAbove(chosen) && lowerCeiling(execution, wanted, worstCase(execution, wanted), chosen);
    }

    private boolean isLarge(Execution execution, Tier tier, Money needed) {
        Money ordinary = withoutInput(type(execution), tier);
        return needed.isMoreThan(ordinary) && !money.isExhaustedBy(ordinary);
    }

    // --- optional subtasks

    void admitted(Subtask subtask) {
        if (!subtask.node.optional()) {
            stillRequired.add(subtask);
        }
    }

    private Money least(Subtask subtask) {
        return withoutInput(subtask.node.type(), floor(subtask.node.type()));
    }

    /** It may have ended in an earlier session. */
    void recalling(Subtask subtask) {
        if (!subtask.node.optional()) {
            recalled.add(subtask);
        }
    }

    /** It has started or ended. */
    void needsNoMore(Subtask subtask) {
        stillRequired.remove(subtask);
        recalled.remove(subtask);
    }

    void started(Execution execution) {
        inFlight.add(execution);
    }

    void ended(Execution execution) {
        inFlight.remove(execution);
    }

    /**
     * Optional subtasks are the first to go: those that run and the rest of the required ones must still be affordable
     * beside one.
     *
     * @param lessMayBeNeeded whether anybody may have money in flight
     */
    Start start(Execution execution, Tier tier, boolean lessMayBeNeeded) {
        if (!execution.subtask.node.optional()) {
            return Start.NOW;
        }
        Money needed = worstCase(execution, tier).plus(stillRequired.sum());
        if (!needed.plus(notYetReserved()).isMoreThan(money.free())) {
            return Start.NOW;
        }
        return lessMayBeNeeded && !money.isExhaustedBy(needed.minus(recalled.sum())) ? Start.LATER : Start.NEVER;
    }

    private Money notYetReserved() {
        return inFlight.sum().minusOrZero(money.outstanding());
    }

    /** What an execution needs that waits for this tier, if it is the one it wants. */
    Optional<Money> needOnWanted(Execution execution, Tier tier) {
        return wanted(execution) == tier ? Optional.of(worstCase(execution, tier)) : Optional.empty();
    }

    /** Whether each of those that need so much on the tiers they want could start {@link Start#LATER} only. */
    boolean allWait(ExecutionQueue.Needs needs, boolean lessMayBeNeeded) {
        Money required = stillRequired.sum();
        return lessMayBeNeeded
                && !money.isExhaustedBy(needs.most().plus(required))
                && needs.least().plus(required).plus(notYetReserved()).isMoreThan(money.free());
    }

    // --- who goes without

    /** Why an execution has no first tier. */
    Outcome<Object> refusal(Execution execution) {
        Tier floor = floor(type(execution));
        Tier wanted = wanted(execution);
        if (floor.isAbove(wanted)) {
            return Outcome.skipped(
                    Skip.Kind.BUDGET,
                    "money is short: nothing starts above tier %s any more, and it may not go below %s"
                            .formatted(ceiling, floor));
        }
        return unaffordable(worstCase(execution, wanted));
    }

    /** The outcome of an execution whose first call needs more than there is. */
    Outcome<Object> unaffordable(Money needed) {
        return Outcome.skipped(
                Skip.Kind.BUDGET,
                "the first call needs up to %s, free are %s in its budget of %s and those around it"
                        .formatted(needed, money.free(), money.limit()));
    }
}
