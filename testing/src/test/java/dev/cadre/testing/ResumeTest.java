// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.forEach;
import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.failed;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.planned;
import static dev.cadre.testing.Crew.plannedNote;
import static dev.cadre.testing.Crew.wire;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that are broken off at every entry of their journal, and go on in another session. */
class ResumeTest {
    record Topics(List<Topic> topics) {}

    private static final SubtaskType<Topic, Topics> SPLIT =
            SubtaskType.model("split", Topic.class, Topics.class, "Split the topic.");
    private static final SubtaskType<Notes, Brief> BRIEF =
            SubtaskType.model("brief", Notes.class, Brief.class, "Write one brief from the notes.");
    private static final SubtaskType<Note, Brief> SHORTEN =
            SubtaskType.model("shorten", Note.class, Brief.class, "Shorten the note.");

    /** Every call costs 1,000 tokens in and 400 out on nano. */
    private static final Money CALL = Money.usd("0.0007");

    @TempDir
    Path folder;

    /** One session of a run, in a process of its own as it were. */
    private interface Session {
        RunResult<?> run(Coordinator coordinator) throws InterruptedException;
    }

    private static ScriptedModel model() {
        var model = new ScriptedModel();
        model.on(SPLIT).costing(1_000, 400).replies(new Topics(List.of(new Topic("cats"), new Topic("dogs"))));
        model.on(NOTE).costing(1_000, 400).replies(new Note("They make noise."));
        model.on(SHORTEN).costing(1_000, 400).replies(new Brief("Noise."));
        model.on(BRIEF).costing(1_000, 400).replies(new Brief("Pets make noise."));
        return model;
    }

    private static TaskGraph<Brief> graph() {
        var graph = TaskGraph.builder();
        var topics = graph.add("topics", SPLIT, new Topic("pets"));
        var notes = graph.add("notes", NOTE, forEach(topics, Topics::topics));
        var fish = graph.add("fish", NOTE, new Topic("fish"));
        var brief = graph.add("brief", BRIEF, from(notes, fish, (pets, other) -> {
            var all = new ArrayList<>(pets.values());
            all.add(other);
            return new Notes(all);
        }));
        return graph.answering(brief);
    }

    private static RunResult<Brief> runGraph(Coordinator coordinator) throws InterruptedException {
        return coordinator.run(graph(), Budget.usd("0.05"));
    }

    private RunResult<?> session(ScriptedModel model, Path file, Session session) throws InterruptedException {
        try (Journal journal = FileJournal.open(file)) {
            return session.run(coordinator(model).journal(journal));
        }
    }

    private static Coordinator coordinator(ScriptedModel model) {
        return Coordinator.builder(model.pools()).plansWith(NOTE, SHORTEN).build();
    }

    private static String label(JournalKey key) {
        return key.item() == JournalKey.WHOLE ? key.subtask() : key.subtask() + "#" + key.item();
    }

    private static Set<String> finished(Path file) {
        var finished = new HashSet<String>();
        FileJournal.read(file, line -> {
            if (line.entry() instanceof JournalEntry.Ended ended
                    && ended.outcome().isSucceeded()) {
                finished.add(label(ended.key()));
            }
        });
        return finished;
    }

    private static long count(Path file, Class<? extends JournalEntry> kind) {
        var found = new ArrayList<JournalEntry>();
        FileJournal.read(file, line -> found.add(line.entry()));
        return found.stream().filter(kind::isInstance).count();
    }

    private static Map<String, Integer> asked(ScriptedModel model) {
        var asked = new HashMap<String, Integer>();
        model.calls().forEach(call -> asked.merge(label(call.purpose()), 1, Integer::sum));
        return asked;
    }

    private static String label(CallPurpose purpose) {
        return switch (purpose.kind()) {
            case PLAN -> "@planner";
            case MERGE -> "@merger";
            case WORK, CODE, REPAIR, ESCALATION -> purpose.subtaskId();
        };
    }

