// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.json.Json;
import dev.cadre.model.Tier;
import dev.cadre.plan.GoalInput;
import dev.cadre.plan.PlanDefect;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanRejectedException;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.schedule.RunInput;
import dev.cadre.task.Dependency;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Limits;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TypeRef;
import dev.cadre.task.Wire;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * The intake of production between a simulated planner and its run, held to its limits: what waits for a subtask that has
 * not come counts, too.
 */
final class SimIntake {
    private static final Map<String, String> ANY_QUESTION = Map.of("text", new Json.Str("about it").write());
    private static final GoalInput GIVEN = GoalInput.of("a.question", TypeRef.of(String.class), "about it");
    private static final List<Wire> GIVEN_QUESTION = List.of(new Wire("text", GIVEN.name(), ""));

    private final Limits limits;
    private final List<SubtaskType<?, ?>> types;
    private final List<GraphNode> toCome;
    private final SimFollowed followed;
    private final Map<String, GraphNode> drawn = new HashMap<>();
    private final Map<String, List<String>> taken = new HashMap<>();
    private final Set<String> handedOver = new HashSet<>();
    private final Consumer<RunInput> inbox;
    private final PlanIntake intake;
    private boolean finished;

    SimIntake(SimRunPlan plan, SimFollowed followed, Consumer<RunInput> inbox) {
        this.inbox = inbox;
        this.followed = followed;
        limits = plan.upsets().limits();
        toCome = shuffled(plan);
        toCome.forEach(node -> drawn.put(node.id(), node));
        types = plan.work().nodes().stream()
                .<SubtaskType<?, ?>>map(GraphNode::type)
                .distinct()
                .toList();
        intake = PlanIntake.streamed(types, limits, this::admitted).knowing(given());
    }

    private List<GoalInput> given() {
        var given = new ArrayList<>(followed.inputs());
        given.add(GIVEN);
        GoalInput.requireTogether(given);
        return given;
    }

    /** The intake of a further round, which adds these subtasks to what the earlier ones took. */
    SimIntake(SimIntake earlier, List<GraphNode> nodes, List<String> undone) {
        inbox = earlier.inbox;
        followed = earlier.followed;
        limits = earlier.limits;
        types = earlier.types;
        toCome = List.copyOf(nodes);
        drawn.putAll(earlier.drawn);
        toCome.forEach(node -> drawn.put(node.id(), node));
        taken.putAll(earlier.taken);
        taken.keySet().retainAll(earlier.handedOver); // a planner that failed has left the rest behind
        handedOver.addAll(earlier.handedOver);
        intake = PlanIntake.streamed(types, limits, this::admitted).knowing(given());
        intake.continueFrom(earlier.intake.planned(), undone);
    }

    /** The kinds of work that a plan of this run may have. */
    List<SubtaskType<?, ?>> types() {
        return types;
    }

    /** The subtasks in the order in which the planner says them. */
    List<GraphNode> toCome() {
        return toCome;
    }

    private static List<GraphNode> shuffled(SimRunPlan plan) {
        int reach = plan.upsets().shuffled();
        var order = new ArrayList<>(plan.work().nodes());
        var dice = new SplittableRandom(order.size() + 31L * reach);
        for (int i = 0; i < order.size() && reach > 0; i++) {
            int other = Math.min(order.size() - 1, i + dice.nextInt(reach));
            GraphNode node = order.get(i);
            order.set(i, order.get(other));
            order.set(other, node);
        }
        return order;
    }

    void offer(SimWorld world, GraphNode node) {
        List<String> after = node.dependencies().stream().map(Dependency::on).toList();
        if (!taken.keySet().containsAll(after)) {
            world.met(SimulationPhenomenon.FORWARD_REFERENCE);
        }
        boolean isGiven = node.id().hashCode() % 2 == 0;
        Optional<Wire> earlier = followed.wire(node.id().hashCode() / 2);
        var planned = new PlannedSubtask(
                        node.id(),
                        node.type().name(),
                        isGiven ? Map.of() : ANY_QUESTION,
                        isGiven ? earlier.map(List::of).orElse(GIVEN_QUESTION) : List.of(),
                        after,
                        node.optional())
                .replacing(node.replaces().toArray(String[]::new));
        Optional<PlanDefect> defect = intake.offer(chosen(planned, node));
        if (isGiven) {
            world.met(earlier.isPresent() ? SimulationPhenomenon.FOLLOWED : SimulationPhenomenon.GOAL_INPUT);
        }
        taken.put(node.id(), after);
        boolean tooMany = taken.size() > limits.maxSubtasks();
        if (defect.isPresent()) {
            world.met(SimulationPhenomenon.PLAN_LIMIT);
            SimCheck.that(tooMany || longestChain() > limits.maxDepth(), "refused within the limits: %s", defect);
            taken.remove(node.id());
            return;
        }
        SimCheck.that(!tooMany, "%d subtasks are taken, at most %d may be", taken.size(), limits.maxSubtasks());
    }

    /** On any tier that its type lets a planner choose; the id says which, so that a world needs no more dice. */
    private static PlannedSubtask chosen(PlannedSubtask planned, GraphNode node) {
        List<Tier> choices = node.type().tiers().choices();
        return choices.size() == 1
                ? planned
                : planned.on(choices.get(Math.floorMod(planned.id().hashCode(), choices.size())));
    }

    /** A subtask that has not come counts as one link. */
    private int longestChain() {
        Map<String, Integer> depths = new HashMap<>();
        return taken.keySet().stream().mapToInt(id -> depth(id, depths)).max().orElse(0);
    }

    private int depth(String id, Map<String, Integer> depths) {
        Integer known = depths.get(id);
        if (known != null) {
            return known;
        }
        int below = 0;
        for (String on : taken.getOrDefault(id, List.of())) {
            below = Math.max(below, depth(on, depths));
        }
        depths.put(id, below + 1);
        return below + 1;
    }

    private void admitted(GraphNode node) {
        SimCheck.that(handedOver.add(node.id()), "'%s' is handed over twice", node.id());
        SimCheck.that(
                finished || handedOver.containsAll(taken.getOrDefault(node.id(), List.of())),
                "'%s' is handed over before what it depends on",
                node.id());
        if (finished) { // it points nowhere
            inbox.accept(new RunInput.Admitted(node));
            return;
        }
        GraphNode own = SimWorld.require(drawn.get(node.id()));
        inbox.accept(new RunInput.Admitted(new GraphNode(
                own.id(), node.type(), own.binding(), own.dependencies(), node.optional(), node.replaces())));
    }

    void finish() {
        finished = true;
        int longest = longestChain();
        SimCheck.that(longest <= limits.maxDepth(), "a chain of %d, at most %d", longest, limits.maxDepth());
        try {
            intake.finish();
        } catch (PlanRejectedException rejected) {
            inbox.accept(new RunInput.PlanFailed(
                    RunFailure.of(RunFailure.Kind.PLAN_REJECTED, String.valueOf(rejected.getMessage()))));
            return;
        }
        SimCheck.that(handedOver.equals(taken.keySet()), "taken %s, handed over %s", taken.keySet(), handedOver);
        inbox.accept(new RunInput.PlanEnded(List.of()));
    }
}
