// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.AllotmentRefusedException;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.LedgerState;
import dev.cadre.merge.Merger;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.Planner;
import dev.cadre.price.Money;
import dev.cadre.redact.Thrown;
import dev.cadre.run.PoolQuotes;
import dev.cadre.run.UserCode;
import dev.cadre.schedule.MergeShare;
import dev.cadre.task.RunFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Objects;
import java.util.concurrent.ExecutionException;

/**
 * The money that planner and merger say that they need, before anything is begun.
 *
 * @param merge what the merger needs for all its merges
 * @param round what the planner needs for each further round
 * @param floor what planner, merger, rounds and one subtask need together, or, if the plan is there already, the merger
 *     and the rounds
 * @param mergeTakesTime whether the merger has a part of the run's time for itself
 */
record GoalNeeds(Money merge, Money round, Money floor, boolean mergeTakesTime) {

    /** Their own code says so: the run does not wait for it for longer than it has time. */
    static GoalNeeds of(Run run, Goal<?> goal, Planner planner, boolean isPlanned) throws InterruptedException {
        try {
            return run.aside()
                    .call("goal", "needs", goal, () -> asked(run.coordinator(), run, goal, planner, isPlanned));
        } catch (UserCode.LateException late) {
            throw new PartFailures.PartFailedException(RunFailure.of(
                    RunFailure.Kind.DEADLINE,
                    "the planner and the merger did not say what they need: " + Thrown.message(late)));
        } catch (ExecutionException broken) {
            Throwable thrown = Objects.requireNonNull(broken.getCause());
            throw thrown instanceof PartFailures.PartFailedException known
                    ? known
                    : new PartFailures.PartFailedException(run.describe(RunFailure.Kind.ENGINE_FAILED, thrown));
        }
    }

    /** The same on the calling thread. */
    static GoalNeeds asked(Coordinator coordinator, GoalMeans run, Goal<?> goal, Planner planner, boolean isPlanned)
            throws InterruptedException {
        Money least = leastMerge(coordinator, run, goal);
        int rounds = run.roundsLeft();
        Money merge = sum(run, RunFailure.Kind.MERGE_FAILED, () -> least.times(merges(goal, rounds)));
        Money round = rounds == 0
                ? Money.ZERO
                : run.asked(RunFailure.Kind.PLANNER_FAILED, () -> leastRound(coordinator, goal));
        Money again = sum(run, RunFailure.Kind.PLANNER_FAILED, () -> round.times(rounds));
        Money begin = isPlanned ? Money.ZERO : begin(coordinator, run, goal, planner);
        Money planning = sum(run, RunFailure.Kind.PLANNER_FAILED, () -> begin.plus(again));
        var dearer = planning.isMoreThan(merge) ? RunFailure.Kind.PLANNER_FAILED : RunFailure.Kind.MERGE_FAILED;
        return new GoalNeeds(
                merge, round, sum(run, dearer, () -> merge.plus(planning)), takesItsTime(run, goal, merge));
    }

    /** What somebody says may be too much to be added up. */
    private static Money sum(GoalMeans run, RunFailure.Kind whoSaysIt, GoalMeans.Blocking<Money> sum)
            throws InterruptedException {
        return run.asked(whoSaysIt, sum);
    }

    /** How often a run may merge: once more after each round, if the goal can reject an answer. */
    static int merges(Goal<?> goal, int rounds) {
        return goal.rules().isEmpty() ? 1 : 1 + rounds;
    }

    /** A model does, whatever it costs, and so does code that asks for money. */
    static boolean takesItsTime(GoalMeans run, Goal<?> goal, Money merge) throws InterruptedException {
        return run.asked(RunFailure.Kind.MERGE_FAILED, goal.merger()::callsModel) || !merge.isZero();
    }

    static Money leastMerge(Coordinator coordinator, GoalMeans run, Goal<?> goal) throws InterruptedException {
        return run.asked(RunFailure.Kind.MERGE_FAILED, () -> leastMerge(coordinator, goal.merger()));
    }

    static Money leastMerge(Coordinator coordinator, Merger<?> merger) {
        return Objects.requireNonNull(
                merger.leastCost(
                        coordinator.settings().pools(), coordinator.settings().limits()),
                "its least cost is null");
    }