    /** Breaks the run off at every entry in turn, and shows for each that the next session loses and repeats nothing. */
    private int resumesAfterEveryEntry(Session session, Object answer) throws Exception {
        for (int crashAt = 1; ; crashAt++) {
            Path file = folder.resolve("crash-" + crashAt + ".journal");
            var first = model();
            script(first);
            RunResult<?> broken;
            Optional<JournalEntry> lost;
            try (var journal = CrashingJournal.atEntry(crashAt, FileJournal.open(file))) {
                broken = session.run(coordinator(first).journal(journal));
                lost = journal.lost();
            }
            assertThat((long) first.calls().size())
                    .as("calls and intents, broken off at entry %d", crashAt)
                    .isEqualTo(count(file, JournalEntry.Intent.class));
            if (lost.isEmpty()) {
                assertThat(broken.requireComplete()).isEqualTo(answer);
                return crashAt - 1;
            }
            assertThat(broken instanceof RunResult.Complete<?>)
                    .as("the answer is shown, broken off at entry %d: %s", crashAt, lost.get())
                    .isEqualTo(lost.get() instanceof JournalEntry.RunEnded);
            resumes(session, answer, file, first, crashAt);
        }
    }

    private void resumes(Session session, Object answer, Path file, ScriptedModel first, int crashAt) throws Exception {
        Set<String> finished = finished(file);
        var second = model();
        script(second);

        RunResult<?> resumed = session(second, file, session);

        assertThat(resumed.requireComplete())
                .as("broken off at entry %d", crashAt)
                .isEqualTo(answer);
        finished.retainAll(asked(second).keySet());
        assertThat(finished)
                .as("finished and asked again, broken off at entry %d", crashAt)
                .isEmpty();
        assertThat(asked(second).values()).allMatch(calls -> calls == 1);
        assertThat(resumed.spend().total()).isGreaterThanOrEqualTo(billed(first).plus(billed(second)));
        assertThat(resumed.spend().attempts())
                .isEqualTo(first.calls().size() + second.calls().size());
        var third = model();
        RunResult<?> again = session(third, file, session);
        assertThat(again.requireComplete()).isEqualTo(answer);
        assertThat(again.spend()).isEqualTo(resumed.spend());
        assertThat(third.calls()).isEmpty();
    }

    private static Money billed(ScriptedModel model) {
        return model.calls().stream()
                .map(call -> switch (call.request().model()) {
                    case "gpt-5.4" -> Money.usd("0.0085");
                    case "gpt-5.4-mini" -> Money.usd("0.00255");
                    default -> CALL;
                })
                .reduce(Money.ZERO, Money::plus);
    }

    private static void script(ScriptedModel model) {
        model.onPlan()
                .costing(1_000, 400)
                .repliesText(plan(
                        plannedNote("cats"),
                        planned("shorten", "short", "{\"text\":null}", wire("text", "cats", "text")),
                        plannedNote("dogs")));
        model.onMerge().costing(1_000, 400).repliesText(merged("Pets make noise."));
    }

    @Test
    @Tag("slow")
    void graph_brokenOffAtEveryEntry_goesOnWhereItWas() throws Exception {
        int entries = resumesAfterEveryEntry(ResumeTest::runGraph, new Brief("Pets make noise."));

        // begin and end, 4 subtasks of the graph, how long a list is, and intent, settlement and end of 5 calls
        assertThat(entries).isEqualTo(2 + 4 + 1 + 3 * 5);
    }

