// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.planned;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.merge.Mergers;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for the record of a graph, of a goal and of a bulk alike, because it is one. */
class OneRecordTest {
    /** Nested as deep as it is told. */
    record Nest(Optional<Nest> inner) {
        static Nest of(int levels) {
            Nest nest = new Nest(Optional.empty());
            for (int i = 1; i < levels; i++) {
                nest = new Nest(Optional.of(nest));
            }
            return nest;
        }
    }

    /** Like a class that was made stricter between two sessions. */
    record Word(String text) {
        static volatile String forbidden = "";

        Word {
            if (text.equals(forbidden)) {
                throw new IllegalArgumentException("'%s' is no word any more".formatted(text));
            }
        }
    }

    record Many(List<Word> words) {}

    private static final Budget BUDGET = Budget.usd("1.00");
    /** As deep as JSON may be written; a journal has it one level deeper. */
    private static final int TOO_DEEP = 100;

    private static final SubtaskType<Topic, Nest> NEST = SubtaskType.code(
            "nest",
            Topic.class,
            Nest.class,
            (topic, context) -> Nest.of(topic.name().equals("deep") ? TOO_DEEP : 2));
    private static final SubtaskType<Topic, Word> SAY =
            SubtaskType.model("say", Topic.class, Word.class, "Say a word.");
    private static final SubtaskType<Word, Word> SHOUT =
            SubtaskType.model("shout", Word.class, Word.class, "Shout the word.");

    @TempDir
    Path folder;

    @BeforeEach
    @AfterEach
    void forbidNothing() {
        Word.forbidden = "";
    }

    private interface Session<R> {
        R run(Coordinator coordinator) throws Exception;
    }

