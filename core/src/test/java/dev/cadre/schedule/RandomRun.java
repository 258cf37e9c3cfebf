// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.event.RunEvent;
import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunRig.In;
import dev.cadre.schedule.RunRig.Out;
import dev.cadre.task.Binding;
import dev.cadre.task.Dependency;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.Outputs;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;

/**
 * One random graph, run in a random order of completion. How a rung ends follows from the seed of the graph, its tier and
 * its input, as if a model always gave the same answer; only when it does follows from the seed of the schedule.
 */
final class RandomRun {
    /** What may cut a run. */
    enum Cut {
        NOTHING,
        CANCEL,
        TIME,
        MONEY,
        FAIL_FAST
    }

    private static final List<SubtaskType<In, Out>> TYPES =
            List.of(RunRig.NOTE, RunRig.RISING, RunRig.BEST, RunRig.FALLING, RunRig.CODE);

    private final long seed;
    private final Cut cut;
    private final List<GraphNode> nodes;
    private final Random schedule;
    private final RunRig rig;
    private final Map<String, Integer> started = new HashMap<>();
    private int admitted;
    private boolean planOpen = true;

    RandomRun(long seed, long scheduleSeed, Cut cut) {
        this.seed = seed;
        this.cut = cut;
        nodes = graph(new Random(seed));
        schedule = new Random(31 * seed + scheduleSeed);
        RunRig merged = cut == Cut.FAIL_FAST ? RunRig.failingFast() : RunRig.merged();
        rig = seed % 2 == 0 ? merged : merged.recalling(new Sessions());
    }

    /** Earlier sessions, which have ended some of the work; some of it is asked for on threads of its own. */
    private final class Sessions implements EarlierOutcomes {
        @Override
        public Optional<EarlierOutcome> outcome(String subtaskId, int item, SubtaskType<?, ?> type, Object input) {
            int drawn = Math.floorMod(Objects.hash(seed, subtaskId, item) * 0x9E3779B9, 8);
            Outcome<Object> known = new Outcome.Succeeded<>(new Out("on record " + input));
            return switch (drawn) {
                case 0 -> Optional.of(EarlierOutcome.recorded(known));
                case 4 -> Optional.of(new EarlierOutcome(known, new Origin.Cached(Duration.ofHours(3), Money.ZERO)));
                default -> Optional.empty();
            };
        }

        @Override
        public boolean callsUserCode(SubtaskType<?, ?> type) {
            return type == RunRig.RISING || type == RunRig.BEST;
        }

        Optional<EarlierOutcome> outcome(RunCommand.StartRecall start) {
            return outcome(start.id().subtaskId(), start.id().item(), start.type(), start.input());
        }
    }

    private boolean isAnythingUnderWay() {
        return !rig.running.isEmpty() || !rig.recalling.isEmpty();
    }

    private void recallOne() {
        var recalling = List.copyOf(rig.recalling.values());
        RunCommand.StartRecall start = recalling.get(schedule.nextInt(recalling.size()));
        boolean interrupted = isInterrupted(start.id());
        if (interrupted && schedule.nextInt(3) == 0) {
            rig.recalling.remove(start.id());
            rig.on(new RunInput.RungAbandoned(start.id(), "thread")).recalled(start.id(), Optional.empty());
        } else {
            boolean isCut = interrupted && schedule.nextBoolean();
            rig.told(start.id(), isCut ? Optional.empty() : new Sessions().outcome(start));
        }
    }

    private boolean isInterrupted(RungId id) {
        return rig.only(RunCommand.StopWork.class).stream()
                .anyMatch(stop -> stop.rungs().contains(id));
    }

    // --- the graph

    private static List<GraphNode> graph(Random random) {
        var nodes = new ArrayList<GraphNode>();
        int size = 1 + random.nextInt(14);
        for (int position = 0; position < size; position++) {
            nodes.add(node(position, random));
        }
        if (random.nextInt(4) == 0) {
            Collections.shuffle(nodes, random); // a planner may name a dependency before it brings it
        }
        return nodes;
    }