    @Test
    void graph_leavesItsShapeAndItsModelsToReaders() throws Exception {
        Path file = folder.resolve("read.journal");

        session(model(), file, ResumeTest::runGraph);

        var lines = new ArrayList<String>();
        FileJournal.read(file, line -> {
            switch (line.entry()) {
                case JournalEntry.RunStarted started -> lines.add("about " + started.subject());
                case JournalEntry.PlanAdmitted admitted -> {
                    var subtask = PlannedSubtask.parse(admitted.subtask());
                    lines.add("%d %s %s %s"
                            .formatted(admitted.position(), subtask.id(), subtask.type(), subtask.after()));
                }
                case JournalEntry.Intent intent -> {
                    var asked = intent.asked();
                    lines.add("%s %s %s".formatted(asked.kind(), asked.tier(), asked.model()));
                }
                case JournalEntry.Settled settled -> lines.add(settled.end());
                case JournalEntry.OfBatch none -> {}
                case JournalEntry.Ended ended -> {}
                case JournalEntry.RunEnded ended -> {}
            }
        });
        assertThat(lines)
                .startsWith("about brief", "0 topics split []", "1 notes note [topics]", "2 fish note []")
                .contains("3 brief brief [notes, fish]");
        assertThat(lines).filteredOn("WORK NANO gpt-5.4-nano"::equals).hasSize(5);
        assertThat(lines).filteredOn("complete"::equals).hasSize(5);
    }

    @Test
    @Tag("slow")
    void goal_brokenOffAtEveryEntry_goesOnWhereItWas() throws Exception {
        Session session = coordinator -> coordinator.run(Goal.of("What do pets do?", Answer.class), Budget.usd("0.5"));

        int entries = resumesAfterEveryEntry(session, new Answer("Pets make noise."));

        // begin and end, 3 calls of workers, 3 subtasks of the plan, the plan's call and end, and the merge
        assertThat(entries).isEqualTo(2 + 3 * 3 + 3 + 3 + 3);
    }

    @Test
    void goal_finished_isAnsweredFromTheJournalWithoutMoney() throws Exception {
        Path file = folder.resolve("goal.journal");
        var first = model();
        script(first);
        var goal = Goal.of("What do pets do?", Answer.class);
        RunResult<?> paid = session(first, file, coordinator -> coordinator.run(goal, Budget.usd("0.5")));

        RunResult<?> again = session(
                model(), file, each -> each.run(goal, Budget.of(paid.spend().total())));

        assertThat(again.requireComplete()).isEqualTo(new Answer("Pets make noise."));
        assertThat(again.spend()).isEqualTo(paid.spend());
    }

    @Test
    void graph_finished_needsNoMoney() throws Exception {
        Path file = folder.resolve("graph.journal");
        session(model(), file, ResumeTest::runGraph);
        var second = model();

        RunResult<?> again = session(second, file, each -> each.run(graph(), Budget.of(CALL.times(5))));

        assertThat(again.requireComplete()).isEqualTo(new Brief("Pets make noise."));
        assertThat(second.calls()).isEmpty();
    }

    @Test
    void goal_anotherQuestion_neverResumesThisRun() throws Exception {
        Path file = folder.resolve("goals.journal");
        var first = model();
        script(first);
        session(first, file, each -> each.run(Goal.of("What do pets do?", Answer.class), Budget.usd("0.5")));
        var second = model();
        script(second);

        RunResult<?> other =
                session(second, file, each -> each.run(Goal.of("What do pets eat?", Answer.class), Budget.usd("0.5")));

        assertThat(asked(second)).isEqualTo(Map.of("@planner", 1, "cats", 1, "short", 1, "dogs", 1, "@merger", 1));
        assertThat(other.spend().attempts()).isEqualTo(5);
    }

    @Test
    void graph_otherInput_isAnotherRun() throws Exception {
        Path file = folder.resolve("graphs.journal");
        session(model(), file, ResumeTest::runGraph);
        var second = model();
        var other = TaskGraph.builder();
        var note = other.add("fish", NOTE, new Topic("birds"));

        RunResult<?> result = session(second, file, each -> each.run(other.answering(note), Budget.usd("0.05")));

        assertThat(result.spend().total()).isEqualTo(CALL);
        assertThat(second.calls()).hasSize(1);
    }

    @Test
    void subtask_changedInstructions_isAskedAgainAndTheOthersAreNot() throws Exception {
        Path file = folder.resolve("changed.journal");
        var goal = Goal.of("What do pets do?", Answer.class);
        var first = model();
        script(first);
        session(first, file, each -> each.run(goal, Budget.usd("0.5")));
        var second = model();
        script(second);
        var changed = NOTE.maxOutputTokens(1_500);

        try (var journal = FileJournal.open(file)) {
            Coordinator.builder(second.pools())
                    .plansWith(changed, SHORTEN)
                    .build()
                    .journal(journal)
                    .run(goal, Budget.usd("0.5"));
        }

        assertThat(asked(second)).isEqualTo(Map.of("cats", 1, "dogs", 1));
    }

