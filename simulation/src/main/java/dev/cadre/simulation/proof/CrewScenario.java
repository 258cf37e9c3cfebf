// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.price.Money;
import dev.cadre.task.GraphNode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A given graph or plan that is run in virtual time, by models that behave as a {@link SimBehavior} says. It is held to the
 * same promises as a random world. Immutable; carries no compatibility promise.
 */
public final class CrewScenario {
    private final SimRunPlan plan;

    private CrewScenario(
            List<GraphNode> nodes, SimRunPlan.Style style, @Nullable String answering, Money limit, Duration deadline) {
        plan = new SimRunPlan(
                "run",
                new SimRunPlan.Work(style, nodes, answering, SimMergeKind.SYNTHESIS),
                new SimRunPlan.Bounds(limit, deadline, SimRunPlan.NEVER, false),
                SimUpsets.NONE);
    }

    /** A graph by hand: one of its subtasks brings the answer. */
    public static CrewScenario byHand(List<GraphNode> nodes, String answering, Money limit, Duration deadline) {
        return new CrewScenario(nodes, SimRunPlan.Style.BY_HAND, answering, limit, deadline);
    }

    /** A plan: a model writes it subtask by subtask, and another one merges the outcomes. */
    public static CrewScenario planned(List<GraphNode> nodes, Money limit, Duration deadline) {
        return new CrewScenario(nodes, SimRunPlan.Style.PLANNED_AND_MERGED_BY_MODEL, null, limit, deadline);
    }

    /**
     * Runs it once. Blocks for its computation only; spends nothing.
     *
     * @throws SimulationViolation if a promise did not hold
     */
    public CrewRun live(long seed, SimBehavior models) {
        var world = SimWorld.of(SimulationSeed.of(seed), SimSettings.given(), models, plan);
        world.live();
        return CrewRun.of(world);
    }
}