    private static GraphNode node(int position, Random random) {
        String id = "s" + position;
        var dependencies = new ArrayList<Dependency>();
        for (int on = 0; on < position; on++) {
            if (random.nextInt(position + 1) < 2) {
                dependencies.add(new Dependency("s" + on, random.nextInt(4) == 0));
            }
        }
        if (random.nextInt(25) == 0) {
            dependencies.add(new Dependency("ghost", false));
        }
        return new GraphNode(
                id,
                TYPES.get(random.nextInt(TYPES.size())),
                binding(id, dependencies, random),
                dependencies,
                random.nextInt(5) == 0);
    }

    private static Binding binding(String id, List<Dependency> dependencies, Random random) {
        if (random.nextInt(4) > 0) {
            return new Binding.One(outputs -> new In(id + read(dependencies, outputs)));
        }
        int items = random.nextInt(6); // one more than the limit
        int needed = random.nextInt(3);
        return new Binding.Each(
                outputs -> IntStream.range(0, items)
                        .mapToObj(item -> new In(id + item + read(dependencies, outputs)))
                        .toList(),
                total -> Math.min(needed, total));
    }

    private static String read(List<Dependency> dependencies, Outputs outputs) {
        return dependencies.stream()
                .map(on -> outputs.of(on.on())
                        .map(value -> Integer.toHexString(value.hashCode()))
                        .orElse("-"))
                .toList()
                .toString();
    }

    // --- the run

    /** Runs to the end and checks what must hold of every run. */
    RandomRun run() {
        int cutAt = schedule.nextInt(30);
        for (int step = 0; !rig.hasEnded(); step++) {
            assertThat(step).as("%s: steps", this).isLessThan(2_000);
            if (step == cutAt) {
                cut();
            }
            step();
        }
        check();
        return this;
    }

    private void cut() {
        switch (cut) {
            case CANCEL -> rig.on(new RunInput.Cancelled());
            case TIME -> rig.on(new RunInput.WorkTimeUp());
            case MONEY -> rig.money = RunRig.money(1_000, 900 + schedule.nextInt(101), 0);
            case NOTHING, FAIL_FAST -> {}
        }
    }

    private void step() {
        boolean merging = !rig.only(RunCommand.StartMerge.class).isEmpty();
        if (merging) {
            rig.on(new RunInput.MergeEnded(Merged.of("answer")));
        } else if (planOpen && (!isAnythingUnderWay() || schedule.nextBoolean())) {
            planOn();
        } else if (!rig.recalling.isEmpty() && (rig.running.isEmpty() || schedule.nextBoolean())) {
            recallOne();
        } else if (!rig.running.isEmpty()) {
            endOne();
        } else {
            throw new AssertionError(this + ": nothing runs, and yet the run has not ended");
        }
    }

    private void planOn() {
        boolean isStopped = rig.only(RunCommand.StopWork.class).stream().anyMatch(RunCommand.StopWork::planner);
        if (isStopped && schedule.nextBoolean()) {
            planOpen = false;
            rig.on(new RunInput.PlanFailed(RunFailure.of(RunFailure.Kind.CANCELLED, "interrupted")));
        } else if (admitted < nodes.size()) {
            rig.admit(nodes.get(admitted++));
        } else {
            planOpen = false;
            rig.on(new RunInput.PlanEnded(List.of()));
        }
    }

    private void endOne() {
        var running = List.copyOf(rig.running.values());
        RunCommand.StartRung start = running.get(schedule.nextInt(running.size()));
        RungId id = start.id();
        started.merge(id.toString(), 1, Integer::sum);
        boolean interrupted = isInterrupted(id);
        if (interrupted && schedule.nextInt(3) == 0) {
            rig.running.remove(id);
            rig.on(new RunInput.RungAbandoned(id, "thread")).on(new RunInput.RungEnded(id, end(start)));
        } else if (interrupted && schedule.nextBoolean()) {
            rig.end(id, new RungEnd.Cancelled());
        } else if (cut == Cut.MONEY && schedule.nextInt(6) == 0 && start.type().isModelWork()) {
            rig.end(id, new RungEnd.Unaffordable(Money.ofPico(1_000)));
        } else {
            rig.end(id, end(start));
        }
    }