    @Test
    void subtask_whoseDependencySaysOtherwiseNow_isAskedAgain() throws Exception {
        Path file = folder.resolve("otherwise.journal");
        var goal = Goal.of("What do pets do?", Answer.class);
        var first = model();
        script(first);
        session(first, file, each -> each.run(goal, Budget.usd("0.5")));
        var second = model();
        script(second);
        var changed = NOTE.maxOutputTokens(1_500);
        second.on(changed, new Topic("cats")).costing(1_000, 400).replies(new Note("They are silent."));

        RunResult<?> again;
        try (var journal = FileJournal.open(file)) {
            again = Coordinator.builder(second.pools())
                    .plansWith(changed, SHORTEN)
                    .build()
                    .journal(journal)
                    .run(goal, Budget.usd("0.5"));
        }

        assertThat(asked(second)).isEqualTo(Map.of("cats", 1, "short", 1, "dogs", 1, "@merger", 1));
        assertThat(again.requireComplete()).isEqualTo(new Answer("Pets make noise."));
    }

    @Test
    void subtask_failed_isTriedAgainWithItsDependents() throws Exception {
        Path file = folder.resolve("failed.journal");
        var first = model();
        first.on(NOTE, new Topic("dogs")).costing(1_000, 400).refuses("no dogs");
        first.on(BRIEF).costing(1_000, 400).refuses("too little");
        assertThat(failed(session(first, file, ResumeTest::runGraph)).cause().kind())
                .isEqualTo(RunFailure.Kind.ANSWER_MISSING);
        var second = model();

        RunResult<?> resumed = session(second, file, ResumeTest::runGraph);

        assertThat(resumed.requireComplete()).isEqualTo(new Brief("Pets make noise."));
        assertThat(asked(second)).isEqualTo(Map.of("notes#1", 1, "brief", 1));
        assertThat(resumed.spend().total()).isEqualTo(CALL.times(7));
    }

    @Test
    void keys_inWhatFails_areNowhereInTheJournal() throws Exception {
        String key = "sk-proj-canary0123456789";
        Path file = folder.resolve("keys.journal");
        var first = model();
        first.on(NOTE, new Topic("dogs")).costing(1_000, 400).refuses("not with " + key);
        first.on(BRIEF).costing(1_000, 400).refuses("nor with Bearer canary0123456789");
        var told = new ArrayList<RunEvent>();
        RunResult<?> result;
        try (Journal journal = FileJournal.open(file)) {
            result = runGraph(Coordinator.builder(first.pools())
                    .listener(told::add)
                    .build()
                    .journal(journal));
        }

        assertThat(Files.readString(file)).doesNotContain("canary").contains("not with [redacted]");
        assertThat(told.toString()).doesNotContain("canary").contains("nor with [redacted]");
        assertThat(result.toString()).doesNotContain("canary");
        assertThat(session(model(), file, ResumeTest::runGraph).requireComplete())
                .isEqualTo(new Brief("Pets make noise."));
    }

    @Test
    void keys_inWhatSucceeds_areTheUsersDataAndResumeAsTheyAre() throws Exception {
        Path file = folder.resolve("data.journal");
        var note = new Note("rotate sk-proj-canary0123456789");
        var first = model();
        first.on(NOTE, new Topic("fish")).costing(1_000, 400).replies(note);
        var second = model();
        var graph = TaskGraph.builder();
        var whole = graph.answering(graph.add("fish", NOTE, new Topic("fish")));
        session(first, file, each -> each.run(whole, Budget.usd("0.05")));

        RunResult<?> again = session(second, file, each -> each.run(whole, Budget.usd("0.05")));

        assertThat(again.requireComplete()).isEqualTo(note);
        assertThat(second.calls()).isEmpty();
    }

