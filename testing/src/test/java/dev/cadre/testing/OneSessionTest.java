// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunReport;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.RunUnderWayException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.merge.MergeInput;
import dev.cadre.merge.MergeTerms;
import dev.cadre.merge.Merged;
import dev.cadre.merge.Merger;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.Money;
import dev.cadre.task.Input;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One session of a run at a time, whoever begins it; and runs that are told apart by their key. */
class OneSessionTest {
    private static final Money CALL = Money.usd(Crew.NOTE_USD);
    private static final Budget BUDGET = Budget.usd("0.5");
    private static final Duration TIME = Duration.ofMinutes(1);

    /** What a run is. */
    enum Kind {
        GRAPH {
            @Override
            void run(Coordinator coordinator) throws InterruptedException {
                var graph = TaskGraph.builder();
                coordinator.run(graph.answering(graph.add("cats", NOTE, new Topic("cats"))), BUDGET);
            }
        },
        GOAL {
            @Override
            void run(Coordinator coordinator) throws InterruptedException {
                coordinator.run(Goal.of("What do cats do?", Answer.class), BUDGET);
            }
        },
        BULK {
            @Override
            void run(Coordinator coordinator) throws InterruptedException {
                coordinator.bulk(NOTE).run(Stream.of(new Topic("cats")), BUDGET, item -> {});
            }
        };

        abstract void run(Coordinator coordinator) throws InterruptedException;
    }

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();
    Journal journal;

