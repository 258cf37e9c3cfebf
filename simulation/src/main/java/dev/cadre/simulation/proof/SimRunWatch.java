// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.event.RunEvent;
import dev.cadre.model.Tier;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunEnding;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RungId;
import dev.cadre.task.Dependency;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.RunStatus;
import dev.cadre.task.Skip;
import dev.cadre.task.Tiers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sees what goes into the machine of one run and what comes out, and holds it to its promises. */
final class SimRunWatch {
    private final SimWorld world;
    private final SimRunPlan plan;
    private final Map<String, GraphNode> admitted = new HashMap<>();
    private final List<String> order = new ArrayList<>();
    private final Map<String, Outcome<?>> ends = new HashMap<>();
    private final Set<String> started = new HashSet<>();
    private final Map<String, Tier> lastTier = new HashMap<>();
    private final Set<RungId> running = new HashSet<>();
    /** Those that are not needed because others were enough. */
    private final Set<String> without = new HashSet<>();

    private Tier ceiling = Tier.FLAGSHIP;
    private boolean stopped;
    /** Whether anything has ended the work, be it that an answer may still be made of what there is. */
    private boolean cut;
    /** What lets no answer be made any more; null if nothing does. */
    private RunFailure.@Nullable Kind finalStop;

    /** The subtasks and items whose outcome is from a cache. */
    private final Set<String> hits = new LinkedHashSet<>();

    private boolean isAnyPaid;
    private int rounds;
    private boolean merging;
    private boolean planOver;
    private boolean finished;

    SimRunWatch(SimWorld world, SimRunPlan plan) {
        this.world = world;
        this.plan = plan;
    }

    void input(RunInput input) {
        if (finished) {
            return;
        }
        switch (input) {
            case RunInput.Admitted(List<GraphNode> nodes) ->
                nodes.forEach(node -> {
                    admitted.put(node.id(), node);
                    order.add(node.id());
                });
            case RunInput.PlanEnded ended -> planOver = true;
            case RunInput.PlanNoted noted -> {}
            case RunInput.Awaited awaited -> planOver = true;
            case RunInput.PlanFailed failed -> planOver = true;
            case RunInput.Recalled recalled -> running.remove(recalled.id());
            case RunInput.RungEnded ended -> running.remove(ended.id());
            case RunInput.RungAbandoned abandoned -> running.remove(abandoned.id());
            case RunInput.Cancelled cancelled -> stop(RunFailure.Kind.CANCELLED);
            case RunInput.Unrecorded unrecorded -> stop(RunFailure.Kind.JOURNAL_FAILED);
            case RunInput.WorkTimeUp timeUp -> cut = true;
            case RunInput.MergeEnded ended -> {}
            case RunInput.MergeFailed failed -> {}
        }
    }

    private void stop(RunFailure.Kind kind) {
        cut = true;
        if (!merging && finalStop == null) {
            finalStop = kind;
        }
    }

    void command(RunCommand command, Duration now) {
        SimCheck.that(!finished, "%s after the end of run '%s'", command, plan.id());
        switch (command) {
            case RunCommand.StartRecall recall -> {
                SimCheck.that(!stopped, "%s is looked for after the stop", recall.id());
                running.add(recall.id());
            }
            case RunCommand.StartRung start -> started(start);
            case RunCommand.StopWork stop -> stopped = true;
            case RunCommand.DropWork drop -> world.met(SimulationPhenomenon.OTHERS_ENOUGH);
            case RunCommand.StartRound round -> {
                world.met(SimulationPhenomenon.PLANNED_AGAIN);
                rounds++;
                SimCheck.that(round.round() == rounds, "round %d after %d", round.round(), rounds - 1);
                SimCheck.that(rounds <= plan.upsets().rounds(), "round %d of %s", rounds, plan.upsets());
                SimCheck.that(!stopped && !cut, "round %d after the work was stopped", rounds);
                SimCheck.that(ends.keySet().containsAll(admitted.keySet()), "round %d before all has ended", rounds);
                planOver = false;
                merging = false;
            }
            case RunCommand.StartMerge merge -> {
                merging = true;
                SimCheck.that(finalStop == null, "a merge after the final stop %s", String.valueOf(finalStop));
                SimCheck.that(
                        merge.outcomes().stream()
                                .map(each -> each.id())
                                .toList()
                                .equals(order),
                        "a merge out of order");
            }
            case RunCommand.Tell(RunEvent event) -> {
                SimCheck.that(event.at().equals(now), "told at %s of %s", now, event);
                told(event);
            }
            case RunCommand.Finish finish -> finished = true;
        }
    }