    @Test
    void money_ofEarlierSessions_countsAgainstTheBudget() throws Exception {
        Path file = folder.resolve("money.journal");
        var first = model();
        first.on(BRIEF).costing(1_000, 400).refuses("too little");
        session(first, file, ResumeTest::runGraph);
        var second = model();

        RunResult<?> resumed = session(second, file, each -> each.run(graph(), Budget.of(CALL.times(5))));

        assertThat(failed(resumed).cause().kind()).isEqualTo(RunFailure.Kind.ANSWER_MISSING);
        assertThat(resumed.report().outcome("brief").reason()).startsWith("skipped: BUDGET");
        assertThat(resumed.spend().total()).isEqualTo(CALL.times(5));
        assertThat(second.calls()).isEmpty();
    }

    @Test
    void writingTool_ofASessionThatBrokeOff_isNotRunAgain() throws Exception {
        var runs = new ArrayList<String>();
        var append = Tool.raw(
                        new ToolSpec(
                                "append",
                                "Appends",
                                "{\"type\":\"object\",\"properties\":{},\"required\":[],"
                                        + "\"additionalProperties\":false}"),
                        (arguments, context) -> {
                            runs.add(arguments);
                            return "done";
                        })
                .writing(Tool.Effect.WRITES);
        var write = SubtaskType.model("write", Topic.class, Note.class, "Write it down.")
                .tools(append);
        var builder = TaskGraph.builder();
        var graph = builder.answering(builder.add("w", write, new Topic("cats")));
        Path file = folder.resolve("writes.journal");
        var first = new ScriptedModel();
        first.on(write).calls(new ToolCall("1", "append", "{}")).replies(new Note("written"));
        // the run's start, the promise, intent and settlement of the first call: the second call is not recorded
        try (var journal = CrashingJournal.atEntry(5, FileJournal.open(file))) {
            failed(coordinator(first).journal(journal).run(graph, Budget.usd("0.05")));
        }
        assertThat(runs).hasSize(1);
        var second = new ScriptedModel();

        RunResult<?> resumed = session(second, file, each -> each.run(graph, Budget.usd("0.05")));

        assertThat(resumed.report().outcome("w"))
                .isEqualTo(Outcome.failed(
                        Failure.Kind.EFFECT_UNKNOWN,
                        "a session broke off that may have run its tools: see what they did, then tell UnknownEffect"));
        assertThat(second.calls()).isEmpty();
        assertThat(runs).hasSize(1);
    }

