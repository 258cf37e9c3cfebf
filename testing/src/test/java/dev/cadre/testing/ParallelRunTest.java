// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.forEach;
import static dev.cadre.task.Input.from;
import static dev.cadre.task.Input.fromAll;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.SubtaskReport;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What runs beside what, and what a failure touches. */
class ParallelRunTest {
    private static final Budget BUDGET = Budget.usd("1.00");

    final ScriptedModel model = new ScriptedModel();

    private static Note about(String topic) {
        return new Note("All about " + topic);
    }

    @Test
    void subtask_needsOnlyA_runsWhileBIsHeld() throws Exception {
        var gate = new Gate();
        model.on(NOTE, new Topic("a")).replies(about("a"));
        model.on(NOTE, new Topic("b")).holdUntil(gate).replies(about("b"));
        model.on(NOTE, new Topic("c after All about a")).holdUntil(gate).replies(about("c"));
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));
        var b = graph.add("b", NOTE, new Topic("b"));
        var c = graph.add("c", NOTE, from(a, note -> new Topic("c after " + note.text())));
        var last = graph.add("last", Crew.BRIEF, from(b, c, (left, right) -> new Notes(List.of(left, right))));
        model.on(Crew.BRIEF).replies(new Brief("done"));

        var run = start(() -> Coordinator.of(model.pools()).run(graph.answering(last), BUDGET));
        assertThat(model.awaitCalls(3)).isTrue();
        assertThat(model.awaitInFlight(2)).isTrue();
        assertThat(model.calls()).extracting(call -> call.purpose().subtaskId()).contains("c");
        gate.open();

        assertThat(run.result()).isCompleteWith(new Brief("done")).leftNothingBehind();
    }

    @Test
    void twentySubtasks_oneFails_leavesNineteenOutcomesAndSkipsItsDependents() throws Exception {
        var graph = TaskGraph.builder();
        var notes = new ArrayList<SubtaskRef<Note>>();
        for (int i = 0; i < 20; i++) {
            model.on(NOTE, new Topic("t" + i)).replies(about("t" + i));
            notes.add(graph.add("t" + i, NOTE, new Topic("t" + i)));
        }
        model.on(NOTE, new Topic("t7")).refuses("not this one");
        var brief = graph.add("brief", Crew.BRIEF, fromAll(notes, Notes::new));
        var after = graph.add("after", NOTE, from(brief, done -> new Topic(done.headline())));

        var result = Coordinator.of(model.pools()).run(graph.answering(after), BUDGET);

        for (int i = 0; i < 20; i++) {
            if (i != 7) {
                assertThat(result).outcome(notes.get(i)).hasValue(about("t" + i));
            }
        }
        assertThat(result)
                .outcome(notes.get(7))
                .isFailedBecause(Failure.Kind.REFUSED)
                .outcome(brief)
                .isSkippedBecauseOf(notes.get(7))
                .outcome(after)
                .isSkippedBecauseOf(notes.get(7))
                .isFailedBecause(RunFailure.Kind.ANSWER_MISSING)
                .leftNothingBehind();
        assertThat(model.calls()).hasSize(20);
    }

    @Test
    void softReference_failed_isEmptyInTheInput() throws Exception {
        model.on(NOTE, new Topic("a")).refuses("no");
        model.on(NOTE, new Topic("without a")).replies(about("the rest"));
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));
        graph.optional(a);
        var b = graph.add(
                "b",
                NOTE,
                from(a.ifSucceeded(), (Optional<Note> note) -> new Topic(note.isPresent() ? "with a" : "without a")));

        var result = Coordinator.of(model.pools()).run(graph.answering(b), BUDGET);

        assertThat(result).isCompleteWith(about("the rest"));
    }

    @Test
    void fanOut_failed_reportsTheItemsThatWereTried() throws Exception {
        model.on(NOTE, new Topic("cats")).costing(1_000, 400).replies(about("cats"));
        model.on(NOTE, new Topic("dogs")).costing(1_000, 400).refuses("no dogs");
        var graph = TaskGraph.builder();
        var pets = graph.add(
                "pets",
                NOTE,
                forEach(List.of(new Topic("cats"), new Topic("dogs"))).minSuccess(2));
        model.on(Crew.BRIEF).replies(new Brief("never asked"));
        var brief = graph.add("brief", Crew.BRIEF, from(pets, notes -> new Notes(notes.values())));

        var result = Coordinator.of(model.pools()).run(graph.answering(brief), BUDGET);

        assertThat(result).outcome(pets).isFailedBecause(Failure.Kind.TOO_FEW_ITEMS);
        assertThat(result.report().subtasks())
                .extracting(SubtaskReport::id, SubtaskReport::status, SubtaskReport::cost)
                .containsExactly(
                        tuple(
                                "pets",
                                SubtaskReport.Status.FAILED,
                                Money.usd(Crew.NOTE_USD).times(2)),
                        tuple("pets#0", SubtaskReport.Status.SUCCEEDED, Money.usd(Crew.NOTE_USD)),
                        tuple("pets#1", SubtaskReport.Status.FAILED, Money.usd(Crew.NOTE_USD)),
                        tuple("brief", SubtaskReport.Status.SKIPPED, Money.ZERO));
        assertThat(result.report().subtasks().get(2).reason())
                .isEqualTo("failed: REFUSED: the model refused: \"no dogs\"");
    }

    @Test
    void failFast_firstFailure_interruptsTheOthers() throws Exception {
        model.on(NOTE, new Topic("a")).holdUntil(new Gate()).replies(about("a"));
        model.on(NOTE, new Topic("b")).holdUntil(new Gate()).replies(about("b"));
        var gate = new Gate();
        model.on(NOTE, new Topic("c")).costing(1_000, 400).holdUntil(gate).refuses("no");
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));
        var b = graph.add("b", NOTE, new Topic("b"));
        var c = graph.add("c", NOTE, new Topic("c"));
        var d = graph.add("d", NOTE, from(a, b, (left, right) -> new Topic("d")));
        var coordinator = Coordinator.builder(model.pools()).failFast().build();

        var run = start(() -> coordinator.run(graph.answering(d), BUDGET));
        assertThat(model.awaitInFlight(3)).isTrue();
        gate.open();

        assertThat(run.result())
                .isFailedBecause(RunFailure.Kind.FAILED_FAST)
                .outcome(a)
                .isFailedBecause(Failure.Kind.CANCELLED)
                .outcome(b)
                .isFailedBecause(Failure.Kind.CANCELLED)
                .outcome(c)
                .isFailedBecause(Failure.Kind.REFUSED)
                .outcome(d)
                .isSkippedBecause(Skip.Kind.FAIL_FAST)
                .leftNothingBehind();
        assertThat(model.inFlight()).isZero();
    }

    @Test
    void listener_throwsOnEveryEvent_changesNothing() throws Exception {
        model.on(NOTE, new Topic("a")).costing(1_000, 400).replies(about("a"));
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));
        var heard = new ArrayList<RunEvent>();
        var coordinator = Coordinator.builder(model.pools())
                .listener(event -> {
                    throw new IllegalStateException("a broken listener");
                })
                .listener(heard::add)
                .build();

        RunResult<Note> result = coordinator.run(graph.answering(a), BUDGET);

        assertThat(result).isCompleteWith(about("a")).spent(Crew.NOTE_USD).leftNothingBehind();
        assertThat(heard)
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly(
                        "RunStarted",
                        "SubtaskAdmitted",
                        "RungStarted",
                        "PlanEnded",
                        "AttemptStarted",
                        "AttemptEnded",
                        "RungEnded",
                        "SubtaskEnded",
                        "RunEnded");
    }

    @Test
    @Tag("slow")
    void waitingCoordinator_usesNoProcessor() throws Exception {
        model.on(NOTE, new Topic("warm")).replies(about("warm"));
        var gate = new Gate();
        model.on(NOTE, new Topic("held")).holdUntil(gate).replies(about("held"));
        var coordinator = Coordinator.of(model.pools());
        var warm = TaskGraph.builder();
        coordinator.run(warm.answering(warm.add("a", NOTE, new Topic("warm"))), BUDGET);
        var graph = TaskGraph.builder();
        var held = graph.add("a", NOTE, new Topic("held"));

        var run = start(() -> coordinator.run(graph.answering(held), BUDGET));
        assertThat(model.awaitInFlight(1)).isTrue();
        burn(50); // what it still does about the start
        long before = processorMillis(run.thread());
        burn(300);
        long used = processorMillis(run.thread()) - before;
        gate.open();

        assertThat(run.result()).outcome(held).hasValue(about("held"));
        assertThat(used).as("milliseconds of processor time while it waited").isLessThan(20);
    }

    private static long processorMillis(Thread thread) {
        return TimeUnit.NANOSECONDS.toMillis(ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId()));
    }

    /** Keeps the calling thread busy for this much processor time, so that time passes without a sleep. */
    private static void burn(long millis) {
        long until = processorMillis(Thread.currentThread()) + millis;
        while (processorMillis(Thread.currentThread()) < until) {
            Thread.onSpinWait();
        }
    }
}
