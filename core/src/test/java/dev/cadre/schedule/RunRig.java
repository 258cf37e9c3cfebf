// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.budget.LedgerState;
import dev.cadre.event.RunEvent;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Binding;
import dev.cadre.task.Dependency;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A machine fed by hand. A first call costs at most 1 pico-dollar on nano, 10 on mini, 100 on the flagship; the budget is
 * 1,000 unless a test says otherwise. Nothing runs: rungs end when the test says so.
 */
final class RunRig {
    record In(String text) {}

    record Out(String text) {}

    static final SubtaskType<In, Out> NOTE = SubtaskType.model("note", In.class, Out.class, "Note it.");
    static final SubtaskType<In, Out> RISING = NOTE.upTo(Tier.FLAGSHIP);
    static final SubtaskType<In, Out> BEST = NOTE.startingAt(Tier.FLAGSHIP);
    static final SubtaskType<In, Out> FALLING = BEST.notBelow(Tier.NANO);
    static final SubtaskType<In, Out> CODE =
            SubtaskType.code("code", In.class, Out.class, (in, context) -> new Out("code"));

    final Map<RungId, RunCommand.StartRung> running = new LinkedHashMap<>();
    final Map<RungId, RunCommand.StartRecall> recalling = new LinkedHashMap<>();
    final List<RunCommand> commands = new ArrayList<>();
    final List<RunInput> inputs = new ArrayList<>();
    LedgerState money = money(1_000, 0, 0);
    /** How often the machine has asked for a price. */
    int quotes;
    /** What a call costs beyond its tier because of its input, by the text of the input. */
    final Map<String, Long> picoOfInput = new HashMap<>();
    /** The tiers that have no model. */
    final Set<Tier> unbound = EnumSet.noneOf(Tier.class);
    /** Since the start of the run. */
    Duration now = Duration.ZERO;

    private static final long START_NANOS = -7;

    private final Optional<String> answer;
    private final boolean failFast;
    private final RunMachine machine;
    private final List<String> started = new ArrayList<>();

    private RunRig(Optional<String> answer, boolean failFast) {
        this(answer, failFast, EarlierOutcomes.NOTHING);
    }

    private RunRig(Optional<String> answer, boolean failFast, EarlierOutcomes recall) {
        this(new RunMachine.Settings("run", answer, failFast, 4), recall);
    }

    private RunRig(RunMachine.Settings settings, EarlierOutcomes recall) {
        answer = settings.answer();
        failFast = settings.failFast();
        machine = new RunMachine(settings, prices(), recall, money, START_NANOS);
    }

    /** A run whose answer is the output of a subtask. */
    static RunRig answeredBy(String id) {
        return new RunRig(Optional.of(id), false);
    }

    /** A run whose answer a merger makes. */
    static RunRig merged() {
        return new RunRig(Optional.empty(), false);
    }

    /** A merged run of so many rounds, some of which earlier sessions added; each of those is the rule that led to it. */
    static RunRig replanning(int rounds, String... onRecord) {
        return new RunRig(
                new RunMachine.Settings("run", Optional.empty(), false, 4, rounds, List.of(onRecord), 60_000),
                EarlierOutcomes.NOTHING);
    }

    /** The same with earlier sessions. */
    RunRig recalling(EarlierOutcomes recall) {
        return new RunRig(answer, failFast, recall);
    }

    /** A merged run that the first failure ends. */
    static RunRig failingFast() {
        return new RunRig(Optional.empty(), true);
    }

    /** The record is looked through. */
    RunRig recalled(RungId id, Optional<? extends Outcome<Object>> earlier) {
        return told(id, earlier.map(EarlierOutcome::recorded));
    }

    /** The same, from wherever it is. */
    RunRig told(RungId id, Optional<EarlierOutcome> earlier) {
        recalling.remove(id);
        return on(new RunInput.Recalled(id, earlier));
    }

    private FirstCallQuotes prices() {
        return new FirstCallQuotes() {
            @Override
            public Money worstCase(SubtaskType<?, ?> type, @Nullable Object input, Tier tier) {
                quotes++;
                long more = input instanceof In(String text) ? picoOfInput.getOrDefault(text, 0L) : 0;
                return price(type, tier).plus(Money.ofPico(more));
            }

            @Override
            public boolean isBound(SubtaskType<?, ?> type, Tier tier) {
                return !unbound.contains(tier);
            }
        };
    }

    private static Money price(SubtaskType<?, ?> type, Tier tier) {
        if (type.work() instanceof Work.Code<?, ?> code) {
            return code.costPerCall();
        }
        long pico = switch (tier) {
            case NANO -> 1;
            case MINI -> 10;
            case FLAGSHIP -> 100;
        };
        return Money.ofPico(pico);
    }

    static LedgerState money(long limit, long settled, long outstanding) {
        return new LedgerState(
                Money.ofPico(limit), Money.ofPico(settled), Money.ZERO, Money.ofPico(outstanding), Money.ZERO, false);
    }