    @Test
    void outcome_thatCannotBeRecorded_isSeenByNoDependent() throws Exception {
        var seen = new ArrayList<Note>();
        var look = looking(seen);
        var graph = TaskGraph.builder();
        var fish = graph.add("fish", NOTE, new Topic("fish"));
        var whole = graph.answering(graph.add("look", look, from(fish, note -> note)));
        var file = FileJournal.open(folder.resolve("unseen.journal"));
        try (var journal = CrashingJournal.atFirst(JournalEntry.Ended.class, file)) {
            var result = coordinator(model()).journal(journal).run(whole, Budget.usd("0.05"));

            assertThat(failed(result).cause().kind()).isEqualTo(RunFailure.Kind.JOURNAL_FAILED);
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void subtaskOfAPlan_thatCannotBeRecorded_isNotBegun() throws Exception {
        var seen = new ArrayList<Note>();
        var model = new ScriptedModel();
        model.onPlan().costing(1_000, 400).repliesText(plan(planned("look", "look", "{\"text\":\"a fish\"}", "")));
        var file = FileJournal.open(folder.resolve("unplanned.journal"));
        try (var journal = CrashingJournal.atFirst(JournalEntry.PlanAdmitted.class, file)) {
            var result = Coordinator.builder(model.pools())
                    .plansWith(looking(seen))
                    .build()
                    .journal(journal)
                    .run(Goal.of("What do pets do?", Answer.class), Budget.usd("0.5"));

            assertThat(failed(result).cause().kind()).isEqualTo(RunFailure.Kind.JOURNAL_FAILED);
        }
        assertThat(seen).isEmpty();
    }

    private static SubtaskType<Note, Note> looking(List<Note> seen) {
        return SubtaskType.code("look", Note.class, Note.class, (note, context) -> {
            seen.add(note);
            return note;
        });
    }

    @Test
    void journal_thatCannotWrite_letsNothingBeSent() throws Exception {
        for (int crashAt = 1; crashAt <= 2; crashAt++) {
            var model = model();
            try (var journal = CrashingJournal.atEntry(
                    crashAt, FileJournal.open(folder.resolve("full-" + crashAt + ".journal")))) {
                RunResult<?> result = runGraph(coordinator(model).journal(journal));

                assertThat(failed(result).cause().kind()).isEqualTo(RunFailure.Kind.JOURNAL_FAILED);
                assertThat(failed(result).cause().message())
                        .contains("IllegalStateException: no space left", "thrown by the journal ");
                assertThat(result.spend().total()).isEqualTo(Money.ZERO);
                assertThat(result.report().openReservations()).isZero();
            }
            assertThat(model.calls()).isEmpty();
        }
    }

    @Test
    void run_underWayInTheSameJournal_isRefused() throws Exception {
        var gate = new Gate();
        var model = model();
        model.on(SPLIT).holdUntil(gate).replies(new Topics(List.of()));
        try (var journal = FileJournal.open(folder.resolve("twice.journal"))) {
            var coordinator = coordinator(model).journal(journal);
            var first = Crew.start(() -> runGraph(coordinator));
            assertThat(model.awaitCalls(1)).isTrue();

            assertThatThrownBy(() -> runGraph(coordinator))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageMatching("run [0-9a-f]{16} is under way in this journal already");

            gate.open();
            first.result();
        }
    }

    // --- records that are whole, and can not be read any more

    /** The journal with the outputs of one subtask, of the planner or of the merger put in place of what they are. */
    private Path forged(Path file, String subtask, String output) {
        Path forgery = folder.resolve("forged-" + subtask);
        try (Journal copy = FileJournal.open(forgery)) {
            FileJournal.read(file, line -> {
                switch (line.entry()) {
                    case JournalEntry.Ended(
                            JournalKey key,
                            Fingerprint fingerprint,
                            var outcome,
                            Spend spend,
                            var cached)
                    when key.subtask().equals(subtask) ->
                        copy.append(new JournalEntry.Ended(key, fingerprint, new Outcome.Succeeded<>(output), spend));
                    case JournalEntry.RunEnded end -> {}
                    case JournalEntry each -> copy.append(each);
                }
            });
        }
        return forgery;
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"text\":7}", "{}", "[]", "7"})
    void outputInTheJournal_thatDoesNotFitItsType_isAskedForAgain(String output) throws Exception {
        Path file = folder.resolve("graph");
        session(model(), file, ResumeTest::runGraph);
        var model = model();

        var result = session(model, forged(file, "fish", output), ResumeTest::runGraph);

        assertThat(result.requireComplete()).isEqualTo(new Brief("Pets make noise."));
        assertThat(asked(model)).isEqualTo(Map.of("fish", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"@planner", "@merger"})
    void planOrAnswerInTheJournal_thatDoesNotFit_isAskedForAgain(String part) throws Exception {
        Session session = coordinator -> coordinator.run(Goal.of("What do pets do?", Answer.class), Budget.usd("0.5"));
        Path file = folder.resolve("goal");
        var first = model();
        script(first);
        session(first, file, session);
        var model = model();
        script(model);
        Path forgery = forged(file, part, "{\"answer\":7,\"notes\":7}");

        var result = session(model, forgery, session);

        assertThat(result.requireComplete()).isEqualTo(new Answer("Pets make noise."));
        assertThat(asked(model)).isEqualTo(Map.of(part, 1));
        var third = model();
        assertThat(session(third, forgery, session)).isInstanceOf(RunResult.Complete.class);
        assertThat(third.calls()).as("asked again once").isEmpty();
    }
}