    private RungEnd end(RunCommand.StartRung start) {
        int dice = Math.floorMod(Objects.hash(seed, start.input(), start.tier()) * 0x9E3779B9, 10);
        String label = start.id().label() + "@" + start.tier();
        if (dice < 2) {
            return RungEnd.Failed.of(new Failure(Failure.Kind.REFUSED, label));
        }
        boolean rejects = start.type().isModelWork() && dice < (start.tier() == Tier.NANO ? 6 : 4);
        return rejects
                ? new RungEnd.Rejected(new Failure(Failure.Kind.NOT_ACCEPTED, label), "evidence")
                : new RungEnd.Accepted(new Out(label + start.input()));
    }

    // --- what must hold

    private void check() {
        RunEnding ending = rig.ending();
        assertThat(rig.running).as("%s: running at the end", this).isEmpty();
        assertThat(rig.recalling).as("%s: recalling at the end", this).isEmpty();
        assertThat(rig.events(RunEvent.SubtaskEnded.class))
                .as("%s: every admitted subtask ends exactly once", this)
                .extracting(RunEvent.SubtaskEnded::subtaskId)
                .containsExactlyInAnyOrderElementsOf(admittedIds());
        assertThat(ending.outcomes().keySet()).as("%s: in plan order", this).containsExactlyElementsOf(admittedIds());
        assertThat(started.values()).as("%s: no rung runs twice", this).allMatch(count -> count == 1);
        for (RunCommand.StartMerge merge : rig.only(RunCommand.StartMerge.class)) {
            assertThat(merge.outcomes())
                    .as("%s: the merge sees what the run ends with", this)
                    .extracting(SubtaskOutcome::id, SubtaskOutcome::outcome)
                    .containsExactlyElementsOf(ending.outcomes().entrySet().stream()
                            .map(entry -> Tuple.tuple(entry.getKey(), entry.getValue()))
                            .toList());
        }
        checkStarts();
        int before = rig.commands.size();
        rig.on(new RunInput.Cancelled()).on(new RunInput.PlanEnded(List.of()));
        assertThat(rig.commands).as("%s: nothing after the end", this).hasSize(before);
    }

    /** Nothing starts before what it needs has succeeded, and nothing at all after a stop. */
    private void checkStarts() {
        var succeeded = new HashSet<String>();
        var endedIds = new HashSet<String>();
        boolean over = false;
        for (RunCommand command : rig.commands) {
            switch (command) {
                case RunCommand.Tell(RunEvent.SubtaskEnded end) -> {
                    endedIds.add(end.subtaskId());
                    if (end.outcome().isSucceeded()) {
                        succeeded.add(end.subtaskId());
                    }
                }
                case RunCommand.StopWork stop -> over = true;
                case RunCommand.StartRecall start ->
                    assertThat(over)
                            .as("%s: %s is recalled after the stop", this, start.id())
                            .isFalse();
                case RunCommand.StartRung start -> {
                    assertThat(over)
                            .as("%s: %s starts after the stop", this, start.id())
                            .isFalse();
                    for (Dependency on : node(start.id().subtaskId()).dependencies()) {
                        assertThat(on.soft() ? endedIds : succeeded)
                                .as("%s: %s starts before its dependency", this, start.id())
                                .contains(on.on());
                    }
                }
                default -> {}
            }
        }
    }

    private GraphNode node(String id) {
        return nodes.stream().filter(node -> node.id().equals(id)).findFirst().orElseThrow();
    }

    private List<String> admittedIds() {
        return nodes.subList(0, admitted).stream().map(GraphNode::id).toList();
    }

    RunEnding ending() {
        return rig.ending();
    }

    List<RunCommand> commands() {
        return rig.commands;
    }

    @Override
    public String toString() {
        return "seed %d, cut by %s".formatted(seed, cut);
    }
}
