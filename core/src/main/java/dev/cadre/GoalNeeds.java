// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.merge.Merger;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.Planner;
import dev.cadre.price.Money;
import dev.cadre.redact.Thrown;
import dev.cadre.run.PoolQuotes;
import dev.cadre.run.UserCode;
import dev.cadre.task.RunFailure;
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
            return run.aside().call("goal", "needs", goal, () -> asked(run, goal, planner, isPlanned));
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

    private static GoalNeeds asked(Run run, Goal<?> goal, Planner planner, boolean isPlanned)
            throws InterruptedException {
        Coordinator coordinator = run.coordinator();
        Money least = leastMerge(run, goal);
        int rounds = run.roundsLeft();
        Money merge = sum(run, RunFailure.Kind.MERGE_FAILED, () -> least.times(merges(goal, rounds)));
        Money round = rounds == 0
                ? Money.ZERO
                : run.asked(RunFailure.Kind.PLANNER_FAILED, () -> leastRound(coordinator, goal));
        Money again = sum(run, RunFailure.Kind.PLANNER_FAILED, () -> round.times(rounds));
        Money begin = isPlanned ? Money.ZERO : begin(run, goal, planner);
        Money planning = sum(run, RunFailure.Kind.PLANNER_FAILED, () -> begin.plus(again));
        var dearer = planning.isMoreThan(merge) ? RunFailure.Kind.PLANNER_FAILED : RunFailure.Kind.MERGE_FAILED;
        return new GoalNeeds(
                merge, round, sum(run, dearer, () -> merge.plus(planning)), takesItsTime(run, goal, merge));
    }

    /** What somebody says may be too much to be added up. */
    private static Money sum(Run run, RunFailure.Kind whoSaysIt, Run.Blocking<Money> sum) throws InterruptedException {
        return run.asked(whoSaysIt, sum);
    }

    /** How often a run may merge: once more after each round, if the goal can reject an answer. */
    static int merges(Goal<?> goal, int rounds) {
        return goal.rules().isEmpty() ? 1 : 1 + rounds;
    }

    /** A model does, whatever it costs, and so does code that asks for money. */
    static boolean takesItsTime(Run run, Goal<?> goal, Money merge) throws InterruptedException {
        return run.asked(RunFailure.Kind.MERGE_FAILED, goal.merger()::callsModel) || !merge.isZero();
    }

    static Money leastMerge(Run run, Goal<?> goal) throws InterruptedException {
        return run.asked(RunFailure.Kind.MERGE_FAILED, () -> leastMerge(run.coordinator(), goal.merger()));
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

    private static Money begin(Run run, Goal<?> goal, Planner planner) throws InterruptedException {
        if (planner instanceof GivenPlan plan) {
            return PoolQuotes.of(run.coordinator().settings())
                    .cheapestStart(GoalEstimate.nodes(run.coordinator(), plan.given()));
        }
        Money cheapest = run.coordinator().types().stream()
                .map(type ->
                        PoolQuotes.of(run.coordinator().settings()).least(type).orElse(run.limit()))
                .min(Comparator.naturalOrder())
                .orElse(Money.ZERO);
        Money planning = leastPlanning(run, goal, planner);
        return sum(run, RunFailure.Kind.PLANNER_FAILED, () -> planning.plus(cheapest));
    }

    static Money leastPlanning(Run run, Goal<?> goal, Planner planner) throws InterruptedException {
        return run.asked(
                RunFailure.Kind.PLANNER_FAILED,
                () -> Objects.requireNonNull(
                        planner.leastCost(GoalPlanning.request(run, goal, run.deadline())), "its least cost is null"));
    }
}
