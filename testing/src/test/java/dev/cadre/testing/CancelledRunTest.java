// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.merge.Merged;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Input;
import dev.cadre.task.Limits;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** How a run ends before its time: cancelled by its caller, cut by its deadline, deserted by code that will not stop. */
class CancelledRunTest {
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    record Word(String word) {}

    final ScriptedModel model = new ScriptedModel();
    final TestClock clock = new TestClock();
    final List<RunEvent> events = new CopyOnWriteArrayList<>();
    final Gate never = new Gate();
    final BudgetGuard session = Budget.usd("5.00").open();

    @AfterEach
    void letGo() {
        never.open();
    }

    private Coordinator.Builder coordinator() {
        return Coordinator.builder(model.pools()).clock(clock).listener(events::add);
    }

    private Coordinator openingWhenAnySubtaskEnded(Gate gate) {
        return coordinator()
                .plansWith(NOTE)
                .listener(event -> {
                    if (event instanceof RunEvent.SubtaskEnded) {
                        gate.open();
                    }
                })
                .build();
    }

    private Budget budget() {
        return Budget.usd("1.00").under(session);
    }

    private static String runId(List<RunEvent> events) {
        return events.getFirst().runId();
    }

    // --- the caller

    @Test
    void caller_interrupted_leavesNothingBehind() throws Exception {
        model.on(NOTE).holdUntil(never).replies(new Note("never"));
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));
        var b = graph.add("b", NOTE, new Topic("b"));
        var both = graph.add("both", NOTE, from(a, b, (left, right) -> new Topic("both")));
        var pools = model.pools();
        var coordinator = Coordinator.builder(pools).listener(events::add).build();

        var run = start(() -> coordinator.run(graph.answering(both), budget()));
        assertThat(model.awaitInFlight(2)).isTrue();
        run.thread().interrupt();

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
        assertThat(VirtualThreads.namedWith(runId(events))).isEmpty();
        assertThat(model.inFlight()).isZero();
        assertThat(pools.pool(Tier.NANO).load().inFlight()).isZero();
        assertThat(session.openReservations()).isZero();
        assertThat(session.state().settled()).isEqualTo(Money.ZERO);
        assertThat(session.state().forfeited()).as("both calls may be billed").isNotEqualTo(Money.ZERO);
        var last = (RunEvent.RunEnded) events.getLast();
        assertThat(last.status()).isEqualTo("cancelled");
        assertThat(last.spent()).isEqualTo(session.state().forfeited());
    }

    @RepeatedTest(20)
    void caller_interruptedBeforeARunThatNeedsNoWait_callsNobody() throws Exception {
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));
        model.on(NOTE).replies(new Note("at once"));

        var run = start(() -> {
            Thread.currentThread().interrupt();
            return coordinator().build().run(graph.answering(a), budget());
        });

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void caller_interruptedBeforeTheRun_spendsNothing() throws Exception {
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));
        model.on(NOTE).holdUntil(never).replies(new Note("never"));

        var run = start(() -> {
            Thread.currentThread().interrupt();
            return coordinator().build().run(graph.answering(a), budget());
        });

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
        assertThat(VirtualThreads.namedWith(runId(events))).isEmpty();
        assertThat(session.openReservations()).isZero();
    }

    @Test
    void plannedRun_interruptedWhilePlanning_leavesNothingBehind() throws Exception {
        model.onPlan().holdUntil(never).replies("never");
        var coordinator = coordinator().plansWith(NOTE).build();

        var run = start(() -> coordinator.run(Goal.of("Take notes", Crew.Answer.class), budget()));
        assertThat(model.awaitInFlight(1)).isTrue();
        run.thread().interrupt();

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
        assertThat(VirtualThreads.namedWith(runId(events))).isEmpty();
        assertThat(session.openReservations()).isZero();
        assertThat(session.state().setAside()).as("the merger's money").isEqualTo(Money.ZERO);
    }

    @Test
    void plantedLeak_isFound() throws Exception {
        Thread leak = Thread.ofVirtual().name("cadre-planted-leak").start(never::awaitUninterruptibly);

        assertThat(VirtualThreads.namedWith("planted")).containsExactly("cadre-planted-leak");
        never.open();
        leak.join();

        assertThat(VirtualThreads.namedWith("planted")).isEmpty();
    }

    // --- the deadline

    @Test
    void deadline_passed_cutsWorkersAndSkipsTheRest() throws Exception {
        model.on(NOTE, new Topic("a")).costing(1_000, 400).replies(new Note("A"));
        model.on(NOTE, new Topic("b")).holdUntil(never).replies(new Note("never"));
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));
        var b = graph.add("b", NOTE, new Topic("b"));
        var c = graph.add("c", NOTE, from(a, b, (left, right) -> new Topic("c")));

        var run = start(() -> coordinator().build().run(graph.answering(c), budget()));
        assertThat(model.awaitCalls(2)).isTrue();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE);

        assertThat(run.result())
                .isFailedBecause(RunFailure.Kind.DEADLINE)
                .outcome(b)
                .isFailedBecause(Failure.Kind.DEADLINE)
                .outcome(c)
                .isSkippedBecause(Skip.Kind.DEADLINE)
                .leftNothingBehind();
        assertThat(run.result().report().elapsed()).isEqualTo(DEADLINE);
    }

    @Test
    void deadline_passed_failsTheItemInFlight_andSkipsTheOneThatWasNeverSent() throws Exception {
        model.on(NOTE).holdUntil(never).replies(new Note("never"));
        var graph = TaskGraph.builder();
        var notes = graph.add("notes", NOTE, Input.forEach(List.of(new Topic("a"), new Topic("b"))));
        var pools = model.pools(pool -> pool.maxParallel(1));
        var coordinator =
                Coordinator.builder(pools).clock(clock).listener(events::add).build();

        var run = start(() -> coordinator.run(graph.answering(notes), budget()));
        assertThat(model.awaitInFlight(1)).isTrue();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE);

        assertThat(run.result()).isFailedBecause(RunFailure.Kind.DEADLINE);
        assertThat(events)
                .filteredOn(RunEvent.RungEnded.class::isInstance)
                .extracting(event -> String.valueOf(((RunEvent.RungEnded) event).failure()))
                .hasSize(2)
                .allMatch(failure -> failure.startsWith("DEADLINE: "));
    }

    @Test
    void deadline_passed_skipsASubtaskOfWhichNothingWasSent() throws Exception {
        model.on(NOTE).holdUntil(never).replies(new Note("never"));
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));
        var b = graph.add("b", NOTE, new Topic("b"));
        var both = graph.add("both", NOTE, from(a, b, (left, right) -> new Topic("both")));
        var pools = model.pools(pool -> pool.maxParallel(1));
        var coordinator = Coordinator.builder(pools).clock(clock).build();

        var run = start(() -> coordinator.run(graph.answering(both), budget()));
        assertThat(model.awaitInFlight(1)).isTrue();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE);

        var result = run.result();
        assertThat(result).isFailedBecause(RunFailure.Kind.DEADLINE);
        assertThat(Stream.of(a, b).map(node -> result.report().outcomes().get(node.id())))
                .as("whichever was sent")
                .satisfiesExactlyInAnyOrder(
                        sent -> assertThat(sent.reason()).startsWith("failed: DEADLINE: "),
                        unsent -> assertThat(unsent.reason()).startsWith("skipped: DEADLINE: "));
    }

    @Test
    void budgetsOwnTime_shorterThanTheLimit_counts() throws Exception {
        model.on(NOTE).holdUntil(never).replies(new Note("never"));
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));

        var run = start(() -> coordinator().build().run(graph.answering(a), budget().within(Duration.ofSeconds(90))));
        assertThat(model.awaitInFlight(1)).isTrue();

        assertThat(clock.advanceToAlarm()).isEqualTo(Duration.ofSeconds(90));
        assertThat(run.result()).isFailedBecause(RunFailure.Kind.DEADLINE);
    }

    @Test
    void plannedRun_workersTimeIsUp_stillAnswersWithWhatThereIs() throws Exception {
        model.onPlan().replies(plan(plannedNote("a"), plannedNote("b")));
        model.on(NOTE, new Topic("a")).replies(new Note("A"));
        model.on(NOTE, new Topic("b")).holdUntil(never).replies(new Note("never"));
        model.onMerge().repliesText(Crew.merged("only a"));
        var aEnded = new Gate();
        var coordinator = openingWhenAnySubtaskEnded(aEnded);

        var run = start(() -> coordinator.run(Goal.of("Take notes", Crew.Answer.class), budget()));
        aEnded.await();
        assertThat(model.awaitCalls(3)).isTrue();
        assertThat(clock.advanceToAlarm()).as("a fifth is the merger's").isEqualTo(Duration.ofMinutes(8));

        RunResult<Crew.Answer> result = run.result();
        assertThat(Crew.partial(result).answer()).isEqualTo(new Crew.Answer("only a"));
        assertThat(Crew.partial(result).missing())
                .hasToString(
                        "[b (failed: DEADLINE: the time for workers ran out while in the client of model 'gpt-5.4-nano')]");
        assertThat(result).leftNothingBehind();
    }

    // --- code that will not stop

    @Test
    void client_ignoresInterrupts_isLeftBehindNamedAndForfeitedItsPermitKept() throws Exception {
        model.on(NOTE, new Topic("a"))
                .costing(1_000, 400)
                .holdUninterruptiblyUntil(never)
                .replies(new Note("late"));
        model.on(NOTE, new Topic("b")).costing(1_000, 400).replies(new Note("B"));
        var pools = model.pools(pool -> pool.maxParallel(1));
        var coordinator =
                Coordinator.builder(pools).clock(clock).listener(events::add).build();
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));

        var run = start(() -> coordinator.run(graph.answering(a), budget()));
        assertThat(model.awaitInFlight(1)).isTrue();
        Money reserved = session.state().outstanding();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE);
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE.plusMillis(700));

        var result = run.result();
        String thread = "cadre-" + result.report().runId() + "-a/0";
        assertThat(result).outcome(a).isFailedBecause(Failure.Kind.DEADLINE);
        assertThat(result.report().abandoned()).containsExactly(thread);
        assertThat(events)
                .filteredOn(RunEvent.WorkAbandoned.class::isInstance)
                .extracting(event -> ((RunEvent.WorkAbandoned) event).thread())
                .containsExactly(thread);
        assertThat(result.report().openReservations()).isEqualTo(1);
        assertThat(result.spend().forfeited()).isEqualTo(reserved);
        assertThat(result.spend().estimated()).isTrue();
        assertThat(result.report().elapsed()).isEqualTo(DEADLINE.plusMillis(700));
        assertThat(pools.pool(Tier.NANO).load().inFlight())
                .as("the permit is kept")
                .isEqualTo(1);
        assertThat(VirtualThreads.namedWith(thread)).containsExactly(thread);

        never.open();
        var next = TaskGraph.builder();
        var b = next.add("b", NOTE, new Topic("b"));
        var later = start(() -> Coordinator.of(pools).run(next.answering(b), budget()));
        assertThat(later.result()).isCompleteWith(new Note("B")).spent(Crew.NOTE_USD);
        assertThat(session.openReservations()).isZero();
        assertThat(session.state().settled())
                .as("the late reply tells what it cost")
                .isEqualTo(Money.usd("0.0014"));
    }

    @Test
    void tool_ignoresInterrupts_isNamedInTheResult() throws Exception {
        var stuck = Tool.of("stuck", "Never ends.", Word.class, (word, context) -> {
            never.awaitUninterruptibly();
            return word.word();
        });
        var tooled = NOTE.tools(stuck);
        model.on(tooled).calls(new ToolCall("1", "stuck", "{\"word\":\"x\"}")).replies(new Note("without it"));
        var limits = Limits.DEFAULT.withTools(new Limits.ToolLimits(20, 50, 1_000, Duration.ofMillis(1)));
        var graph = TaskGraph.builder();
        var a = graph.add("a", tooled, new Topic("a"));

        var result = Coordinator.builder(model.pools()).limits(limits).build().run(graph.answering(a), budget());

        assertThat(result).isCompleteWith(new Note("without it"));
        assertThat(result.report().abandoned())
                .containsExactly(
                        "cadre-tool:%s/a/stuck".formatted(result.report().runId()));
    }

    @Test
    void merge_thatNeverEnds_beginsAfterTheDeadlineAndIsCut() throws Exception {
        var merging = new Gate();
        var run = startMergeAtTheDeadline(merging, false);
        merging.await();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE.plusMillis(150));

        assertThat(run.result()).isFailedBecause(RunFailure.Kind.DEADLINE).leftNothingBehind();
        assertThat(Crew.failed(run.result()).cause().message()).isEqualTo("the merge was interrupted");
    }

    @Test
    void merge_thatIgnoresInterrupts_isLeftBehindWithinASecondOfTheDeadline() throws Exception {
        var merging = new Gate();
        var run = startMergeAtTheDeadline(merging, true);
        merging.await();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE.plusMillis(150));
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE.plusMillis(850));

        var result = run.result();
        assertThat(result).isFailedBecause(RunFailure.Kind.DEADLINE);
        assertThat(result.report().abandoned())
                .containsExactly("cadre-" + result.report().runId() + "-merger");
        assertThat(result.report().elapsed()).isLessThan(DEADLINE.plusSeconds(1));
    }

    /** Note a is there, note b held until the deadline; then code merges that waits for a gate that stays shut. */
    private Crew.Started<RunResult<String>> startMergeAtTheDeadline(Gate merging, boolean ignoringInterrupts)
            throws InterruptedException {
        model.onPlan().replies(plan(plannedNote("a"), plannedNote("b")));
        model.on(NOTE, new Topic("a")).replies(new Note("A"));
        model.on(NOTE, new Topic("b")).holdUntil(never).replies(new Note("never"));
        var aEnded = new Gate();
        var coordinator = openingWhenAnySubtaskEnded(aEnded);
        Goal<String> goal = Goal.of("Take notes", String.class).mergedBy((input, terms) -> {
            merging.open();
            if (ignoringInterrupts) {
                never.awaitUninterruptibly();
            } else {
                never.await();
            }
            return Merged.of("late");
        });
        var run = start(() -> coordinator.run(goal, budget()));
        aEnded.await();
        assertThat(model.awaitCalls(3)).isTrue();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE);
        return run;
    }

    @Test
    void merge_byCodeAfterTheDeadline_stillAnswers() throws Exception {
        model.onPlan().replies(plan(plannedNote("a"), plannedNote("b")));
        model.on(NOTE, new Topic("a")).replies(new Note("A"));
        model.on(NOTE, new Topic("b")).holdUntil(never).replies(new Note("never"));
        var aEnded = new Gate();
        var coordinator = openingWhenAnySubtaskEnded(aEnded);
        Goal<List<Note>> goal = notes();

        var run = start(() -> coordinator.run(goal, budget()));
        aEnded.await();
        assertThat(model.awaitCalls(3)).isTrue();
        clock.advanceToAlarm();

        assertThat(Crew.partial(run.result()).answer()).containsExactly(new Note("A"));
    }

    @SuppressWarnings("unchecked") // the class of a list knows nothing of its elements
    private static Goal<List<Note>> notes() {
        return ((Goal<List<Note>>) (Goal<?>) Goal.of("Take notes", Crew.Notes.class)).mergedBy(Mergers.collect(NOTE));
    }
}