    private void told(RunEvent event) {
        if (event instanceof RunEvent.CeilingLowered lowered) {
            world.met(SimulationPhenomenon.TIER_CEILING);
            SimCheck.that(ceiling.isAbove(lowered.ceiling()), "the ceiling rises to %s", lowered.ceiling());
            ceiling = lowered.ceiling();
        } else if (event instanceof RunEvent.Joined joined) {
            without.addAll(joined.without());
            SimCheck.that(
                    Stream.concat(joined.took().stream(), joined.without().stream())
                            .allMatch(each -> admitted.containsKey(each.replaceFirst("#.*", ""))),
                    "%s names who is not there",
                    joined);
        } else if (event instanceof RunEvent.CacheHit hit) {
            world.met(SimulationPhenomenon.CACHED);
            SimCheck.that(!lastTier.containsKey(hit.subtaskId()), "%s after a rung", hit);
            SimCheck.that(hits.add(hit.subtaskId()), "%s twice", hit);
        } else if (event instanceof RunEvent.SubtaskEnded end) {
            if (end.outcome().isNotNeeded()) {
                world.met(SimulationPhenomenon.CONDITION);
            }
            Outcome<?> before = ends.put(end.subtaskId(), end.outcome());
            SimCheck.that(before == null, "subtask '%s' ended twice", end.subtaskId());
            boolean required = !SimWorld.require(admitted.get(end.subtaskId())).optional();
            if (plan.bounds().failFast() && required && !cut && end.outcome() instanceof Outcome.Failed<?>) {
                stop(RunFailure.Kind.FAILED_FAST);
            }
        }
    }

    /** What must hold when all commands of an input are carried out: whoever waits, waits for something that is to come. */
    void settled() {
        if (finished || merging || !running.isEmpty()) {
            return;
        }
        boolean allEnded = true;
        for (GraphNode node : admitted.values()) {
            boolean ended = ends.containsKey(node.id());
            allEnded &= ended;
            boolean waitsForThePlanner = node.optional() && !planOver; // whose money may come back
            boolean waitsForAnother = node.dependencies().stream().anyMatch(on -> !ends.containsKey(on.on()));
            SimCheck.that(
                    ended || waitsForAnother || waitsForThePlanner,
                    "nothing runs, and '%s' waits for nothing",
                    node.id());
        }
        SimCheck.that(!planOver || !allEnded, "everything has ended, and the run has not");
    }

    private void started(RunCommand.StartRung start) {
        String execution = start.id().label();
        SimCheck.that(started.add(execution + "/" + start.id().rung()), "%s started twice", start.id());
        SimCheck.that(!stopped, "%s started after the stop", start.id());
        SimCheck.that(!hits.contains(execution), "%s started, though its outcome was found", start.id());
        isAnyPaid |= start.type().isPaid() || start.type().maySpendUndeclared() || start.type() == SimTypes.NESTING;
        running.add(start.id());
        checkDependencies(SimWorld.require(admitted.get(start.id().subtaskId())));
        if (start.type().isModelWork()) {
            checkTier(start, execution);
        }
        lastTier.put(execution, start.tier());
    }

    private void checkDependencies(GraphNode node) {
        for (Dependency on : node.dependencies()) {
            Outcome<?> outcome = ends.get(on.on());
            SimCheck.that(
                    outcome != null && (on.soft() || outcome.isSucceeded()), "'%s' started before %s", node.id(), on);
        }
    }

