// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.forEach;
import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.planned;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NestedRun;
import dev.cadre.RunFailedException;
import dev.cadre.RunResult;
import dev.cadre.SubtaskReport;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.merge.Mergers;
import dev.cadre.model.CallPurpose;
import dev.cadre.people.FileDesk;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.price.Money;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.Missing;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Worker;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that wait for people end without an answer, hold nothing, and go on when they are run again. */
class SuspendedRunTest {
    record Decision(boolean approved, String remark) {}

    record Reviewed(Note note, Decision decision) {}

    private static final SubtaskType<Reviewed, Brief> PUBLISH =
            SubtaskType.model("publish", Reviewed.class, Brief.class, "Write a headline.");
    private static final Budget BUDGET = Budget.usd("1.00");

    @TempDir
    Path folder;

    private static ScriptedModel scripted() {
        var model = new ScriptedModel();
        model.on(NOTE).costing(1_000, 400).replies(new Note("noted"));
        model.on(PUBLISH).costing(1_000, 400).replies(new Brief("news"));
        model.onMerge().costing(1_000, 400).repliesText(merged("done"));
        return model;
    }

    private FileDesk desk() {
        return FileDesk.open(folder.resolve("desk"));
    }

    private static SubtaskType<Note, Decision> approve(Worker<Note, Decision> worker) {
        return SubtaskType.code("approve", Note.class, Decision.class, worker);
    }

