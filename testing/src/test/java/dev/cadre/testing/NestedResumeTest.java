// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.failed;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NestedRun;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ToolCall;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Input;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.TypeRef;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs with a nested run that are broken off at every entry of their journal, and go on in another session. */
class NestedResumeTest {
    private static final Money CALL = Money.usd("0.0007");
    private static final Budget BUDGET = Budget.usd("0.30");

    @TempDir
    Path folder;

    /** One session, as it were in a process of its own. */
    private interface Session {
        RunResult<?> run(ScriptedModel model, Journal journal) throws InterruptedException;
    }

    /** A note of the outer run, and a goal with two notes, a plan and a merge within it. */
    private static RunResult<?> goalInAGraph(ScriptedModel model, Journal journal) throws InterruptedException {
        Coordinator inner = Coordinator.builder(model.pools()).plansWith(NOTE).build();
        SubtaskType<Topic, Answer> research = NestedRun.<Topic, Answer>goal(
                        () -> inner, Money.usd("0.25"), topic -> Goal.of("About " + topic.name(), Answer.class))
                .asType("research", Topic.class, Answer.class);
        var graph = TaskGraph.builder();
        graph.add("own", NOTE, new Topic("own"));
        TaskGraph<Answer> whole = graph.answering(graph.add("nested", research, new Topic("pets")));
        return Coordinator.of(model.pools()).journal(journal).run(whole, BUDGET);
    }

    private static ScriptedModel model() {
        var model = new ScriptedModel();
        model.onPlan().costing(1_000, 400).repliesText(plan(plannedNote("cats"), plannedNote("dogs")));
        model.on(NOTE).costing(1_000, 400).replies(new Note("They make noise."));
        model.onMerge().costing(1_000, 400).repliesText(merged("Pets make noise."));
        return model;
    }

