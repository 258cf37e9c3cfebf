// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.partial;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.model.CallPurpose;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.SubtaskType;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a further round has added belongs to the plan, also when a later session would not have planned again. */
class RecordedRoundsTest {
    private static final Budget BUDGET = Budget.usd("1.00");
    private static final Goal<Answer> GOAL = Goal.of("Take notes", Answer.class);

    @TempDir
    Path folder;

    private final ScriptedModel model = scripted();
    private final AtomicBoolean serverIsUp = new AtomicBoolean();
    private final SubtaskType<Topic, Note> server =
            SubtaskType.code("server", Topic.class, Note.class, (in, context) -> {
                if (!serverIsUp.get()) {
                    throw new IllegalStateException("the server is down");
                }
                return new Note("served");
            });
    private final SubtaskType<Topic, Note> boss = SubtaskType.code("boss", Topic.class, Note.class, (in, context) -> {
        throw new AwaitedException("the boss");
    });
    private final List<Integer> asked = new ArrayList<>();

    private static ScriptedModel scripted() {
        var scripted = new ScriptedModel();
        scripted.on(NOTE).costing(1_000, 400).replies(new Note("noted"));
        scripted.on(NOTE, new Topic("dogs")).costing(1_000, 400).refuses("no dogs");
        scripted.onMerge()
                .costing(1_000, 400)
                .answers(call -> merged(call.request().turns().toString().contains("extra") ? "better" : "first"));
        return scripted;
    }

    /** Plans a note and what the server does, and then what a round is to add. */
    private Planner adding(PlannedSubtask... added) {
        return (request, intake) -> {
            asked.add(request.progress().round());
            if (request.progress().isRound()) {
                List.of(added).forEach(intake::offer);
            } else {
                intake.offer(PlannedSubtask.of("cats", NOTE, new Topic("cats")));
                intake.offer(PlannedSubtask.of("served", server, new Topic("x")));
            }
        };
    }

    private static PlannedSubtask note(String id) {
        return PlannedSubtask.of(id, NOTE, new Topic(id));
    }

    private Coordinator.Builder coordinator(Planner planner) {
        return Coordinator.builder(model.pools())
                .plansWith(NOTE, server, boss)
                .planner(planner)
                .replanning(1);
    }

    private Journal journal() {
        return FileJournal.open(folder.resolve("run.journal"));
    }

    @Test
    void runThatWaitsInARound_waitsOn_whenWhatHadFailedSucceeds() throws Exception {
        Coordinator coordinator = coordinator(adding(note("extra"), PlannedSubtask.of("ok", boss, new Topic("x"))))
                .build();

        try (Journal journal = journal()) {
            assertThat(coordinator.journal(journal).run(GOAL, BUDGET)).isSuspendedFor("ok");
            serverIsUp.set(true);
            RunResult<Answer> second = coordinator.journal(journal).run(GOAL, BUDGET);
            assertThat(second).isSuspendedFor("ok");
            assertThat(second.report().outcomes().keySet()).containsExactly("cats", "served", "extra", "ok");
        }
        assertThat(asked).containsExactly(0, 1);
        assertThat(model.calls()).as("cats and extra, once").hasSize(2);
    }

    @Test
    void ruleThatAcceptsMoreNow_judgesTheAnswerAfterTheRounds() throws Exception {
        model.onPlan()
                .answers(call -> call.request().turns().toString().contains("It has to obey")
                        ? plan(plannedNote("extra"))
                        : plan(plannedNote("cats")));
        Coordinator coordinator =
                Coordinator.builder(model.pools()).plansWith(NOTE).replanning(2).build();

        try (Journal journal = journal()) {
            Goal<Answer> strict = GOAL.accept("good", answer -> !answer.text().equals("first"));
            assertThat(coordinator.journal(journal).run(strict, BUDGET)).isCompleteWith(new Answer("better"));
            int calls = model.calls().size();
            assertThat(coordinator.journal(journal).run(GOAL.accept("good", answer -> true), BUDGET))
                    .isCompleteWith(new Answer("better"));
            assertThat(model.calls()).hasSize(calls);
        }
    }

    @Test
    void roundThatBrokeOff_keepsWhatItHadAdded_andItsPlannerIsNotAskedWithoutNeed() throws Exception {
        Planner planner = adding(note("extra"), note("never"));
        try (Journal journal = CrashingJournal.at(
                entry -> entry instanceof JournalEntry.PlanAdmitted(var run, int position, String subtask)
                        && subtask.contains("never"),
                journal())) {
            coordinator(planner).build().journal(journal).run(GOAL, BUDGET);
        }
        serverIsUp.set(true);

        try (Journal journal = journal()) {
            RunResult<Answer> second =
                    coordinator(planner).build().journal(journal).run(GOAL, BUDGET);
            assertThat(second).isCompleteWith(new Answer("better"));
            assertThat(second.report().outcomes().keySet()).containsExactly("cats", "served", "extra");
        }
        assertThat(asked).containsExactly(0, 1);
    }

    @Test
    void roundThatBrokeOff_isPlannedToItsEnd_whenSomethingIsStillWrong() throws Exception {
        Planner planner = adding(note("extra"), note("more").replacing("served"));
        try (Journal journal = CrashingJournal.at(
                entry -> entry instanceof JournalEntry.PlanAdmitted(var run, int position, String subtask)
                        && subtask.contains("more"),
                journal())) {
            coordinator(planner).build().journal(journal).run(GOAL, BUDGET);
        }

        try (Journal journal = journal()) {
            assertThat(coordinator(planner).build().journal(journal).run(GOAL, BUDGET))
                    .isCompleteWith(new Answer("better"));
        }
        assertThat(asked).containsExactly(0, 1, 1);
    }

