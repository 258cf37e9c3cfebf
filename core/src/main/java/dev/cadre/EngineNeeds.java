// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.LedgerState;
import dev.cadre.price.Money;
import dev.cadre.task.RunFailure;
import java.time.Duration;
import java.util.Optional;

/**
 * What planner and merger of a goal say that they need, as an engine keeps it: later prices decide nothing of the run twice.
 *
 * <p>Public for engines; it carries no compatibility promise.
 *
 * @param plan what the planner needs for its first call
 * @param round what it needs for the first call of each further round
 * @param merge what the merger needs for all its merges
 * @param floor what planner, merger, rounds and one subtask need together
 * @param mergeTakesTime whether the merger has a part of the run's time for itself
 * @param callsModel whether the merger calls a model
 * @param rounds how many further rounds there may be
 * @param merges how often the run may merge
 */
public record EngineNeeds(
        Money plan,
        Money round,
        Money merge,
        Money floor,
        boolean mergeTakesTime,
        boolean callsModel,
        int rounds,
        int merges) {
    /** What was said, or why nothing was. */
    public record Said(Optional<EngineNeeds> needs, Optional<RunFailure> failure) {}

    private GoalNeeds asGoal() {
        return new GoalNeeds(merge, round, floor, mergeTakesTime);
    }

    /** What the merger needs for one merge. */
    public Money leastMerge() {
        return merge.dividedBy(Math.max(1, merges));
    }

    /** Why the run cannot begin with this money; empty if it can. */
    public Optional<RunFailure> tooSmall(Money limit, LedgerState money) {
        return !floor.isZero() && money.isExhaustedBy(floor)
                ? Optional.of(asGoal().tooSmall(limit, money, Money.ZERO, rounds))
                : Optional.empty();
    }

    /** Sets money aside for merges and further rounds. */
    public EngineMoney setAside(BudgetGuard run, Money limit) {
        var share = new GoalNeeds.Share(limit, merges, 0, rounds);
        return new EngineMoney(asGoal().setAside(run, run.chainState().free(), share));
    }

    /** The time of workers: that of the run, less that of a merger that takes its own. */
    public Duration workTime(Duration deadline) {
        return asGoal().workTime(deadline);
    }
}
