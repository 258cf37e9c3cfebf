// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.GraphNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The plan of one run of a simulated world.
 *
 * @param work its graph and its answer
 * @param bounds its money, its time and what may end it early
 * @param upsets its disturbances
 */
record SimRunPlan(String id, Work work, Bounds bounds, SimUpsets upsets) {
    /**
     * The work of a run.
     *
     * @param nodes its graph, in plan order
     * @param answering the subtask of a graph by hand that returns the answer; null if a merger makes it
     * @param merge how it is merged, if it is
     */
    record Work(
            Style style, List<GraphNode> nodes, @Nullable String answering, SimMergeKind merge) {
        /** A graph by hand. */
        static Work byHand(List<GraphNode> nodes, String answering) {
            return new Work(Style.BY_HAND, nodes, answering, SimMergeKind.DIGEST);
        }
    }

    /**
     * The bounds of a run.
     *
     * @param limit its money
     * @param deadline its time
     * @param cancelAfter when its caller cancels it; {@link #NEVER} if not
     * @param failFast whether its first failure ends it
     */
    record Bounds(Money limit, Duration deadline, Duration cancelAfter, boolean failFast) {}

    /** Longer than any run. */
    static final Duration NEVER = Duration.ofDays(1);

    private static final Duration LONG = Duration.ofMinutes(10);
    private static final double AMPLE_SHARE = 0.2;
    private static final double PRESSED_SHARE = 0.03;

    /** Where its graph comes from, and its answer. */
    enum Style {
        BY_HAND,
        PLANNED_AND_MERGED_BY_CODE,
        PLANNED_AND_MERGED_BY_MODEL
    }

    static SimRunPlan random(String id, SimSettings settings, SplittableRandom dice) {
        SimSettings.Runs runs = settings.runs();
        if (runs.cuts() && SimDice.chance(dice, PRESSED_SHARE)) {
            return pressed(id, dice);
        }
        var style = SimDice.oneOf(dice, Style.values());
        int size = (int) SimDice.magnitude(dice, 1, runs.mostSubtasks() + 1);
        boolean hurried = runs.cuts() && SimDice.chance(dice, 0.25);
        boolean cancelled = runs.cuts() && SimDice.chance(dice, 0.12);
        boolean failFast = runs.cuts() && SimDice.chance(dice, 0.05);
        // who is first in a race depends on the schedule, and so does what it ends with
        boolean branching = style == Style.BY_HAND && runs.cuts() && !failFast;
        List<GraphNode> nodes = SimGraph.random(dice.split(), size, style != Style.BY_HAND, branching);
        var bounds = new Bounds(
                limit(style, runs, dice),
                hurried ? seconds(SimDice.magnitude(dice, 1, 60)) : runs.cuts() ? LONG : NEVER,
                cancelled ? seconds(SimDice.magnitude(dice, 0.05, 30)) : NEVER,
                failFast);
        SimUpsets upsets = runs.cuts() ? SimUpsets.random(dice) : SimUpsets.NONE;
        @Nullable String answering = style == Style.BY_HAND ? nodes.getLast().id() : null;
        return new SimRunPlan(id, new Work(style, nodes, answering, SimMergeKind.random(style, dice)), bounds, upsets);
    }

    /** A few subtasks that mostly could be done without, money for one or two of them, and little patience. */
    private static SimRunPlan pressed(String id, SplittableRandom dice) {
        List<GraphNode> nodes = SimGraph.independent(SimTypes.NOTE, 2 + dice.nextInt(4)).stream()
                .map(node -> new GraphNode(
                        node.id(), node.type(), node.binding(), node.dependencies(), SimDice.chance(dice, 0.6)))
                .toList();
        Money call = SimPrices.worstCase(SimTypes.NOTE, null, Tier.NANO);
        return new SimRunPlan(
                id,
                Work.byHand(nodes, nodes.getFirst().id()),
                new Bounds(call.percent((int) (100 * SimDice.magnitude(dice, 1, 4))), LONG, NEVER, false),
                SimUpsets.IMPATIENT);
    }

    /** Another run of the same crew, which nothing disturbs. */
    SimRunPlan again() {
        return new SimRunPlan(id + "-again", work, new Bounds(bounds.limit(), LONG, NEVER, false), upsets.calm());
    }

    Optional<String> answer() {
        return Optional.ofNullable(work.answering());
    }

    /** Subtasks of the simplest kind, with money and time for all. */
    static SimRunPlan independent(int subtasks) {
        List<GraphNode> nodes = SimGraph.independent(SimTypes.SHORT_NOTE, subtasks);
        return new SimRunPlan(
                "run",
                Work.byHand(nodes, nodes.getLast().id()),
                new Bounds(Money.usd("1000"), NEVER, NEVER, false),
                SimUpsets.NONE);
    }

    /** A multiple of the worst case of a call: of the dearest, if planner and merger must be paid, too. */
    private static Money limit(Style style, SimSettings.Runs runs, SplittableRandom dice) {
        Tier drawnTier = SimDice.oneOf(dice, Tier.values());
        Tier tier = style == Style.PLANNED_AND_MERGED_BY_MODEL ? Tier.FLAGSHIP : drawnTier;
        double drawn = SimDice.chance(dice, AMPLE_SHARE)
                ? SimDice.magnitude(dice, 20, 1_000)
                : SimDice.magnitude(dice, 0.5, 20);
        double calls = runs.worstCalls() > 0 ? runs.worstCalls() : drawn;
        Money worst = SimPrices.worstCase(SimTypes.NOTE, null, tier);
        return worst.percent((int) (100 * calls));
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis((long) (1_000 * seconds));
    }
}