    /** A note, its approval, and what is made of both; beside them a note that nobody has to approve. */
    private static TaskGraph<Brief> graph(Worker<Note, Decision> worker) {
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, new Topic("cats"));
        var decision = graph.add("approve", approve(worker), from(note, each -> each));
        graph.add("other", NOTE, new Topic("dogs"));
        var brief = graph.add("brief", PUBLISH, from(note, decision, Reviewed::new));
        return graph.answering(brief);
    }

    private static RunResult<Brief> run(ScriptedModel model, Journal journal, Worker<Note, Decision> worker)
            throws InterruptedException {
        return Coordinator.of(model.pools()).journal(journal).run(graph(worker), BUDGET);
    }

    private RunResult<Brief> session(ScriptedModel model, Path file, Worker<Note, Decision> worker) throws Exception {
        try (Journal journal = FileJournal.open(file)) {
            return run(model, journal, worker);
        }
    }

    private static Map<String, Integer> worked(ScriptedModel model) {
        var worked = new HashMap<String, Integer>();
        model.calls().forEach(call -> worked.merge(call.purpose().subtaskId(), 1, Integer::sum));
        return worked;
    }

    @Test
    void run_thatWaitsForAPerson_isSuspended_andGoesOnWhenTheAnswerIsThere() throws Exception {
        Path file = folder.resolve("run.journal");
        Worker<Note, Decision> worker = desk().worker(Note.class, Decision.class);
        var first = scripted();

        RunResult<Brief> suspended = session(first, file, worker);

        assertThat(suspended).isSuspendedFor("approve").leftNothingBehind();
        assertThat(worked(first)).isEqualTo(Map.of("note", 1, "other", 1));
        FileDesk.Question question = desk().questions().getFirst();
        assertThat(question.subtaskId()).isEqualTo("approve");
        assertThat(question.runId()).isEqualTo(suspended.report().runId());
        assertThat(question.input()).isEqualTo("{\"text\":\"noted\"}");
        assertThat(question.answerSchema()).contains("\"approved\":{\"type\":\"boolean\"}");

        desk().answer(question, Decision.class, new Decision(true, "fine"));
        var second = scripted();
        RunResult<Brief> resumed = session(second, file, worker);

        assertThat(resumed).isCompleteWith(new Brief("news"));
        assertThat(worked(second)).as("what was finished is not paid again").isEqualTo(Map.of("brief", 1));
        assertThat(desk().questions()).isEmpty();
        var third = new ScriptedModel();
        assertThat(session(third, file, worker)).isCompleteWith(new Brief("news"));
        assertThat(third.calls()).isEmpty();
    }

    @Test
    void suspendedRun_isAFailureForWhoeverExpectsNone() throws Exception {
        RunResult<Brief> suspended =
                session(scripted(), folder.resolve("run.journal"), desk().worker(Note.class, Decision.class));

        assertThat(suspended).isInstanceOf(RunResult.Failed.class).isFailedBecause(RunFailure.Kind.SUSPENDED);
        assertThatThrownBy(suspended::requireComplete)
                .isInstanceOf(RunFailedException.class)
                .hasMessageContaining("the run waits for")
                .hasMessageContaining("(approve)");
        assertThat(suspended.toToolText()).startsWith("not finished: the run waits for");
    }

    @Test
    void suspendedRun_thatIsRunAgainTooEarly_waitsOn_andPaysNothing() throws Exception {
        Path file = folder.resolve("run.journal");
        Worker<Note, Decision> worker = desk().worker(Note.class, Decision.class);
        session(scripted(), file, worker);
        var second = new ScriptedModel();

        assertThat(session(second, file, worker)).isSuspendedFor("approve");

        assertThat(second.calls()).isEmpty();
        assertThat(desk().questions()).hasSize(1);
    }

    @Test
    void answerThatDoesNotFit_isAwaitedOn() throws Exception {
        Path file = folder.resolve("run.journal");
        Worker<Note, Decision> worker = desk().worker(Note.class, Decision.class);
        session(scripted(), file, worker);
        String name = desk().questions().getFirst().name();
        Files.writeString(folder.resolve("desk").resolve(name + ".answer.json"), "{\"approved\":\"yes\"}");

        var again = (RunResult.Suspended<Brief>) session(new ScriptedModel(), file, worker);

        assertThat(again.awaited().getFirst().reason())
                .contains("an answer that fits its form")
                .contains("approved");
        assertThat(desk().questions()).as("it is open still").hasSize(1);
    }

    @Test
    void answerThatCannotBeRead_isAwaitedOn() throws Exception {
        Path file = folder.resolve("run.journal");
        Worker<Note, Decision> worker = desk().worker(Note.class, Decision.class);
        session(scripted(), file, worker);
        String name = desk().questions().getFirst().name();
        Files.createDirectory(folder.resolve("desk").resolve(name + ".answer.json"));

        var again = (RunResult.Suspended<Brief>) session(new ScriptedModel(), file, worker);

        assertThat(again.awaited().getFirst().reason()).contains("an answer that can be read");
        assertThat(desk().questions()).hasSize(1);
    }

    @Test
    void answerThatIsTooLong_isAwaitedOn() throws Exception {
        Path file = folder.resolve("run.journal");
        Worker<Note, Decision> worker = desk().worker(Note.class, Decision.class);
        session(scripted(), file, worker);
        String name = desk().questions().getFirst().name();
        Files.writeString(folder.resolve("desk").resolve(name + ".answer.json"), " ".repeat((1 << 20) + 1));

        var again = (RunResult.Suspended<Brief>) session(new ScriptedModel(), file, worker);

        assertThat(again.awaited().getFirst().reason()).contains("has more than 1,048,576 bytes");
    }

    @Test
    void questionWhoseInputChanged_isAnotherQuestion() throws Exception {
        Worker<Note, Decision> worker = desk().worker(Note.class, Decision.class);
        session(scripted(), folder.resolve("one.journal"), worker);
        desk().answer(desk().questions().getFirst(), Decision.class, new Decision(true, ""));
        var other = new ScriptedModel();
        other.on(NOTE).replies(new Note("another text"));

        assertThat(session(other, folder.resolve("two.journal"), worker)).isSuspendedFor("approve");
        assertThat(desk().questions())
                .extracting(FileDesk.Question::input)
                .containsExactly("{\"text\":\"another text\"}");
    }

    @Test
    void fanOut_withAnItemThatWaits_holdsItsDependentsBack() throws Exception {
        Path file = folder.resolve("run.journal");
        var allowed = ConcurrentHashMap.<String>newKeySet();
        allowed.add("a");
        SubtaskType<Topic, Note> asked = SubtaskType.code("asked", Topic.class, Note.class, (topic, context) -> {
            if (!allowed.contains(topic.name())) {
                throw new AwaitedException("an answer about " + topic.name());
            }
            return new Note(topic.name());
        });
        record Topics(List<Topic> topics) {}
        var graph = TaskGraph.builder();
        var topics = graph.add(
                "topics",
                SubtaskType.code(
                        "topics",
                        Topic.class,
                        Topics.class,
                        (in, context) -> new Topics(List.of(new Topic("a"), new Topic("b"), new Topic("c")))),
                new Topic("all"));
        var notes = graph.add("notes", asked, forEach(topics, Topics::topics));
        var brief = graph.add(
                "brief",
                SubtaskType.code(
                        "count",
                        Crew.Notes.class,
                        Brief.class,
                        (in, context) -> new Brief(in.notes().size() + " notes")),
                from(notes, items -> new Crew.Notes(items.values())));
        TaskGraph<Brief> whole = graph.answering(brief);
        Coordinator coordinator = Coordinator.of(new ScriptedModel().pools());

        try (Journal journal = FileJournal.open(file)) {
            assertThat(coordinator.journal(journal).run(whole, BUDGET)).isSuspendedFor("notes#1", "notes#2");
            allowed.add("b");
            assertThat(coordinator.journal(journal).run(whole, BUDGET)).isSuspendedFor("notes#2");
            allowed.add("c");
            assertThat(coordinator.journal(journal).run(whole, BUDGET)).isCompleteWith(new Brief("3 notes"));
        }
    }

    @Test
    void optionalSubtask_thatWaits_holdsNobodyUp() throws Exception {
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, new Topic("cats"));
        graph.optional(graph.add(
                "approve",
                approve((in, context) -> {
                    throw new AwaitedException("somebody");
                }),
                from(note, each -> each)));

        var result = Coordinator.of(scripted().pools()).run(graph.answering(note), BUDGET);

        assertThat(result).isCompleteWith(new Note("noted"));
        assertThat(result).outcome("approve").isSkippedBecause(Skip.Kind.AWAITED);
    }

    @Test
    void subtaskThatCanDoWithoutTheAnswer_waitsForItAllTheSame() throws Exception {
        record Given(Note note, Optional<Decision> decision) {}
        SubtaskType<Given, Brief> use = SubtaskType.model("use", Given.class, Brief.class, "Write a headline.");
        var model = scripted();
        model.on(use).costing(1_000, 400).replies(new Brief("news"));
        Worker<Note, Decision> worker = desk().worker(Note.class, Decision.class);
        var builder = TaskGraph.builder();
        var note = builder.add("note", NOTE, new Topic("cats"));
        var decision = builder.add("approve", approve(worker), from(note, each -> each));
        TaskGraph<Brief> graph =
                builder.answering(builder.add("use", use, from(note, decision.ifSucceeded(), Given::new)));
        Coordinator coordinator = Coordinator.of(model.pools());

        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            assertThat(coordinator.journal(journal).run(graph, BUDGET)).isSuspendedFor("approve");
            desk().answer(desk().questions().getFirst(), Decision.class, new Decision(true, ""));
            assertThat(coordinator.journal(journal).run(graph, BUDGET)).isCompleteWith(new Brief("news"));
        }

        assertThat(worked(model)).isEqualTo(Map.of("note", 1, "use", 1));
    }

    @Test
    void itemsThatWait_areSkippedWithTheirQuestion_whateverTheOthersCameTo() throws Exception {
        Worker<Topic, Brief> asks = (topic, context) -> switch (topic.name()) {
            case "cats" -> new Brief("purr");
            case "dogs" -> throw new IllegalStateException("no dogs");
            default -> throw new AwaitedException("a word on " + topic.name());
        };
        var asking = SubtaskType.code("ask", Topic.class, Brief.class, asks);
        var graph = TaskGraph.builder();
        var all = graph.add(
                "all",
                asking,
                forEach(List.of(new Topic("cats"), new Topic("dogs"), new Topic("fish"), new Topic("newts"))));
        var log = new EventLog();

        RunResult<?> result = Coordinator.builder(new ScriptedModel().pools())
                .listener(log)
                .build()
                .run(graph.answering(all), BUDGET);

        assertThat(result).isSuspendedFor("all#2", "all#3");
        assertThat(result.report().subtasks())
                .extracting(SubtaskReport::id, SubtaskReport::status, SubtaskReport::reason)
                .containsExactly(
                        tuple(
                                "all",
                                SubtaskReport.Status.SKIPPED,
                                "skipped: AWAITED: 2 of 4 items wait; first: all#2 (a word on fish)"),
                        tuple("all#0", SubtaskReport.Status.SUCCEEDED, ""),
                        tuple(
                                "all#1",
                                SubtaskReport.Status.FAILED,
                                "failed: CODE_FAILED: IllegalStateException: no dogs, thrown by the code of subtask type 'ask'"),
                        tuple("all#2", SubtaskReport.Status.SKIPPED, "skipped: AWAITED: a word on fish"),
                        tuple("all#3", SubtaskReport.Status.SKIPPED, "skipped: AWAITED: a word on newts"));
        assertThat(log.toString()).contains("all#2 ended on NANO: AWAITED: a word on fish");
    }

    @Test
    void optionalSubtask_thatIsNeededByARequiredOne_suspendsTheRun() throws Exception {
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, new Topic("cats"));
        var decision = graph.add(
                "approve",
                approve((in, context) -> {
                    throw new AwaitedException("somebody");
                }),
                from(note, each -> each));
        graph.optional(decision);
        var brief = graph.add("brief", PUBLISH, from(note, decision, Reviewed::new));

        assertThat(Coordinator.of(scripted().pools()).run(graph.answering(brief), BUDGET))
                .isSuspendedFor("approve");
    }

    /** Neither branch can run before the decision is there. */
    @Test
    void branchesOfADecisionThatIsAwaited_doNotFailARunThatFailsFast() throws Exception {
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, new Topic("cats"));
        var decision = graph.add(
                "approve",
                approve((in, context) -> {
                    throw new AwaitedException("somebody");
                }),
                from(note, each -> each));
        var post = graph.add("post", PUBLISH, from(note, decision, Reviewed::new));
        var shelve = graph.add("shelve", PUBLISH, from(note, decision, Reviewed::new));
        graph.when(post, decision, "it is approved", Decision::approved);
        graph.when(shelve, decision, "it is refused", each -> !each.approved());
        var end = graph.race("end", post, shelve);

        assertThat(Coordinator.builder(scripted().pools()).failFast().build().run(graph.answering(end), BUDGET))
                .isSuspendedFor("approve");
    }

    @Test
    void answer_isRequired_evenIfItIsMarkedAsOptional() throws Exception {
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, new Topic("cats"));
        var decision = graph.add(
                "approve",
                approve((in, context) -> {
                    throw new AwaitedException("somebody");
                }),
                from(note, each -> each));
        var brief = graph.add("brief", PUBLISH, from(note, decision, Reviewed::new));
        graph.optional(decision, brief);

        var coordinator = Coordinator.of(scripted().pools());
        assertThat(coordinator.run(graph.answering(decision), BUDGET)).isSuspendedFor("approve");
        assertThat(coordinator.run(graph.answering(brief), BUDGET)).isSuspendedFor("approve");
    }

    @Test
    void plannedSubtask_thatWaits_suspendsBeforeTheMerge() throws Exception {
        var model = scripted();
        model.onPlan()
                .replies(plan(
                        plannedNote("cats"),
                        planned("approve", "ok", "{\"text\":{\"from\":\"cats\",\"field\":\"text\"}}", "")));
        Worker<Note, Decision> worker = desk().worker(Note.class, Decision.class);
        Path file = folder.resolve("run.journal");
        Goal<Answer> goal = Goal.of("Take notes", Answer.class);
        Coordinator coordinator = Coordinator.builder(model.pools())
                .plansWith(NOTE, approve(worker))
                .replanning(2)
                .build();

        try (Journal journal = FileJournal.open(file)) {
            assertThat(coordinator.journal(journal).run(goal, BUDGET)).isSuspendedFor("ok");
            assertThat(model.calls())
                    .as("a plan and a note; no further round, no merge")
                    .hasSize(2);
            desk().answer(desk().questions().getFirst(), Decision.class, new Decision(true, ""));
            assertThat(coordinator.journal(journal).run(goal, BUDGET)).isCompleteWith(new Answer("done"));
        }
        assertThat(model.calls()).hasSize(3);
    }

    @Test
    void reviewThatWaits_suspendsBeforeAnythingIsPaid_andTheSamePlanIsAskedAboutAgain() throws Exception {
        var model = scripted();
        model.onPlan().replies(plan(plannedNote("cats")));
        var verdict = new AtomicReference<PlanReview.Verdict>(new PlanReview.Verdict.Wait("the team lead"));
        var seen = new ArrayList<String>();
        PlanReview review = proposed -> {
            seen.add(proposed.subtasks().toString());
            return verdict.get();
        };
        Coordinator coordinator = Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .review(review)
                .build();
        Goal<Answer> goal = Goal.of("Take notes", Answer.class);

        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            RunResult<Answer> suspended = coordinator.journal(journal).run(goal, BUDGET);
            assertThat(suspended).isSuspendedFor("planner");
            assertThat(((RunResult.Suspended<Answer>) suspended).awaited())
                    .containsExactly(new Missing("planner", "the team lead"));
            assertThat(model.calls()).as("the plan").hasSize(1);
            verdict.set(new PlanReview.Verdict.Approve());
            assertThat(coordinator.journal(journal).run(goal, BUDGET)).isCompleteWith(new Answer("done"));
        }
        assertThat(model.calls())
                .filteredOn(call -> call.purpose().kind() == CallPurpose.Kind.PLAN)
                .hasSize(1);
        assertThat(seen).hasSize(2);
        assertThat(seen.get(1)).isEqualTo(seen.get(0));
    }

    @Test
    void mergerThatWaits_suspendsTheRun() throws Exception {
        var model = scripted();
        model.onPlan().replies(plan(plannedNote("cats")));
        var signed = new AtomicBoolean();
        Goal<Answer> goal = Goal.of("Take notes", Answer.class).mergedBy(Mergers.of(input -> {
            if (!signed.get()) {
                throw new AwaitedException("a signature");
            }
            return new Answer("signed");
        }));
        Coordinator coordinator =
                Coordinator.builder(model.pools()).plansWith(NOTE).build();

        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            assertThat(coordinator.journal(journal).run(goal, BUDGET)).isSuspendedFor("merger");
            signed.set(true);
            assertThat(coordinator.journal(journal).run(goal, BUDGET)).isCompleteWith(new Answer("signed"));
        }
        assertThat(model.calls()).as("the plan and the note, once").hasSize(2);
    }

    @Test
    void plannerThatWaits_letsWhatItHasPlannedComeToItsEnd() throws Exception {
        var model = scripted();
        var told = new AtomicBoolean();
        Planner planner = (request, intake) -> {
            intake.offer(PlannedSubtask.of("cats", NOTE, new Topic("cats")));
            if (!told.get()) {
                throw new AwaitedException("the rest of the goal");
            }
            intake.offer(PlannedSubtask.of("dogs", NOTE, new Topic("dogs")));
        };
        Coordinator coordinator = Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .planner(planner)
                .build();
        Goal<Answer> goal = Goal.of("Take notes", Answer.class);

        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            RunResult<Answer> suspended = coordinator.journal(journal).run(goal, BUDGET);
            assertThat(suspended).isSuspendedFor("planner").spent("0.0007");
            told.set(true);
            assertThat(coordinator.journal(journal).run(goal, BUDGET)).isCompleteWith(new Answer("done"));
        }
        assertThat(worked(model)).isEqualTo(Map.of("cats", 1, "dogs", 1, "", 1));
    }

    @Test
    @SuppressWarnings("NullAway") // as code without its checks would
    void waitForNobody_isRefused() {
        assertThatThrownBy(() -> new AwaitedException(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("what is awaited");
        assertThatThrownBy(() -> new PlanReview.Verdict.Wait(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("what is awaited");
    }

    @Test
    void planForLater_whosePlannerWaits_saysSo() {
        Coordinator coordinator = Coordinator.builder(scripted().pools())
                .plansWith(NOTE)
                .planner((request, intake) -> {
                    throw new AwaitedException("the boss");
                })
                .build();

        assertThatThrownBy(() -> coordinator.plan(Goal.of("Take notes", Answer.class), BUDGET))
                .isInstanceOf(RunFailedException.class)
                .hasMessage("SUSPENDED: the run waits for the boss (planner)");
    }

    @Test
    void answerOfAnotherPlace_isRefused() {
        var strange = new FileDesk.Question("../evil", "run", "approve", "{}", "{}");

        assertThatThrownBy(() -> desk().answer(strange, Decision.class, new Decision(true, "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("../evil");
    }

    @Test
    void nestedRun_thatWaits_suspendsTheOuterOne_andBothGoOn() throws Exception {
        var model = scripted();
        Worker<Note, Decision> worker = desk().worker(Note.class, Decision.class);
        Coordinator inner = Coordinator.of(model.pools());
        SubtaskType<Topic, Brief> nested = NestedRun.<Topic, Brief>graph(
                        () -> inner, Money.usd("0.10"), topic -> graph(worker))
                .asType("nested", Topic.class, Brief.class);
        var outer = TaskGraph.builder();
        var whole = outer.answering(outer.add("whole", nested, new Topic("pets")));

        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            RunResult<Brief> suspended =
                    Coordinator.of(model.pools()).journal(journal).run(whole, BUDGET);
            assertThat(suspended).isSuspendedFor("whole").leftNothingBehind();
            assertThat(((RunResult.Suspended<Brief>) suspended)
                            .awaited()
                            .getFirst()
                            .reason())
                    .contains("(approve)");
            desk().answer(desk().questions().getFirst(), Decision.class, new Decision(true, ""));

            assertThat(Coordinator.of(model.pools()).journal(journal).run(whole, BUDGET))
                    .isCompleteWith(new Brief("news"));
        }
        assertThat(worked(model)).isEqualTo(Map.of("note", 1, "other", 1, "brief", 1));
    }

    @Test
    @Tag("slow")
    void run_brokenOffAtEveryEntry_whileItIsSuspendedOrGoesOn_losesAndRepeatsNothing() throws Exception {
        Worker<Note, Decision> worker = desk().worker(Note.class, Decision.class);
        for (int crashAt = 1; ; crashAt++) {
            Path file = folder.resolve("crash-" + crashAt + ".journal");
            var paid = new HashMap<String, Integer>();
            boolean crashed = false;
            var answered = new AtomicBoolean();
            Worker<Note, Decision> late = (in, context) -> {
                if (!answered.get()) {
                    throw new AwaitedException("an answer");
                }
                try {
                    return worker.perform(in, context);
                } catch (AwaitedException asked) {
                    desk().answer(desk().questions().getFirst(), Decision.class, new Decision(true, ""));
                    return worker.perform(in, context);
                }
            };
            Optional<JournalEntry> lost = Optional.empty();
            try (var journal = CrashingJournal.atEntry(crashAt, FileJournal.open(file))) {
                var model = scripted();
                run(model, journal, late);
                answered.set(journal.lost().isEmpty());
                run(model, journal, late);
                lost = journal.lost();
                worked(model).forEach((id, calls) -> paid.merge(id, calls, Integer::sum));
            }
            crashed = lost.isPresent();
            List<String> finished = finished(file);
            answered.set(true);
            var model = scripted();
            RunResult<Brief> resumed = session(model, file, late);
            assertThat(resumed).as("broken off at entry %d", crashAt).isCompleteWith(new Brief("news"));
            finished.forEach(id -> assertThat(worked(model)).doesNotContainKey(id));
            worked(model).forEach((id, calls) -> paid.merge(id, calls, Integer::sum));
            if (!crashed) {
                assertThat(paid).isEqualTo(Map.of("note", 1, "other", 1, "brief", 1));
                assertThat(crashAt).isGreaterThan(15);
                return;
            }
            assertThat(paid.values())
                    .as("at most what was in flight is paid again")
                    .allMatch(calls -> calls <= 2);
        }
    }

    private static List<String> finished(Path file) {
        var finished = new ArrayList<String>();
        FileJournal.read(file, line -> {
            if (line.entry() instanceof JournalEntry.Ended ended
                    && ended.outcome().isSucceeded()) {
                finished.add(ended.key().subtask());
            }
        });
        return finished;
    }
}