    private static TreeMap<String, Integer> asked(ScriptedModel model) {
        var asked = new TreeMap<String, Integer>();
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

    private static Set<String> finished(Path file) {
        var finished = new HashSet<String>();
        FileJournal.read(file, line -> {
            if (line.entry() instanceof JournalEntry.Ended ended
                    && ended.outcome().isSucceeded()
                    && ended.key().item() == JournalKey.WHOLE) {
                finished.add(ended.key().subtask());
            }
        });
        return finished;
    }

    private int resumesAfterEveryEntry(Session session, Object answer) throws Exception {
        for (int crashAt = 1; ; crashAt++) {
            Path file = folder.resolve("crash-" + crashAt + ".journal");
            ScriptedModel first = model();
            Optional<JournalEntry> lost;
            try (var journal = CrashingJournal.atEntry(crashAt, FileJournal.open(file))) {
                RunResult<?> broken = session.run(first, journal);
                lost = journal.lost();
                if (lost.isEmpty()) {
                    assertThat(broken.requireComplete()).isEqualTo(answer);
                    return crashAt - 1;
                }
            }
            resumes(session, answer, file, first.calls().size(), "broken off at entry %d, %s".formatted(crashAt, lost));
        }
    }

    private void resumes(Session session, Object answer, Path file, int calls, String when) throws Exception {
        Set<String> finished = finished(file);
        ScriptedModel second = model();
        try (var journal = FileJournal.open(file)) {
            RunResult<?> resumed = session.run(second, journal);

            assertThat(resumed.requireComplete()).as(when).isEqualTo(answer);
            finished.retainAll(asked(second).keySet());
            assertThat(finished).as("finished and asked again, %s", when).isEmpty();
            assertThat(asked(second).values()).as(when).allMatch(times -> times == 1);
            assertThat(resumed.spend().total())
                    .as(when)
                    .isGreaterThanOrEqualTo(CALL.times(calls + second.calls().size()));
            assertThat(resumed).leftNothingBehind();
        }
        ScriptedModel third = model();
        try (var journal = FileJournal.open(file)) {
            assertThat(session.run(third, journal).requireComplete()).isEqualTo(answer);
        }
        assertThat(third.calls()).as(when).isEmpty();
    }

    @Test
    @Tag("slow")
    void nestedGoal_brokenOffAtEveryEntry_repeatsNothingFinishedInIt() throws Exception {
        int entries = resumesAfterEveryEntry(NestedResumeTest::goalInAGraph, new Answer("Pets make noise."));

        // outer: begin, end, 2 subtasks, 1 call of 3 entries, 4 nested calls of 2, end of the nested subtask;
        // inner: begin, end, 2 subtasks and the end of the plan, 4 calls of 2 entries, 3 ends of notes and merge
        assertThat(entries).isGreaterThan(25);
    }

    /** What is spent is taken from the allotment of the resumed run, so that the outer budget need not hold it twice. */
    @Test
    void resumedNestedRun_needsOnlyTheRestOfItsAllotment() throws Exception {
        Path file = folder.resolve("tight.journal");
        ScriptedModel first = model();
        Budget tight = Budget.usd("0.25");
        Session session = (model, journal) -> {
            Coordinator inner =
                    Coordinator.builder(model.pools()).plansWith(NOTE).build();
            SubtaskType<Topic, Answer> research = NestedRun.<Topic, Answer>goal(
                            () -> inner, Money.usd("0.25"), topic -> Goal.of("About it", Answer.class))
                    .asType("research", Topic.class, Answer.class);
            var graph = TaskGraph.builder();
            return Coordinator.of(model.pools())
                    .journal(journal)
                    .run(graph.answering(graph.add("nested", research, new Topic("pets"))), tight);
        };
        try (var journal = CrashingJournal.at(
                entry -> entry instanceof JournalEntry.Intent intent
                        && intent.key().subtask().equals("@merger"),
                FileJournal.open(file))) {
            session.run(first, journal);
            assertThat(journal.lost()).isPresent();
        }
        assertThat(first.calls()).hasSize(3);

        ScriptedModel second = model();
        try (var journal = FileJournal.open(file)) {
            RunResult<?> resumed = session.run(second, journal);

            assertThat(resumed.requireComplete()).isEqualTo(new Answer("Pets make noise."));
            assertThat(second.calls()).hasSize(1);
        }
    }

    /** The rung begins anew, and the model asks its tool again; what the nested run had finished is not asked again. */
    @Test
    void tool_calledAgainWithTheSameArguments_takesWhatItsRunHadFinished() throws Exception {
        Path file = folder.resolve("tool.journal");
        Session session = (model, journal) -> {
            Coordinator inner = Coordinator.of(model.pools());
            SubtaskType<Topic, Note> asking = SubtaskType.model("ask", Topic.class, Note.class, "Ask the tool.")
                    .tools(NestedRun.<Topic, Note>graph(() -> inner, Money.usd("0.05"), NestedResumeTest::two)
                            .asTool("pets", "Tells about pets.", Topic.class));
            model.on(asking)
                    .costing(1_000, 400)
                    .calls(new ToolCall("1", "pets", "{\"name\":\"cats\"}"))
                    .costing(1_000, 400)
                    .replies(new Note("Done."));
            var graph = TaskGraph.builder();
            return Coordinator.of(model.pools())
                    .journal(journal)
                    .run(graph.answering(graph.add("ask", asking, new Topic("cats"))), BUDGET);
        };
        ScriptedModel first = model();
        try (var journal =
                CrashingJournal.at(entry -> entry instanceof JournalEntry.RunEnded, FileJournal.open(file))) {
            session.run(first, journal);
        }
        assertThat(first.calls()).hasSizeGreaterThanOrEqualTo(3);

        ScriptedModel second = model();
        try (var journal = FileJournal.open(file)) {
            assertThat(session.run(second, journal).requireComplete()).isEqualTo(new Note("Done."));
        }

        assertThat(asked(second)).as("both turns of the rung, and no note").isEqualTo(new TreeMap<>(Map.of("ask", 2)));
    }

    private static TaskGraph<Note> two(Topic topic) {
        var graph = TaskGraph.builder();
        graph.add("first", NOTE, new Topic(topic.name() + " 1"));
        return graph.answering(graph.add("second", NOTE, new Topic(topic.name() + " 2")));
    }

    @Test
    void sameToolCallTwiceInOneTurn_hasARunForEach() throws Exception {
        var model = model();
        Coordinator inner = Coordinator.of(model.pools());
        SubtaskType<Topic, Note> asking = SubtaskType.model("ask", Topic.class, Note.class, "Ask the tool.")
                .tools(NestedRun.<Topic, Note>graph(() -> inner, Money.usd("0.05"), NestedResumeTest::two)
                        .asTool("pets", "Tells about pets.", Topic.class));
        model.on(asking)
                .calls(
                        new ToolCall("1", "pets", "{\"name\":\"cats\"}"),
                        new ToolCall("2", "pets", "{\"name\":\"cats\"}"))
                .replies(new Note("Done."));
        var gate = new Gate();
        model.on(NOTE).holdUntil(gate).costing(1_000, 400).replies(new Note("They purr."));
        var graph = TaskGraph.builder();
        var ask = graph.add("ask", asking, new Topic("cats"));
        try (var journal = FileJournal.open(folder.resolve("same.journal"))) {
            var run = Crew.start(
                    () -> Coordinator.of(model.pools()).journal(journal).run(graph.answering(ask), BUDGET));
            assertThat(model.awaitInFlight(4)).isTrue();
            gate.open();

            RunResult<Note> result = run.result();

            assertThat(result.requireComplete()).isEqualTo(new Note("Done."));
            assertThat(result.report().nested())
                    .hasSize(2)
                    .allMatch(nested -> nested.result() instanceof RunResult.Complete<?>);
            List<String> keys = result.report().nested().stream()
                    .map(nested -> nested.report().runKey())
                    .sorted()
                    .toList();
            String place = "nested in %s with input [0-9a-f]{16}: ask \\(pets"
                    .formatted(result.report().runId());
            assertThat(keys.getFirst()).matches(place + "\\)");
            assertThat(keys.getLast()).matches(place + ", no\\. 2\\)");
        }
    }

    /** A graph that has captured its input where nothing of its identity shows it. */
    private static TaskGraph<Note> capturing(Topic topic) {
        SubtaskType<String, Note> lookUp = SubtaskType.code(
                "look-up", String.class, Note.class, (input, context) -> new Note("about " + topic.name()));
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("look-up", lookUp, "the topic"));
    }