    private <R> R session(ScriptedModel model, Session<R> session) throws Exception {
        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            return session.run(coordinator(model, journal));
        }
    }

    private <R> R session(ScriptedModel model, Session<R> session, String lost, boolean isDeadThen) throws Exception {
        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            return session.run(coordinator(model, losing(journal, lost, isDeadThen)));
        }
    }

    private static Coordinator coordinator(ScriptedModel model, Journal journal) {
        return Coordinator.builder(model.pools()).plansWith(SAY, SHOUT).build().journal(journal);
    }

    /** A journal that does not take what the call for a subtask cost, and perhaps nothing after it. */
    private static Journal losing(Journal journal, String subtask, boolean isDeadThen) {
        var isDead = new AtomicBoolean();
        return (Journal) Proxy.newProxyInstance(
                Journal.class.getClassLoader(), new Class<?>[] {Journal.class}, (proxy, method, arguments) -> {
                    boolean isLost = method.getName().equals("submit")
                            && arguments[0] instanceof JournalEntry.Settled settled
                            && settled.key().subtask().equals(subtask);
                    boolean isWrite = method.getName().matches("submit|append");
                    if (isLost || (isWrite && isDead.get())) {
                        isDead.compareAndSet(false, isDeadThen);
                        var full = new IllegalStateException("the disk is full");
                        if (method.getName().equals("append")) {
                            throw full;
                        }
                        return CompletableFuture.failedFuture(full);
                    }
                    return method.invoke(journal, arguments);
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void costThatTheJournalLost_isTold(boolean isDeadThen) throws Exception {
        var model = new ScriptedModel();
        model.on(SAY).replies(new Word("yes"));
        model.on(SHOUT).refuses("no");
        var graph = TaskGraph.builder();
        var answer = graph.add("answer", SAY, new Topic("a"));
        graph.optional(graph.add("refused", SHOUT, from(answer, word -> word)));

        RunResult<Word> result =
                session(model, coordinator -> coordinator.run(graph.answering(answer), BUDGET), "refused", isDeadThen);

        assertThat(result.requireComplete()).isEqualTo(new Word("yes"));
        assertThat(result.report().notes())
                .hasSize(1)
                .first()
                .asString()
                .startsWith(
                        isDeadThen ? "the journal lacks the end of the run" : "the journal lacks what some calls cost")
                .contains("the disk is full");
    }

    private static Map<String, Integer> asked(ScriptedModel model) {
        var asked = new HashMap<String, Integer>();
        model.calls()
                .forEach(call ->
                        asked.merge(call.purpose().kind() + " " + call.purpose().subtaskType(), 1, Integer::sum));
        return asked;
    }

    // --- effects of unknown fate

    @Test
    void writingTool_ofABulkThatBrokeOff_isRunOnceInAllSessions() throws Exception {
        var runs = new AtomicInteger();
        var write = SubtaskType.model("write", Topic.class, Note.class, "Write it down.")
                .tools(Tool.raw(
                                new ToolSpec(
                                        "append",
                                        "Appends",
                                        "{\"type\":\"object\",\"properties\":{},\"required\":[],"
                                                + "\"additionalProperties\":false}"),
                                (arguments, context) -> {
                                    runs.incrementAndGet();
                                    return "done";
                                })
                        .writing(Tool.Effect.WRITES));
        var intents = new AtomicInteger();
        for (int session = 1; session <= 3; session++) {
            var model = new ScriptedModel();
            model.on(write).calls(new ToolCall("1", "append", "{}")).replies(new Note("written"));
            var items = new ArrayList<BulkItem<Note>>();
            boolean first = session == 1;
            Journal file = FileJournal.open(folder.resolve("run.journal"));
            // the tool has run when the second call is to be recorded
            try (Journal journal = first
                    ? CrashingJournal.at(
                            entry -> entry instanceof JournalEntry.Intent && intents.incrementAndGet() == 2, file)
                    : file) {
                var bulk = Coordinator.of(model.pools()).bulk(write).journal(journal);
                if (first) {
                    BulkSummary summary = bulk.run(Stream.of(new Topic("cats")), BUDGET, items::add);
                    assertThat(summary.unrecorded().orElseThrow()).hasMessageContaining("no space left");
                    assertThat(items.removeFirst().outcome().isSucceeded()).isFalse();
                } else {
                    bulk.run(Stream.of(new Topic("cats")), BUDGET, items::add);
                    assertThat(items.getFirst().outcome())
                            .isEqualTo(
                                    Outcome.failed(
                                            Failure.Kind.EFFECT_UNKNOWN,
                                            "a session broke off that may have run its tools: see what they did, then tell UnknownEffect"));
                    assertThat(model.calls()).isEmpty();
                }
            }
        }
        assertThat(runs).hasValue(1);
    }

    // --- what no journal can take

    @Test
    void bulkItem_whoseOutputCannotBeRecorded_failsAlone() throws Exception {
        for (int session = 1; session <= 2; session++) {
            var items = new ArrayList<BulkItem<Nest>>();

            BulkSummary summary = session(
                    new ScriptedModel(),
                    each -> each.bulk(NEST)
                            .run(
                                    IntStream.range(0, 10).mapToObj(i -> new Topic(i == 4 ? "deep" : "flat")),
                                    BUDGET,
                                    items::add));

            assertThat(summary.succeeded()).isEqualTo(9);
            assertThat(summary.failed()).isEqualTo(1);
            assertThat(items.stream().filter(item -> !item.outcome().isSucceeded()))
                    .singleElement()
                    .satisfies(item -> assertThat(item.outcome().reason())
                            .startsWith("failed: INVALID_OUTPUT: its output is lost: it cannot be recorded: ")
                            .contains("nested"));
        }
    }

    @Test
    void subtask_whoseOutputCannotBeRecorded_failsAlone_andNoDependentSeesIt() throws Exception {
        var seen = new ArrayList<Nest>();
        SubtaskType<Nest, Note> look = SubtaskType.code("look", Nest.class, Note.class, (nest, context) -> {
            seen.add(nest);
            return new Note("seen");
        });
        var graph = TaskGraph.builder();
        var deep = graph.add("deep", NEST, new Topic("deep"));
        graph.add("looked", look, from(deep, nest -> nest));
        var flat = graph.add("flat", NEST, new Topic("flat"));
        var answer = graph.answering(graph.add("other", look, from(flat, nest -> nest)));

        RunResult<Note> result = session(new ScriptedModel(), each -> each.run(answer, BUDGET));

        assertThat(result.report().outcome("deep").reason()).startsWith("failed: INVALID_OUTPUT: its output is lost");
        assertThat(result.report().outcome("other")).isEqualTo(new Outcome.Succeeded<>(new Note("seen")));
        assertThat(seen).containsExactly(Nest.of(2));
    }

    @Test
    @Tag("slow")
    void failure_whoseMessageIsLongerThanARecord_failsAlone() throws Exception {
        SubtaskType<Topic, Note> fail = SubtaskType.code("fail", Topic.class, Note.class, (topic, context) -> {
            if (topic.name().equals("bad")) {
                throw new IllegalStateException("x".repeat(17_000_000));
            }
            return new Note("good");
        });

        BulkSummary summary = session(
                new ScriptedModel(),
                each -> each.bulk(fail)
                        .run(Stream.of(new Topic("good"), new Topic("bad"), new Topic("good")), BUDGET, item -> {}));

        assertThat(summary.succeeded()).isEqualTo(2);
        assertThat(summary.failed()).isEqualTo(1);
    }

    @Test
    @Tag("slow")
    void goal_whoseTextIsLongerThanARecord_isRunAllTheSame() throws Exception {
        var model = new ScriptedModel();
        var goal = Goal.of("What? " + "x".repeat(17_000_000), Answer.class)
                .mergedBy(Mergers.of(outcomes -> new Answer("fine")));
        RunResult<Answer> result;
        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            result = Coordinator.builder(model.pools())
                    .plansWith(SAY, NEST)
                    .planner((request, intake) -> intake.offer(PlannedSubtask.of("a", NEST, new Topic("flat"))))
                    .build()
                    .journal(journal)
                    .run(goal, BUDGET);
        }

        assertThat(result.requireComplete()).isEqualTo(new Answer("fine"));
    }

    @Test
    @Tag("slow")
    void plannedSubtask_thatIsLongerThanARecord_isTheOnlyOneLost() throws Exception {
        var model = new ScriptedModel();
        var goal = Goal.of("What?", Answer.class).mergedBy(Mergers.of(outcomes -> new Answer("fine")));
        RunResult<Answer> result;
        try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
            result = Coordinator.builder(model.pools())
                    .plansWith(NEST)
                    .planner((request, intake) -> {
                        intake.offer(PlannedSubtask.of("long", NEST, new Topic("é".repeat(10_000_000))));
                        intake.offer(PlannedSubtask.of("short", NEST, new Topic("flat")));
                    })
                    .build()
                    .journal(journal)
                    .run(goal, BUDGET);
        }

        RunResult.Partial<Answer> partial = Crew.partial(result);
        assertThat(partial.report().outcome("short").isSucceeded()).isTrue();
        assertThat(partial.missing().toString()).contains("long").contains("cannot be journaled");
    }

    // --- what can no longer be read as its type

    private static ScriptedModel saying(String word) {
        var model = new ScriptedModel();
        model.on(SAY).costing(1_000, 400).replies(new Word(word));
        model.on(SHOUT).costing(1_000, 400).replies(new Word(word + "!"));
        return model;
    }

    @Test
    void outputOfAStricterClass_isAskedForAgain_inAGraph() throws Exception {
        var builder = TaskGraph.builder();
        var said = builder.add("said", SAY, new Topic("cats"));
        var graph = builder.answering(builder.add("shouted", SHOUT, from(said, word -> word)));
        session(saying("meow"), each -> each.run(graph, BUDGET)).requireComplete();
        Word.forbidden = "meow";
        var second = saying("purr");

        RunResult<Word> again = session(second, each -> each.run(graph, BUDGET));

        assertThat(again.requireComplete()).isEqualTo(new Word("purr!"));
        assertThat(asked(second)).isEqualTo(Map.of("WORK say", 1, "WORK shout", 1));
        var third = new ScriptedModel();
        assertThat(session(third, each -> each.run(graph, BUDGET)).requireComplete())
                .isEqualTo(new Word("purr!"));
    }

    @Test
    void outputOfAStricterClass_isAskedForAgain_inABulk() throws Exception {
        Session<BulkSummary> labels = each -> each.bulk(SAY).run(Stream.of(new Topic("cats")), BUDGET, item -> {});
        session(saying("meow"), labels);
        Word.forbidden = "meow";
        Optional<Word> recorded =
                session(new ScriptedModel(), each -> each.bulk(SAY).recorded(new Topic("cats"), 0));
        assertThat(recorded).isEmpty();
        var second = saying("purr");

        assertThat(session(second, labels).succeeded()).isEqualTo(1);

        assertThat(asked(second)).isEqualTo(Map.of("WORK say", 1));
        assertThat(session(new ScriptedModel(), labels).reused()).isEqualTo(1);
    }

    @Test
    void plannedInputOfAStricterClass_isPlannedAgainOnce_andTheRestIsKept() throws Exception {
        Session<RunResult<Answer>> run = each -> each.run(Goal.of("What do cats say?", Answer.class), BUDGET);
        var first = saying("meow");
        first.onPlan()
                .costing(1_000, 400)
                .repliesText(plan(
                        planned("shout", "bad", "{\"text\":\"hiss\"}", ""),
                        planned("shout", "good", "{\"text\":\"purr\"}", "")));
        first.onMerge().costing(1_000, 400).repliesText(merged("They talk."));
        session(first, run).requireComplete();
        Word.forbidden = "hiss";
        var second = saying("mew");
        second.onPlan().costing(1_000, 400).repliesText(plan(planned("shout", "bad", "{\"text\":\"mew\"}", "")));
        second.onMerge().costing(1_000, 400).repliesText(merged("They talk again."));

        RunResult<Answer> again = session(second, run);

        assertThat(again.report().outcomes().keySet()).containsExactlyInAnyOrder("bad", "good");
        assertThat(again.report().outcome("bad")).isEqualTo(new Outcome.Succeeded<>(new Word("mew!")));
        assertThat(asked(second)).isEqualTo(Map.of("PLAN planner", 1, "WORK shout", 1, "MERGE merger", 1));
        var third = new ScriptedModel();
        assertThat(session(third, run).report().outcomes().keySet()).containsExactlyInAnyOrder("bad", "good");
        assertThat(third.calls()).isEmpty();
    }

    @Test
    void plannedInputOfAStricterClass_withoutAnythingInItsPlace_leavesThePlanPartial() throws Exception {
        Session<RunResult<Answer>> run = each -> each.run(Goal.of("What do cats say?", Answer.class), BUDGET);
        var first = saying("meow");
        first.onPlan()
                .costing(1_000, 400)
                .repliesText(plan(
                        planned("shout", "bad", "{\"text\":\"hiss\"}", ""),
                        planned("shout", "good", "{\"text\":\"purr\"}", "")));
        first.onMerge().costing(1_000, 400).repliesText(merged("They talk."));
        session(first, run).requireComplete();
        Word.forbidden = "hiss";
        for (int session = 2; session <= 3; session++) {
            var model = saying("mew");
            model.onPlan().costing(1_000, 400).repliesText(plan());
            model.onMerge().costing(1_000, 400).repliesText(merged("They purr."));

            RunResult.Partial<Answer> partial = Crew.partial(session(model, run));

            assertThat(partial.missing().toString()).contains("bad").contains("no word any more");
            assertThat(asked(model).containsKey("PLAN planner"))
                    .as("session %d", session)
                    .isEqualTo(session == 2);
        }
    }

    @Test
    void answerOfAStricterClass_isMergedAgain() throws Exception {
        Session<RunResult<Word>> run = each -> each.run(Goal.of("What do cats say?", Word.class), BUDGET);
        var first = saying("meow");
        first.onPlan().costing(1_000, 400).repliesText(plan(planned("say", "a", "{\"name\":\"cats\"}", "")));
        first.onMerge().costing(1_000, 400).repliesText(merged("hiss"));
        session(first, run).requireComplete();
        Word.forbidden = "hiss";
        var second = new ScriptedModel();
        second.onMerge().costing(1_000, 400).repliesText(merged("purr"));

        assertThat(session(second, run).requireComplete()).isEqualTo(new Word("purr"));
        assertThat(asked(second)).isEqualTo(Map.of("MERGE merger", 1));
    }
}
