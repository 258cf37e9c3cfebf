// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.merge.MergeLoad;
import dev.cadre.merge.Merger;
import dev.cadre.plan.PlanRejectedException;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.price.Spend;
import dev.cadre.run.GraphEstimate;
import dev.cadre.run.PoolQuotes;
import dev.cadre.schedule.MergeShare;
import dev.cadre.task.GraphNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a run of a plan will cost. */
final class GoalEstimate {
    private GoalEstimate() {}

    /**
     * What a run of a plan costs in all: what was spent on the plan, its subtasks and its merge.
     *
     * @throws PlanRejectedException if a subtask is not in order any more
     */
    static CostEstimate of(Coordinator coordinator, Plan<?> plan, Money limit) {
        GivenPlan.requireFit(plan, coordinator.types(), coordinator.settings().limits());
        List<GraphNode> nodes = nodes(coordinator, plan);
        GraphEstimate subtasks = GraphEstimate.of(nodes, plan.subtasks(), coordinator.settings());
        return of(coordinator, plan.goal(), subtasks, nodes, plan.planning(), limit);
    }

    /** @param subtasks the estimate of these nodes */
    static CostEstimate of(
            Coordinator coordinator,
            Goal<?> goal,
            GraphEstimate subtasks,
            List<GraphNode> nodes,
            Spend planned,
            Money limit) {
        Money least = GoalNeeds.leastMerge(coordinator, goal.merger());
        Money floor = planned.total()
                .plus(least.times(GoalNeeds.merges(goal, coordinator.rounds())))
                .plus(GoalNeeds.leastRound(coordinator, goal).times(coordinator.rounds()))
                .plus(PoolQuotes.of(coordinator.settings()).cheapestStart(nodes));
        return subtasks.within(
                limit,
                planning(planned, coordinator.rounds()),
                merging(coordinator, goal, subtasks, least, limit),
                floor);
    }

    static List<GraphNode> nodes(Coordinator coordinator, Plan<?> plan) {
        var nodes = new ArrayList<GraphNode>();
        plan.offerTo(GoalPlanning.streamed(coordinator, plan.goal(), nodes::add));
        return nodes;
    }

    /** What further rounds plan, nobody knows: only the budget bounds it. */
    private static Quote planning(Spend planned, int rounds) {
        CountRange calls = CountRange.of(planned.attempts());
        CostRange cost = CostRange.of(planned.total());
        return rounds == 0
                ? new Quote(calls, cost)
                : new Quote(
                        new CountRange(calls.low(), calls.expected(), Long.MAX_VALUE),
                        new CostRange(cost.low(), cost.expected(), CostRange.MOST));
    }

    private static Quote merging(
            Coordinator coordinator, Goal<?> goal, GraphEstimate subtasks, Money least, Money limit) {
        Merger<?> merger = goal.merger();
        var load = new MergeLoad(
                goal.text(),
                goal.context(),
                subtasks.outcomeBytes(),
                coordinator.settings().pools(),
                coordinator.settings().limits());
        Quote merging = Objects.requireNonNull(merger.quote(load), "its quote is null");
        Money most = least.isZero() ? limit : MergeShare.wanted(limit, least);
        return new Quote(merging.calls(), merging.cost().atMost(most));
    }
}