    /** What the planner needs for a further round; nothing if there is none. */
    static Money leastRound(Coordinator coordinator, Goal<?> goal) {
        if (coordinator.rounds() == 0) {
            return Money.ZERO;
        }
        var terms = new PlanRequest.Terms(
                coordinator.settings().pools(), Budget.usd("0").open(), "", Long.MAX_VALUE, attempt -> {});
        return Objects.requireNonNull(
                coordinator.planner().leastRoundCost(GoalPlanning.request(coordinator, goal, terms)),
                "its least cost of a round is null");
    }

    private static Money begin(Coordinator coordinator, GoalMeans run, Goal<?> goal, Planner planner)
            throws InterruptedException {
        if (planner instanceof GivenPlan plan) {
            return PoolQuotes.of(coordinator.settings()).cheapestStart(GoalEstimate.nodes(coordinator, plan.given()));
        }
        Money cheapest = coordinator.types().stream()
                .map(type -> PoolQuotes.of(coordinator.settings()).least(type).orElse(run.limit()))
                .min(Comparator.naturalOrder())
                .orElse(Money.ZERO);
        Money planning = leastPlanning(coordinator, run, goal, planner);
        return sum(run, RunFailure.Kind.PLANNER_FAILED, () -> planning.plus(cheapest));
    }

    static Money leastPlanning(Coordinator coordinator, GoalMeans run, Goal<?> goal, Planner planner)
            throws InterruptedException {
        return run.asked(
                RunFailure.Kind.PLANNER_FAILED,
                () -> Objects.requireNonNull(
                        planner.leastCost(GoalPlanning.request(coordinator, run, goal, run.deadline())),
                        "its least cost is null"));
    }

    // --- what follows from it

    /** The money that is set aside for the merges of a run of which this much is free: what is wanted if that still leaves the planner and one subtask their part, else what is needed. */
    Money setAside(Money limit, Money free) {
        return merge.isZero() ? merge : MergeShare.setAside(limit, merge, free, floor.minus(merge));
    }

    /** Sets money aside for merges and further rounds, all of it or nothing. */
    RunMoney setAside(BudgetGuard guard, Money free, Share share) {
        Money merging = setAside(share.limit(), free);
        int roundsWithMoney = round.isZero() ? 0 : share.roundsLeft();
        if (roundsWithMoney > 0) {
            // all at once, as a shared budget fetches it: otherwise it could be refused for ever part by part
            guard.allot(merging.plus(round.times(roundsWithMoney))).close();
        }
        BudgetGuard merges = merge.isZero() ? guard.cap(share.limit()) : guard.allot(merging);
        var rounds = new ArrayList<BudgetGuard>();
        try {
            for (int i = 0; i < roundsWithMoney; i++) {
                rounds.add(guard.allot(round));
            }
            return new RunMoney(guard, merges, share.merges(), share.roundsBefore(), rounds);
        } catch (AllotmentRefusedException takenMeanwhile) {
            rounds.forEach(BudgetGuard::close);
            merges.close();
            throw takenMeanwhile;
        }
    }

    /**
     * How often a run merges and plans.
     *
     * @param limit the most that it may spend
     * @param merges how often it may merge
     * @param roundsBefore how many further rounds earlier sessions began
     * @param roundsLeft how many may still begin
     */
    record Share(Money limit, int merges, int roundsBefore, int roundsLeft) {}

    /** Why a run cannot begin with this money: it names what is needed at least. */
    RunFailure tooSmall(Money limit, LedgerState money, Money spent, int roundsLeft) {
        return tooSmall(limit, money, spent, whoNeeds(roundsLeft), floor);
    }

    /** Names what somebody needs at least: the least budget is that and what is spent already. */
    static RunFailure tooSmall(Money limit, LedgerState money, Money spent, String who, Money floor) {
        String rest = limit.isMoreThan(money.room()) ? ", of which %s can be had,".formatted(money.room()) : "";
        String least = spent.isZero()
                ? ""
                : "; with the %s that is spent already, the least budget is %s".formatted(spent, spent.plus(floor));
        return RunFailure.of(
                RunFailure.Kind.BUDGET_TOO_SMALL,
                "a budget of %s%s is too small: %s at least %s%s".formatted(limit, rest, who, floor, least));
    }

    String whoNeeds(int roundsLeft) {
        if (floor.equals(merge)) {
            return "the merger needs";
        }
        return round.isZero()
                ? "planner, merger and one subtask need"
                : "planner, merger, one subtask and %d further rounds need".formatted(roundsLeft);
    }

    /** The time of workers: that of the run, less that of a merger that takes its own. */
    Duration workTime(Duration deadline) {
        return mergeTakesTime ? deadline.minus(MergeShare.time(deadline)) : deadline;
    }
}