    // --- the graph

    static GraphNode node(String id, String... dependencies) {
        return node(id, NOTE, dependencies);
    }

    static GraphNode node(String id, SubtaskType<In, Out> type, String... dependencies) {
        return new GraphNode(id, type, new Binding.One(outputs -> new In(id)), hard(dependencies), false);
    }

    /** Its dependencies are soft: the input lists the outputs of those that succeeded. */
    static GraphNode softly(String id, String... dependencies) {
        var soft =
                Arrays.stream(dependencies).map(on -> new Dependency(on, true)).toList();
        var binding = new Binding.One(outputs -> new In(Arrays.stream(dependencies)
                .map(on -> outputs.of(on).map(Object::toString).orElse("nothing of " + on))
                .toList()
                .toString()));
        return new GraphNode(id, NOTE, binding, soft, false);
    }

    static GraphNode optional(GraphNode node) {
        return new GraphNode(node.id(), node.type(), node.binding(), node.dependencies(), true);
    }

    static GraphNode fanOut(String id, int items, Binding.MinSuccess minSuccess, String... dependencies) {
        var inputs =
                IntStream.range(0, items).mapToObj(item -> new In(id + item)).toList();
        return new GraphNode(id, NOTE, new Binding.Each(outputs -> inputs, minSuccess), hard(dependencies), false);
    }

    private static List<Dependency> hard(String... ids) {
        return Arrays.stream(ids).map(on -> new Dependency(on, false)).toList();
    }

    // --- inputs

    RunRig on(RunInput input) {
        inputs.add(input);
        List<RunCommand> next = machine.on(input, money, START_NANOS + now.toNanos());
        commands.addAll(next);
        for (RunCommand command : next) {
            if (command instanceof RunCommand.StartRung start) {
                running.put(start.id(), start);
                started.add(start.id().label() + "@" + start.tier());
            } else if (command instanceof RunCommand.StartRecall start) {
                recalling.put(start.id(), start);
            }
        }
        return this;
    }

    RunRig later(Duration time) {
        now = now.plus(time);
        return this;
    }

    RunRig plan(GraphNode... nodes) {
        admit(nodes);
        return on(new RunInput.PlanEnded(List.of()));
    }

    RunRig admit(GraphNode... nodes) {
        for (GraphNode node : nodes) {
            on(new RunInput.Admitted(node));
        }
        return this;
    }

    RunRig accept(String label) {
        return end(label, new RungEnd.Accepted(new Out(label + " done")));
    }

    RunRig reject(String label) {
        return end(
                label,
                new RungEnd.Rejected(new Failure(Failure.Kind.NOT_ACCEPTED, label + " is poor"), "poor " + label));
    }

    RunRig fail(String label) {
        return end(label, RungEnd.Failed.of(new Failure(Failure.Kind.REFUSED, label + " refused")));
    }

    RunRig unaffordable(String label, long need) {
        return end(label, new RungEnd.Unaffordable(Money.ofPico(need)));
    }

    RunRig end(String label, RungEnd end) {
        return end(rung(label), end);
    }

    RunRig end(RungId id, RungEnd end) {
        running.remove(id);
        return on(new RunInput.RungEnded(id, end));
    }

    RungId rung(String label) {
        return running.keySet().stream()
                .filter(id -> id.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new AssertionError(label + " is not running, only " + running.keySet()));
    }

    // --- what came of it

    /** What was started since this was asked last, such as {@code a@NANO}. */
    List<String> started() {
        var since = List.copyOf(started);
        started.clear();
        return since;
    }

    List<String> labelsRunning() {
        return running.keySet().stream().map(RungId::label).toList();
    }

    List<String> stopped() {
        return only(RunCommand.StopWork.class).stream()
                .flatMap(stop -> stop.rungs().stream())
                .map(RungId::label)
                .toList();
    }

    boolean hasEnded() {
        return !only(RunCommand.Finish.class).isEmpty();
    }

    RunEnding ending() {
        var finishes = only(RunCommand.Finish.class);
        if (finishes.size() != 1) {
            throw new AssertionError("the run has finished %d times".formatted(finishes.size()));
        }
        return finishes.getFirst().ending();
    }

    Outcome<?> outcome(String id) {
        return ending().outcomes().get(id);
    }

    /** The outcome of a subtask that has ended, in a run that may go on. */
    Outcome<?> ended(String id) {
        return events(RunEvent.SubtaskEnded.class).stream()
                .filter(event -> event.subtaskId().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError(id + " has not ended"))
                .outcome();
    }

    List<SubtaskOutcome> merging() {
        return only(RunCommand.StartMerge.class).getFirst().outcomes();
    }

    <E extends RunEvent> List<E> events(Class<E> kind) {
        return only(RunCommand.Tell.class).stream()
                .map(RunCommand.Tell::event)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    <C extends RunCommand> List<C> only(Class<C> kind) {
        return commands.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