    @Test
    void ruleThatRejectedTheAnswer_isKnownInTheRoundsOfALaterSession() throws Exception {
        var rejected = new ArrayList<String>();
        Planner planner = (request, intake) -> {
            rejected.add(request.progress().rejected());
            intake.offer(
                    note(List.of("cats", "dogs", "extra").get(request.progress().round())));
        };
        Goal<Answer> goal = GOAL.accept("it is better", answer -> answer.text().equals("better"));
        try (Journal journal = CrashingJournal.at(
                entry -> entry instanceof JournalEntry.Intent intent
                        && intent.asked().kind() == CallPurpose.Kind.WORK
                        && intent.key().subtask().equals("dogs"),
                journal())) {
            coordinator(planner).replanning(2).build().journal(journal).run(goal, BUDGET);
        }

        try (Journal journal = journal()) {
            partial(coordinator(planner).replanning(2).build().journal(journal).run(goal, BUDGET));
        }
        assertThat(rejected).hasSizeGreaterThan(2).startsWith("");
        assertThat(rejected.subList(1, rejected.size())).containsOnly("it is better");
    }

    /** A review that has this verdict on what a round adds. */
    private Coordinator reviewed(AtomicReference<PlanReview.Verdict> verdict) {
        PlanReview review =
                proposed -> proposed.subtasks().size() == 1 ? verdict.get() : new PlanReview.Verdict.Approve();
        return coordinator(adding(note("extra").replacing("served")))
                .review(review)
                .build();
    }

    private static void rejectLater(Coordinator coordinator, AtomicReference<PlanReview.Verdict> verdict)
            throws InterruptedException {
        assertThat(coordinator.run(GOAL, BUDGET)).isSuspendedFor("planner");
        verdict.set(new PlanReview.Verdict.Reject("no extra"));
        partial(coordinator.run(GOAL, BUDGET));
    }

    @Test
    void roundThatAReviewRejectedLater_standsInNobodysPlace() throws Exception {
        var verdict = new AtomicReference<PlanReview.Verdict>(new PlanReview.Verdict.Wait("the lead"));
        Coordinator coordinator = reviewed(verdict);

        try (Journal journal = journal()) {
            rejectLater(coordinator.journal(journal), verdict);
            serverIsUp.set(true);
            RunResult<Answer> third = coordinator.journal(journal).run(GOAL, BUDGET);
            assertThat(third).isCompleteWith(new Answer("first"));
            assertThat(third.report().outcomes().keySet()).containsExactly("cats", "served");
        }
        assertThat(asked).containsExactly(0, 1);
    }

    @Test
    void roundThatAReviewRejectedLater_isPlannedAnew_whileSomethingIsWrong() throws Exception {
        var verdict = new AtomicReference<PlanReview.Verdict>(new PlanReview.Verdict.Wait("the lead"));
        Coordinator coordinator = reviewed(verdict);

        try (Journal journal = journal()) {
            rejectLater(coordinator.journal(journal), verdict);
            verdict.set(new PlanReview.Verdict.Approve());
            assertThat(coordinator.journal(journal).run(GOAL, BUDGET)).isCompleteWith(new Answer("better"));
            assertThat(coordinator.journal(journal).run(GOAL, BUDGET)).isCompleteWith(new Answer("better"));
        }
        assertThat(asked).containsExactly(0, 1, 1);
        assertThat(model.calls()).as("cats, two merges, extra").hasSize(4);
    }

    @Test
    @Tag("slow")
    void run_brokenOffAtEveryEntry_keepsItsRounds_whenNothingWouldBePlannedAgain() throws Exception {
        for (int crashAt = 1; ; crashAt++) {
            serverIsUp.set(false);
            Path file = folder.resolve("crash-" + crashAt + ".journal");
            Coordinator coordinator = coordinator(adding(note("extra"))).build();
            Optional<JournalEntry> lost;
            try (var journal = CrashingJournal.atEntry(crashAt, FileJournal.open(file))) {
                coordinator.journal(journal).run(GOAL, BUDGET);
                lost = journal.lost();
            }
            if (lost.isEmpty()) {
                assertThat(crashAt).as("entries").isGreaterThan(15);
                return;
            }
            boolean hasExtra = adds(file);
            serverIsUp.set(true);
            try (Journal journal = FileJournal.open(file)) {
                RunResult<Answer> second = coordinator.journal(journal).run(GOAL, BUDGET);
                assertThat(second)
                        .as("broken off at entry %d: %s", crashAt, lost.get())
                        .isCompleteWith(new Answer(hasExtra ? "better" : "first"));
                int calls = model.calls().size();
                RunResult<Answer> third = coordinator.journal(journal).run(GOAL, BUDGET);
                assertThat(third).isCompleteWith(second.requireComplete());
                assertThat(third.report().outcomes()).isEqualTo(second.report().outcomes());
                assertThat(model.calls()).hasSize(calls);
            }
        }
    }

    /** Whether a round has added something for good. */
    private static boolean adds(Path file) {
        var adds = new AtomicBoolean();
        FileJournal.read(
                file,
                line -> adds.compareAndSet(
                        false,
                        line.entry() instanceof JournalEntry.PlanAdmitted(var run, int position, String subtask)
                                && subtask.contains("extra")));
        return adds.get();
    }
}