    private void checkTier(RunCommand.StartRung start, String execution) {
        Tiers tiers = start.type().tiers();
        SimCheck.that(!tiers.floor().isAbove(start.tier()), "%s starts below its floor", start);
        SimCheck.that(!start.tier().isAbove(tiers.top()), "%s starts above its top", start);
        SimCheck.that(!start.tier().isAbove(ceiling), "%s starts above the ceiling %s", start, ceiling);
        Tier before = lastTier.get(execution);
        if (start.isEscalated()) {
            world.met(SimulationPhenomenon.ESCALATION);
            SimCheck.that(before != null && start.tier().isAbove(before), "%s does not escalate", start);
        } else {
            SimCheck.that(before == null || before.isAbove(start.tier()), "%s rises without evidence", start);
            SimCheck.that(!start.tier().isAbove(tiers.start()), "%s starts above the tier that was chosen", start);
            if (start.type().name().equals("rising") && start.tier() == Tier.MINI) {
                world.met(SimulationPhenomenon.CHOSEN_TIER);
            }
            if (start.type().name().equals(SimTypes.SUITED) && start.tier() == Tier.MINI) {
                world.met(SimulationPhenomenon.SUITED);
            }
        }
    }

    void finished(RunEnding ending) {
        SimCheck.that(
                finalStop == null
                        || (ending.failure() != null && ending.failure().kind() == finalStop),
                "stopped by %s, and it ended %s: %s",
                String.valueOf(finalStop),
                ending.status(),
                String.valueOf(ending.failure()));
        checkAwaited(ending);
        checkReplaced(ending);
        SimCheck.that(List.copyOf(ending.outcomes().keySet()).equals(order), "outcomes out of plan order");
        SimCheck.that(
                ends.equals(ending.outcomes()), "told were %s, the ending says %s", ends.keySet(), ending.outcomes());
    }

    /** Whoever waits for somebody suspends the run, unless it is stopped for good or can do without. */
    private void checkAwaited(RunEnding ending) {
        boolean waits = admitted.values().stream()
                .anyMatch(node -> isNeeded(node)
                        && !without.contains(node.id())
                        && ends.get(node.id()) instanceof Outcome.Skipped<?>(Skip skip)
                        && skip.kind() == Skip.Kind.AWAITED);
        boolean suspended = ending.status() == RunStatus.SUSPENDED;
        if (suspended) {
            world.met(SimulationPhenomenon.SUSPENDED);
            SimCheck.that(!merging, "suspended while it merges");
        }
        SimCheck.that(
                suspended == (waits && finalStop == null),
                "it waits: %s, stopped by %s, and it ended %s",
                waits,
                String.valueOf(finalStop),
                ending.status());
    }

    /** An optional one is, if a required one was skipped because of it. */
    private boolean isNeeded(GraphNode node) {
        return !node.optional()
                || admitted.values().stream()
                        .anyMatch(other -> !other.optional()
                                && ends.get(other.id()) instanceof Outcome.Skipped<?>(Skip skip)
                                && skip.because().contains(node.id()));
    }

    private void checkReplaced(RunEnding ending) {
        var replaced = new HashSet<String>();
        admitted.values().forEach(node -> replaced.addAll(node.replaces()));
        ending.missing()
                .forEach(missing -> SimCheck.that(
                        !without.contains(missing.subtaskId()), "%s is missing, and was not needed", missing));
        ending.missing()
                .forEach(missing -> SimCheck.that(
                        !replaced.contains(missing.subtaskId()), "%s is missing, and was replaced", missing));
        for (GraphNode node : admitted.values()) {
            Outcome<?> end = ends.get(node.id());
            boolean succeeded = end != null && end.isSucceeded();
            if (succeeded && !node.replaces().isEmpty()) {
                world.met(SimulationPhenomenon.REPLACED);
            }
            SimCheck.that(
                    ending.status() != RunStatus.COMPLETE
                            || succeeded
                            || node.optional()
                            || without.contains(node.id())
                            || (end != null && end.isNotNeeded())
                            || replaced.contains(node.id()),
                    "complete without '%s'",
                    node.id());
        }
    }

    /** The subtasks and items whose outcome is from a cache. */
    Set<String> hits() {
        return Collections.unmodifiableSet(hits);
    }

    /** Whether anything was started that may cost money. */
    boolean isAnyPaid() {
        return isAnyPaid;
    }

    int subtasks() {
        return order.size();
    }
}