    private static NestedRun<Topic, Note> capturing(ScriptedModel model) {
        Coordinator inner = Coordinator.of(model.pools());
        return NestedRun.graph(() -> inner, Money.usd("0.05"), NestedResumeTest::capturing);
    }

    @Test
    void tool_calledWithOtherArguments_hasAnotherRun_whateverItsGraphCaptured() throws Exception {
        var model = model();
        SubtaskType<Topic, Note> asking = SubtaskType.model("ask", Topic.class, Note.class, "Ask the tool.")
                .tools(capturing(model).asTool("pets", "Tells about pets.", Topic.class));
        var heard = new ArrayList<String>();
        model.on(asking)
                .calls(new ToolCall("1", "pets", "{\"name\":\"cats\"}"))
                .calls(new ToolCall("2", "pets", "{\"name\":\"dogs\"}"))
                .answers(call -> {
                    heard.add(call.request().turns().toString());
                    return new Note("Done.");
                });
        var graph = TaskGraph.builder();
        TaskGraph<Note> whole = graph.answering(graph.add("ask", asking, new Topic("pets")));

        try (var journal = FileJournal.open(folder.resolve("captured.journal"))) {
            Coordinator.of(model.pools()).journal(journal).run(whole, BUDGET);
        }

        assertThat(heard.getFirst()).contains("about cats").contains("about dogs");
    }

    @Test
    void nestedType_whoseInputHasChanged_isAnotherRun() throws Exception {
        assertThat(answersAboutCatsAndDogs(capturing(model()).asType("nest", Topic.class, Note.class)))
                .containsExactly(new Note("about cats"), new Note("about dogs"));
    }