    @BeforeEach
    void open() {
        journal = FileJournal.open(folder.resolve("runs.journal"));
        model.onPlan().costing(1_000, 400).repliesText(plan(plannedNote("cats")));
        model.onMerge().costing(1_000, 400).repliesText(merged("They purr."));
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private Coordinator coordinator() {
        return Coordinator.builder(model.pools()).plansWith(NOTE).build().journal(journal);
    }

    private void repliesAtOnce() {
        model.on(NOTE).costing(1_000, 400).replies(new Note("They purr."));
    }

    private String run() {
        return journal.runs().getFirst().run();
    }

    @ParameterizedTest
    @EnumSource
    void run_underWayInTheJournal_isRefusedToEveryOtherCoordinator(Kind kind) throws Exception {
        var gate = new Gate();
        model.on(NOTE).costing(1_000, 400).holdUntil(gate).replies(new Note("They purr."));
        var first = Crew.start(() -> {
            kind.run(coordinator());
            return true;
        });
        assertThat(model.awaitCalls(kind == Kind.GOAL ? 2 : 1))
                .as("planned, and held")
                .isTrue();
        int before = model.calls().size();

        assertThatThrownBy(() -> kind.run(coordinator()))
                .isInstanceOfSatisfying(
                        RunUnderWayException.class,
                        refused -> assertThat(refused.run()).isEqualTo(run()))
                .hasMessage("run %s is under way in this journal already".formatted(run()));

        assertThat(model.calls()).hasSize(before);
        gate.open();
        first.result();
        int called = model.calls().size();
        kind.run(coordinator());
        assertThat(model.calls()).as("the first session's work, once").hasSize(called);
    }

    @ParameterizedTest
    @EnumSource
    void run_thatWasInterrupted_isReleased(Kind kind) throws Exception {
        model.on(NOTE).costing(1_000, 400).holdUntil(new Gate()).replies(new Note("never"));
        var first = Crew.start(() -> {
            kind.run(coordinator());
            return true;
        });
        assertThat(model.awaitInFlight(1)).isTrue();
        first.thread().interrupt();
        assertThat(first.failure()).isInstanceOf(InterruptedException.class);

        journal.claim(run()).close();
    }

    @Test
    void bulk_whoseCallerThrows_isReleased() {
        repliesAtOnce();
        var bulk = coordinator().bulk(NOTE);
        assertThatThrownBy(() -> bulk.run(Stream.of(new Topic("cats")), BUDGET, item -> {
                    throw new IllegalStateException("full");
                }))
                .hasMessage("full");

        journal.claim(bulk.runId()).close();
    }

    @Test
    void journal_thatCannotBeRead_keepsNoClaim() throws Exception {
        repliesAtOnce();
        Kind.GRAPH.run(coordinator());
        String run = run();
        var unreadable = CrashingJournal.unreadable(journal);

        assertThatThrownBy(() -> Kind.GRAPH.run(Coordinator.of(model.pools()).journal(unreadable)))
                .isInstanceOf(UnrecordedException.class)
                .hasMessageStartingWith("IllegalStateException: unreadable, thrown by the journal ");

        journal.claim(run).close();
    }

    @Test
    void claim_closedTwice_releasesNoOtherSession() {
        Journal.Claim first = journal.claim("run");
        first.close();
        Journal.Claim second = journal.claim("run");
        first.close();

        assertThatThrownBy(() -> journal.claim("run")).isInstanceOf(RunUnderWayException.class);
        second.close();
    }

    // --- work that was left behind

    /** Code whose first call goes on after its run, until it is let go. */
    private final class Late {
        final Gate begun = new Gate();
        final Gate gate = new Gate();
        final TestClock clock = new TestClock();
        final AtomicInteger calls = new AtomicInteger();
        private final AtomicReference<Thread> first = new AtomicReference<>();

        final SubtaskType<Topic, Note> type =
                SubtaskType.code("slow", Topic.class, Note.class, (topic, context) -> new Note(call()));

        String call() {
            int number = calls.incrementAndGet();
            if (number == 1) {
                first.set(Thread.currentThread());
                begun.open();
                gate.awaitUninterruptibly();
            }
            return "call " + number;
        }

        /** Waits until its thread has ended. */
        void letGo() {
            gate.open();
            try {
                first.get().join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        Coordinator coordinator(SubtaskType<Topic, Note> planned) {
            return Coordinator.builder(model.pools())
                    .clock(clock)
                    .plansWith(planned)
                    .planner((request, intake) -> intake.offer(PlannedSubtask.of("a", planned, new Topic("cats"))))
                    .build()
                    .journal(journal);
        }

        /** The result of a session that leaves the first call behind. */
        <T> T leftBehind(Callable<T> session) throws Exception {
            var run = Crew.start(session);
            begun.await();
            while (clock.advanceToAlarm().compareTo(TIME.plusMillis(700)) < 0) {
                // others are waited for, too
            }
            return run.result();
        }
    }

    @Test
    void subtask_thatReturnsAfterItsSession_replacesNoLaterAnswer() throws Exception {
        repliesAtOnce();
        var late = new Late();
        var builder = TaskGraph.builder();
        var a = builder.add("a", late.type, new Topic("cats"));
        var b = builder.add("b", NOTE, Input.from(a, note -> new Topic(note.text())));
        var graph = builder.answering(b);
        var coordinator = late.coordinator(late.type);
        late.leftBehind(() -> coordinator.run(graph, BUDGET.within(TIME)));
        coordinator.run(graph, BUDGET.within(TIME));

        late.letGo();
        var third = coordinator.run(graph, BUDGET.within(TIME));

        assertThat(third.report().outcome("a")).isEqualTo(new Outcome.Succeeded<>(new Note("call 2")));
        assertThat(model.calls()).as("b, once").hasSize(1);
        assertThat(third.sessionSpend().total()).isEqualTo(Money.ZERO);
    }

    @Test
    void merger_thatReturnsAfterItsSession_replacesNoLaterAnswer() throws Exception {
        repliesAtOnce();
        var late = new Late();
        Goal<String> goal = Goal.of("Take a note", String.class).mergedBy(new Merger<String>() {
            @Override
            public Merged<String> merge(MergeInput input, MergeTerms terms) {
                return Merged.of(late.call());
            }

            @Override
            public boolean callsModel() {
                return true;
            }
        });
        var coordinator = late.coordinator(NOTE);
        late.leftBehind(() -> coordinator.run(goal, BUDGET.within(TIME)));
        coordinator.run(goal, BUDGET.within(TIME));

        late.letGo();

        CadreAssertions.assertThat(coordinator.run(goal, BUDGET.within(TIME))).isCompleteWith("call 2");
    }

    @Test
    void planner_thatGoesOnWhenItWasLeftBehind_addsNothingToThePlan() throws Exception {
        repliesAtOnce();
        var late = new Late();
        var ended = new Gate();
        var merging = new Gate();
        var merge = new Gate();
        var coordinator = Coordinator.builder(model.pools())
                .clock(late.clock)
                .plansWith(NOTE)
                .planner((request, intake) -> {
                    intake.offer(PlannedSubtask.of("a", NOTE, new Topic("cats")));
                    intake.offer(PlannedSubtask.of("b", NOTE, new Topic(late.call())));
                })
                .listener(event -> {
                    if (event instanceof RunEvent.SubtaskEnded) {
                        ended.open();
                    }
                })
                .build()
                .journal(journal);
        Goal<String> goal = Goal.of("Take a note", String.class).mergedBy(new Merger<String>() {
            @Override
            public Merged<String> merge(MergeInput input, MergeTerms terms) {
                merging.open();
                merge.awaitUninterruptibly();
                return Merged.of("merged");
            }

            @Override
            public boolean callsModel() {
                return true;
            }
        });

        var run = Crew.start(() -> coordinator.run(goal, BUDGET.within(TIME)));
        late.begun.await();
        ended.await();
        late.clock.advanceToAlarm();
        late.clock.advanceToAlarm();
        merging.await();
        late.letGo();
        merge.open();
        var result = run.result();

        assertThat(result.report().outcomes()).containsOnlyKeys("a");
        assertThat(journal.plan(result.report().runId())).hasSize(1);
        coordinator.run(goal, BUDGET.within(TIME));
        assertThat(late.calls).as("the planner is asked on").hasValue(2);
    }

    @Test
    void subtask_thatReturnsWhenItsRunHasEndedItOtherwise_isNotTaken() throws Exception {
        var late = new Late();
        var coordinator = Coordinator.builder(model.pools())
                .clock(late.clock)
                .listener(event -> {
                    if (event instanceof RunEvent.SubtaskEnded) {
                        late.letGo();
                    }
                })
                .build()
                .journal(journal);
        var builder = TaskGraph.builder();
        var graph = builder.answering(builder.add("a", late.type, new Topic("cats")));
        late.leftBehind(() -> coordinator.run(graph, BUDGET.within(TIME)));

        CadreAssertions.assertThat(coordinator.run(graph, BUDGET.within(TIME))).isCompleteWith(new Note("call 2"));
    }

    @Test
    void item_thatReturnsWhenItsRunHasEndedItOtherwise_isNotTaken() throws Exception {
        var late = new Late();
        var bulk = late.coordinator(late.type).bulk(late.type);
        late.leftBehind(() -> bulk.run(Stream.of(new Topic("cats")), BUDGET.within(TIME), item -> late.letGo()));

        assertThat(bulk.recorded(new Topic("cats"), 0)).isEmpty();
    }

    // --- keys

    @ParameterizedTest
    @EnumSource
    void runs_withDifferentKeys_shareNeitherMoneyNorAnswers(Kind kind) throws Exception {
        repliesAtOnce();
        kind.run(coordinator().runKey("user-17"));
        int once = model.calls().size();

        kind.run(coordinator().runKey("user-18"));
        kind.run(coordinator());

        assertThat(model.calls()).hasSize(3 * once);
        List<String> runs =
                journal.runs().stream().map(started -> started.run()).toList();
        assertThat(runs).doesNotHaveDuplicates().hasSize(3);
        assertThat(runs.stream().map(run -> journal.spent(run).total()).distinct())
                .hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void keyOfARun_standsInItsJournal(Kind kind) throws Exception {
        repliesAtOnce();
        kind.run(coordinator().runKey("user-17"));
        kind.run(coordinator());

        assertThat(journal.runs()).extracting(started -> started.runKey()).containsExactly("user-17", "");
    }

    @Test
    void keyOfARun_standsInItsReport() throws Exception {
        repliesAtOnce();
        var graph = TaskGraph.builder();
        var keyed = coordinator().runKey("user-17");

        RunReport report = keyed.run(graph.answering(graph.add("a", NOTE, new Topic("cats"))), BUDGET)
                .report();

        assertThat(report.runKey()).isEqualTo("user-17");
        assertThat(report.toString()).startsWith("run " + report.runId() + " (user-17): ");
    }

    @Test
    void keyThatIsBlankOrTooLong_isRefused() {
        for (String key : List.of("", " \t", "k".repeat(513))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> coordinator().runKey(key))
                    .withMessageStartingWith(
                            "the run key must have 1 to 512 characters, not all of them blank, but has " + key.length()
                                    + ": '");
        }
    }

    @ParameterizedTest
    @EnumSource
    void run_withTheSameKey_isTheSameRun(Kind kind) throws Exception {
        repliesAtOnce();
        kind.run(coordinator().runKey("user-17"));
        int once = model.calls().size();

        kind.run(Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .build()
                .runKey("user-17")
                .journal(journal));

        assertThat(model.calls()).hasSize(once);
        assertThat(journal.runs()).hasSize(1);
        assertThat(journal.spent(run()).total()).isGreaterThanOrEqualTo(CALL);
    }
}
