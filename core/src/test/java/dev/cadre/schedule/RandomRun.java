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
import dev.cadre.task.Condition;
import dev.cadre.task.Dependency;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Missing;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.Outputs;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
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
import java.util.Set;
import java.util.stream.Collectors;
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
    private final Sessions sessions;
    private final Map<String, Integer> started = new HashMap<>();
    private int admitted;
    private boolean planOpen = true;

    RandomRun(long seed, long scheduleSeed, Cut cut) {
        this.seed = seed;
        this.cut = cut;
        nodes = graph(new Random(seed), hasRaces());
        schedule = new Random(31 * seed + scheduleSeed);
        sessions = new Sessions(seed);
        RunRig merged = cut == Cut.FAIL_FAST ? RunRig.failingFast() : RunRig.merged();
        rig = seed % 2 == 0 ? merged : merged.recalling(sessions);
    }

    /** A later session of a run. */
    RandomRun(long seed, long scheduleSeed, RandomRun earlier) {
        this.seed = seed;
        cut = Cut.NOTHING;
        nodes = earlier.nodes;
        schedule = new Random(31 * seed + scheduleSeed);
        sessions = new Sessions(earlier.succeeded(), earlier.winners());
        rig = RunRig.merged().recalling(sessions);
    }

    private Map<String, Outcome<Object>> succeeded() {
        var succeeded = new HashMap<String, Outcome<Object>>();
        var left = new HashSet<RungId>();
        for (RunInput input : rig.inputs) {
            if (input instanceof RunInput.RungAbandoned abandoned) {
                left.add(abandoned.id());
            } else if (input instanceof RunInput.RungEnded(RungId id, RungEnd.Accepted(Object value))
                    && !left.contains(id)) {
                succeeded.putIfAbsent(id.label(), new Outcome.Succeeded<>(value));
            }
        }
        for (RunEvent.Joined joined : rig.events(RunEvent.Joined.class)) {
            for (String id : joined.without().stream()
                    .filter(each -> !each.contains("#"))
                    .toList()) {
                succeeded.put(id, ended(id));
            }
        }
        return succeeded;
    }

    private Map<String, List<String>> winners() {
        return rig.events(RunEvent.Joined.class).stream()
                .collect(Collectors.toMap(RunEvent.Joined::subtaskId, RunEvent.Joined::took));
    }

    @SuppressWarnings("unchecked") // nobody looks at what it holds
    private Outcome<Object> ended(String id) {
        Outcome<?> end = rig.ended(id);
        return end.isSucceeded() ? Outcome.skipped(Skip.Kind.NOT_NEEDED, "it was enough") : (Outcome<Object>) end;
    }

    /** What was started in this session, or was to be asked again. */
    Set<String> startedLabels() {
        return rig.only(RunCommand.StartRung.class).stream()
                .map(start -> start.id().label())
                .collect(Collectors.toSet());
    }

    /** What was tried and did not succeed. */
    Set<String> failedLabels() {
        var failed = new HashSet<String>();
        rig.inputs.forEach(input -> {
            if (input instanceof RunInput.RungEnded(RungId id, RungEnd end)
                    && (end instanceof RungEnd.Failed || end instanceof RungEnd.Rejected)) {
                failed.add(id.label());
            }
        });
        return failed;
    }

    /**
     * Earlier sessions, which have ended some of the work. A cache may have that of one type, and what is on record of another
     * is found by what is attached: both are asked for on threads of their own.
     */
    private static final class Sessions implements EarlierOutcomes {
        private final long seed;
        private final Map<String, Outcome<Object>> known;
        private final Map<String, List<String>> winners;

        /** Sessions that ended a part of the work at random. */
        Sessions(long seed) {
            this.seed = seed;
            known = Map.of();
            winners = Map.of();
        }

        /** Sessions that ended this. */
        Sessions(Map<String, Outcome<Object>> known, Map<String, List<String>> winners) {
            seed = 0;
            this.known = known;
            this.winners = winners;
        }

        @Override
        public List<String> winners(String join) {
            return winners.getOrDefault(join, List.of());
        }

        @Override
        public Optional<Outcome<Object>> needless(String subtaskId) {
            return Optional.ofNullable(known.get(new RungId(subtaskId, -1, 0).label()))
                    .filter(end -> !end.isSucceeded());
        }

        @Override
        public Optional<EarlierOutcome> outcome(String subtaskId, int item, SubtaskType<?, ?> type, Object input) {
            Outcome<Object> kept = known.get(new RungId(subtaskId, item, 0).label());
            if (kept != null) {
                boolean wasTaken = winners(subtaskId).contains(new RungId(subtaskId, item, 0).label());
                return Optional.of(wasTaken ? EarlierOutcome.recorded(kept).taken() : EarlierOutcome.recorded(kept));
            }
            int drawn = seed % 2 == 0 ? -1 : Math.floorMod(Objects.hash(seed, subtaskId, item) * 0x9E3779B9, 8);
            Outcome<Object> old = new Outcome.Succeeded<>(new Out("on record %s %d".formatted(subtaskId, item)));
            return switch (drawn) {
                case 0 -> Optional.of(EarlierOutcome.recorded(old));
                case 4 -> Optional.of(new EarlierOutcome(old, new Origin.Cached(Duration.ofHours(3), Money.ZERO)));
                default -> Optional.empty();
            };
        }

        @Override
        public boolean callsUserCode(SubtaskType<?, ?> type) {
            return type == RunRig.RISING || mayBeOnRecord(type);
        }

        @Override
        public boolean mayBeOnRecord(SubtaskType<?, ?> type) {
            return type == RunRig.BEST;
        }

        @Override
        public Optional<EarlierOutcome> atOnce(String subtaskId, int item, SubtaskType<?, ?> type, Object input) {
            return mayBeOnRecord(type)
                    ? Optional.empty()
                    : outcome(subtaskId, item, type, input).filter(known -> known.origin() instanceof Origin.Journaled);
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
            rig.told(start.id(), isCut ? Optional.empty() : sessions.outcome(start));
        }
    }

    private boolean isInterrupted(RungId id) {
        return rig.only(RunCommand.StopWork.class).stream()
                        .anyMatch(stop -> stop.rungs().contains(id))
                || isDropped(id);
    }

    private boolean isDropped(RungId id) {
        return rig.only(RunCommand.DropWork.class).stream()
                .anyMatch(drop -> drop.rungs().contains(id));
    }

    /** Whether who is first may decide what the run ends with. */
    boolean hasRaces() {
        return seed % 3 == 0;
    }

    // --- the graph

    private static List<GraphNode> graph(Random random, boolean races) {
        var nodes = new ArrayList<GraphNode>();
        int size = 1 + random.nextInt(14);
        for (int position = 0; position < size; position++) {
            nodes.add(
                    races && position > 1 && random.nextInt(3) == 0
                            ? race(nodes, random)
                            : node(position, random, races));
        }
        if (!races && random.nextInt(4) == 0) {
            Collections.shuffle(nodes, random); // a planner may name a dependency before it brings it
        }
        return nodes;
    }

    /** A choice among subtasks before it. */
    private static GraphNode race(List<GraphNode> before, Random random) {
        List<Dependency> members = before.stream()
                .filter(each -> !(each.binding() instanceof Binding.Each) && random.nextInt(before.size()) < 3)
                .map(each -> new Dependency(each.id(), true))
                .toList();
        int enough = members.isEmpty() ? 0 : 1 + random.nextInt(members.size());
        var join = new Binding.Join(
                members.stream().map(Dependency::on).toList(),
                enough,
                outputs -> new Binding.Joined(new Out(read(members, outputs)), ""));
        return new GraphNode("s" + before.size(), RunRig.CODE, join, members, false);
    }

    private static GraphNode node(int position, Random random, boolean races) {
        String id = "s" + position;
        var dependencies = new ArrayList<Dependency>();
        for (int on = 0; on < position; on++) {
            if (random.nextInt(position + 1) < 2) {
                boolean soft = random.nextInt(4) == 0;
                dependencies.add(new Dependency("s" + on, soft, condition(random)));
            }
        }
        if (random.nextInt(25) == 0) {
            dependencies.add(new Dependency("ghost", false));
        }
        return new GraphNode(
                id,
                TYPES.get(random.nextInt(TYPES.size())),
                binding(id, dependencies, random, races),
                dependencies,
                random.nextInt(5) == 0);
    }

    private static Optional<Condition> condition(Random random) {
        return random.nextInt(8) == 0
                ? Optional.of(
                        new Condition("it is even", output -> output.toString().hashCode() % 2 == 0))
                : Optional.empty();
    }

    private static Binding binding(String id, List<Dependency> dependencies, Random random, boolean races) {
        if (random.nextInt(4) > 0) {
            return new Binding.One(outputs -> new In(id + read(dependencies, outputs)));
        }
        int items = random.nextInt(6); // one more than the limit
        int needed = random.nextInt(3);
        return new Binding.Each(
                outputs -> IntStream.range(0, items)
                        .mapToObj(item -> new In(id + item + read(dependencies, outputs)))
                        .toList(),
                total -> Math.min(needed, total),
                races && needed > 0 && random.nextBoolean(),
                false);
    }

    /**
     * Whether it is a fan-out that a race may have given up when enough of its items had succeeded: an item that came too late
     * then is on record, and a later session has it.
     */
    boolean mayKeepLateItems(String id) {
        return hasRaces() && node(id).binding() instanceof Binding.Each each && !each.stopsThere();
    }

    private static String read(List<Dependency> dependencies, Outputs outputs) {
        return dependencies.stream()
                .map(on -> outputs.of(on.on())
                        .map(value -> value instanceof Items<?> items ? items.values() : value)
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
        } else if (hasRaces() && admitted < nodes.size()) { // they are written by hand, and come all at once
            admitted = nodes.size();
            rig.on(new RunInput.Admitted(nodes));
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
        int dice = Math.floorMod(Objects.hash(seed, start.input(), start.tier().ordinal()) * 0x9E3779B9, 10);
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
        checkNotNeeded(ending);
        int before = rig.commands.size();
        rig.on(new RunInput.Cancelled()).on(new RunInput.PlanEnded(List.of()));
        assertThat(rig.commands).as("%s: nothing after the end", this).hasSize(before);
    }

    /** Nothing is missing that is not needed, and nothing is given up unless somebody said so. */
    private void checkNotNeeded(RunEnding ending) {
        ending.outcomes().forEach((id, outcome) -> {
            if (outcome instanceof Outcome.Skipped<?>(Skip skip) && skip.kind() == Skip.Kind.NOT_NEEDED) {
                assertThat(ending.missing())
                        .as("%s: %s", this, id)
                        .extracting(Missing::subtaskId)
                        .doesNotContain(id);
                assertThat(skip.because()).as("%s: %s", this, id).isNotEmpty();
            }
            if (node(id).binding() instanceof Binding.Join join && outcome.isSucceeded()) {
                assertThat(node(id).dependencies().stream()
                                .filter(on -> Objects.requireNonNull(
                                                ending.outcomes().get(on.on()))
                                        .isSucceeded()))
                        .as("%s: %s", this, id)
                        .hasSizeGreaterThanOrEqualTo(join.enough());
            }
        });
    }

    /** Nothing starts before what it needs has succeeded, and nothing at all after a stop. */
    private void checkStarts() {
        var succeeded = new HashSet<String>();
        var endedIds = new HashSet<String>();
        var given = new HashSet<String>();
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
                case RunCommand.DropWork drop -> drop.rungs().forEach(id -> given.add(id.label()));
                case RunCommand.StartRecall start ->
                    assertThat(over)
                            .as("%s: %s is recalled after the stop", this, start.id())
                            .isFalse();
                case RunCommand.StartRung start -> {
                    assertThat(given)
                            .as("%s: %s starts after it was given up", this, start.id())
                            .doesNotContain(start.id().label());
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