    /** Its input's type is not at hand. */
    @Test
    void nestedWorker_whoseInputHasChanged_isAnotherRun() throws Exception {
        assertThat(answersAboutCatsAndDogs(SubtaskType.code(
                        "nest", Topic.class, Note.class, capturing(model()).worker())))
                .containsExactly(new Note("about cats"), new Note("about dogs"));
    }

    @Test
    void nestedWorkerOfAGenericInput_whichHasChanged_isAnotherRun() throws Exception {
        Coordinator inner = Coordinator.of(model().pools());
        NestedRun<List<Topic>, Note> nested =
                NestedRun.graph(() -> inner, Money.usd("0.05"), topics -> capturing(topics.getFirst()));
        SubtaskType<List<Topic>, Note> type =
                SubtaskType.code("nest", new TypeRef<List<Topic>>() {}, new TypeRef<Note>() {}, nested.worker());
        var answers = new ArrayList<Note>();
        try (var journal = FileJournal.open(folder.resolve("generic.journal"))) {
            for (String pet : List.of("cats", "dogs")) {
                var graph = TaskGraph.builder();
                var topic = graph.add("topic", naming(pet), new Topic("pet"));
                var nest = graph.add("nest", type, Input.from(topic, each -> List.of(each)));
                answers.add(session(pet, graph.answering(nest), journal));
            }
        }

        assertThat(answers).containsExactly(new Note("about cats"), new Note("about dogs"));
    }

    private List<Note> answersAboutCatsAndDogs(SubtaskType<Topic, Note> nested) throws Exception {
        var answers = new ArrayList<Note>();
        try (var journal = FileJournal.open(folder.resolve("changed.journal"))) {
            for (String pet : List.of("cats", "dogs")) {
                var graph = TaskGraph.builder();
                var topic = graph.add("topic", naming(pet), new Topic("pet"));
                var nest = graph.add("nest", nested, Input.from(topic, each -> each));
                answers.add(session(pet, graph.answering(nest), journal));
            }
        }
        return answers;
    }

    private static Note session(String pet, TaskGraph<Note> graph, Journal journal) throws InterruptedException {
        var model = model();
        model.on(naming(pet)).replies(new Topic(pet));
        return Coordinator.of(model.pools()).journal(journal).run(graph, BUDGET).requireComplete();
    }

    /** Its instructions are no part of the run's identity. */
    private static SubtaskType<Topic, Topic> naming(String pet) {
        return SubtaskType.model("name", Topic.class, Topic.class, "Name a pet, such as " + pet + ".");
    }

    /** Each needs nearly all of it. */
    @Test
    void tool_calledAgainWithTheSameArguments_hasAnAllotmentOfItsOwn() throws Exception {
        var model = new ScriptedModel();
        model.on(NOTE).costing(100, 1_800).replies(new Note("noted"));
        model.on(NOTE, new Topic("cats 1"))
                .costing(100, 1_800)
                .refuses("no")
                .costing(100, 1_800)
                .replies(new Note("noted"));
        Coordinator inner = Coordinator.of(model.pools());
        NestedRun<Topic, Note> nested = NestedRun.graph(() -> inner, Money.usd("0.0052"), topic -> {
            var graph = TaskGraph.builder();
            var first = graph.add("first", NOTE, new Topic(topic.name() + " 1"));
            return graph.answering(graph.add("second", NOTE, Input.from(first, note -> new Topic("the last"))));
        });
        SubtaskType<Topic, Note> asking = SubtaskType.model("ask", Topic.class, Note.class, "Ask the tool.")
                .tools(nested.asTool("pets", "Tells about pets.", Topic.class));
        model.on(asking)
                .calls(new ToolCall("1", "pets", "{\"name\":\"cats\"}"))
                .calls(new ToolCall("2", "pets", "{\"name\":\"cats\"}"))
                .replies(new Note("Done."));
        var graph = TaskGraph.builder();
        TaskGraph<Note> whole = graph.answering(graph.add("ask", asking, new Topic("pets")));

        try (var journal = FileJournal.open(folder.resolve("twice.journal"))) {
            RunResult<Note> result =
                    Coordinator.of(model.pools()).journal(journal).run(whole, BUDGET);

            assertThat(result.report().nested())
                    .extracting(each -> each.result().getClass().getSimpleName())
                    .containsExactly("NoAnswer", "Complete");
        }
    }

    // --- the journal fails

    private static SubtaskType<Topic, Note> nestedNote(Coordinator inner) {
        return nestedNote(() -> inner).asType("nest", Topic.class, Note.class);
    }

    private static NestedRun<Topic, Note> nestedNote(Supplier<Coordinator> inner) {
        return NestedRun.graph(inner, Money.usd("0.05"), topic -> {
            var graph = TaskGraph.builder();
            return graph.answering(graph.add("inner", NOTE, topic));
        });
    }

    /** Takes nothing any more from the first call of the nested run on. */
    private CrashingJournal breaking(String name) {
        return CrashingJournal.at(
                entry -> entry instanceof JournalEntry.Intent intent
                        && intent.key().subtask().equals("inner"),
                FileJournal.open(folder.resolve(name)));
    }

    /** Beside a call that would take the whole time of the run. */
    private static RunResult<?> besideAHeldCall(Journal journal, SubtaskType<Topic, Note> nested) throws Exception {
        ScriptedModel model = model();
        model.on(NOTE, new Topic("held")).holdUntil(new Gate()).replies(new Note("held"));
        var graph = TaskGraph.builder();
        graph.add("nested", nested, new Topic("pets"));
        TaskGraph<Note> whole = graph.answering(graph.add("held", NOTE, new Topic("held")));
        return Coordinator.of(model.pools()).journal(journal).run(whole, BUDGET.within(Duration.ofSeconds(20)));
    }

    @Test
    void journal_thatFailsInANestedRun_endsTheOuterOneAtOnce() throws Exception {
        try (var journal = breaking("one.journal")) {
            RunResult<?> result = besideAHeldCall(journal, nestedNote(Coordinator.of(model().pools())));

            assertThat(failed(result).cause().kind()).isEqualTo(RunFailure.Kind.JOURNAL_FAILED);
            assertThat(failed(result).cause().message()).contains("inner could not be recorded");
        }
    }

    @Test
    void journalOfItsOwn_thatFails_failsTheNestedRunAlone() throws Exception {
        ScriptedModel model = model();
        var graph = TaskGraph.builder();
        try (var own = breaking("own.journal");
                var outer = FileJournal.open(folder.resolve("outer.journal"))) {
            var nested =
                    graph.add("nested", nestedNote(Coordinator.of(model.pools()).journal(own)), new Topic("pets"));
            TaskGraph<Note> whole = graph.answering(graph.add("note", NOTE, new Topic("cats")));
            RunResult<Note> result =
                    Coordinator.of(model.pools()).journal(outer).run(whole, BUDGET);

            assertThat(result).outcome(nested).isFailedBecause(Failure.Kind.NESTED_RUN);
            assertThat(((RunResult.Partial<Note>) result).answer()).isEqualTo(new Note("They make noise."));
        }
    }

    @Test
    void journal_thatFailsInANestedTool_isNoTextForItsModel() throws Exception {
        ScriptedModel model = model();
        SubtaskType<Topic, Note> asking = SubtaskType.model("ask", Topic.class, Note.class, "Ask the tool.")
                .tools(nestedNote(() -> Coordinator.of(model.pools()))
                        .asTool("pets", "Tells about pets.", Topic.class));
        model.on(asking).calls(new ToolCall("1", "pets", "{\"name\":\"cats\"}")).replies(new Note("Done."));
        var graph = TaskGraph.builder();
        TaskGraph<Note> whole = graph.answering(graph.add("ask", asking, new Topic("cats")));
        try (var journal = breaking("tool.journal")) {
            RunResult<Note> result =
                    Coordinator.of(model.pools()).journal(journal).run(whole, BUDGET);

            assertThat(failed(result).cause().kind()).isEqualTo(RunFailure.Kind.JOURNAL_FAILED);
            assertThat(asked(model)).containsOnly(Map.entry("ask", 1));
        }
    }
}
