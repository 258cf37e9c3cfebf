// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.Crew.BRIEF;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.NOTE_USD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunFailedException;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.merge.MergeInput;
import dev.cadre.merge.MergeLoad;
import dev.cadre.merge.MergeTerms;
import dev.cadre.merge.Merged;
import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.task.Failure;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is seen of exceptions that the user's own code throws in a run. */
class UserCodeFailureTest {
    private final ScriptedModel model = new ScriptedModel();
    private final List<RunEvent> events = new ArrayList<>();
    private final IllegalStateException thrown = new IllegalStateException("no such row");

    private Coordinator coordinator() {
        return Coordinator.builder(model.pools()).listener(events::add).build();
    }

    private RunResult<Note> run(SubtaskType<Topic, Note> type) throws InterruptedException {
        var graph = TaskGraph.builder();
        return coordinator().run(graph.answering(graph.add("cats", type, new Topic("cats"))), Budget.usd("0.05"));
    }

    private static Failure failure(RunResult<?> result) {
        return ((Outcome.Failed<?>) result.report().outcome("cats")).failure();
    }

    @Test
    void tool_thatThrows_isAnEventAndALineOfTheReport_andTheModelReadsNothingOfIt() throws Exception {
        RunResult<Note> result = run(withAToolThatThrows());

        assertThat(result.requireComplete()).isEqualTo(new Note("They purr."));
        assertThat(result.report().notes())
                .containsExactly(
                        "IllegalStateException: no such row, in tool 'look' of subtask 'cats', 2 times in all");
        assertThat(events)
                .filteredOn(RunEvent.ToolFailed.class::isInstance)
                .hasSize(2)
                .allSatisfy(event ->
                        assertThat(((RunEvent.ToolFailed) event).thrown()).isSameAs(thrown));
        assertThat(model.calls().toString()).doesNotContain("no such row");
    }

    @Test
    void toolOfABulk_thatThrows_isALineOfTheSummary() throws Exception {
        BulkSummary summary = coordinator()
                .bulk(withAToolThatThrows())
                .run(Stream.of(new Topic("cats")), Budget.usd("0.05"), item -> {});

        assertThat(summary.succeeded()).isEqualTo(1);
        assertThat(summary.notes())
                .containsExactly("IllegalStateException: no such row, in tool 'look' of subtask '0', 2 times in all");
    }

    /** A type whose model calls a tool twice; the tool throws. */
    private SubtaskType<Topic, Note> withAToolThatThrows() {
        var spec = new ToolSpec(
                "look",
                "Looks.",
                "{\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":false}");
        var type = NOTE.tools(Tool.raw(spec, (arguments, context) -> {
            throw thrown;
        }));
        model.on(type, new Topic("cats"))
                .calls(new ToolCall("1", "look", "{}"))
                .calls(new ToolCall("2", "look", "{}"))
                .replies(new Note("They purr."));
        return type;
    }

    @Test
    void rule_thatThrows_endsItsSubtask_andPaysNoDearerTier() throws Exception {
        var type = NOTE.upTo(Tier.FLAGSHIP).accept("it is sound", (topic, note) -> {
            throw thrown;
        });
        model.on(type, new Topic("cats")).costing(1_000, 400).replies(new Note("They purr."));

        RunResult<Note> result = run(type);

        assertThat(result.spend().total()).isEqualTo(Money.usd(NOTE_USD));
        assertThat(failure(result).kind()).isEqualTo(Failure.Kind.CODE_FAILED);
        assertThat(failure(result).message())
                .startsWith("IllegalStateException: no such row")
                .contains("the rule 'it is sound'");
        assertThat(failure(result).cause()).containsSame(thrown);
    }

    @Test
    void codeOfAWorker_thatThrows_isTheCauseOfTheRunsException() throws Exception {
        var type = SubtaskType.code("read", Topic.class, Note.class, (topic, context) -> {
            throw new IllegalArgumentException("cannot read cats", thrown);
        });

        RunResult<Note> result = run(type);

        assertThatThrownBy(result::requireComplete)
                .hasMessageStartingWith("ANSWER_MISSING: CODE_FAILED: IllegalStateException: no such row"
                        + " (in IllegalArgumentException: cannot read cats)")
                .hasCauseInstanceOf(IllegalArgumentException.class)
                .hasRootCause(thrown);
    }

    @Test
    void attaching_thatThrows_keepsItsException() throws Exception {
        var type = NOTE.attaching(topic -> {
            throw thrown;
        });

        RunResult<Note> result = run(type);

        assertThat(failure(result).kind()).isEqualTo(Failure.Kind.INVALID_INPUT);
        assertThat(failure(result).message()).startsWith("IllegalStateException: no such row");
        assertThat(failure(result).cause()).containsSame(thrown);
    }

    @Test
    void edge_thatThrows_keepsItsException_andTheAnswerSaysSo() throws Exception {
        model.on(NOTE, new Topic("cats")).replies(new Note("They purr."));
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        var brief = graph.<Notes, Crew.Brief>add("brief", BRIEF, from(cats, note -> {
            throw thrown;
        }));

        RunResult<Crew.Brief> result = coordinator().run(graph.answering(brief), Budget.usd("0.05"));

        assertThat(((RunResult.Failed<Crew.Brief>) result).cause().message())
                .startsWith("INVALID_INPUT: IllegalStateException: no such row");
        assertThat(((RunResult.Failed<Crew.Brief>) result).cause().cause()).containsSame(thrown);
    }

    @Test
    void merger_thatThrows_keepsItsException() throws Exception {
        var code = SubtaskType.code("read", Topic.class, Note.class, (topic, context) -> new Note("They purr."));
        var coordinator = Coordinator.builder(model.pools())
                .plansWith(code)
                .planner((request, intake) -> intake.offer(
                        new PlannedSubtask("a", "read", Map.of("name", "\"cats\""), List.of(), List.of(), false)))
                .build();
        Goal<Answer> goal = Goal.of("cats", Answer.class).mergedBy(Mergers.of(input -> {
            throw thrown;
        }));

        RunResult<Answer> result = coordinator.run(goal, Budget.usd("0.05"));

        RunFailure failure = ((RunResult.Failed<Answer>) result).cause();
        assertThat(failure.message()).isEqualTo("IllegalStateException: no such row, thrown by the merger");
        assertThat(failure.cause()).containsSame(thrown);
    }

    @Test
    void refusalFarUpTheGraph_isTheFirstWordOfEveryMessage() throws Exception {
        model.on(NOTE, new Topic("cats")).refuses("no cats");
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        var more = graph.add("more", NOTE, from(cats, note -> new Topic(note.text())));
        var brief = graph.add("brief", BRIEF, from(more, note -> new Notes(List.of(note))));

        RunResult<Crew.Brief> result = coordinator().run(graph.answering(brief), Budget.usd("0.05"));

        assertThat(result.toToolText()).startsWith("failed: ANSWER_MISSING: REFUSED: the model refused: \"no cats\"");
        assertThatThrownBy(result::requireComplete).hasMessageStartingWith("ANSWER_MISSING: REFUSED: ");
        assertThat(((Outcome.Skipped<?>) result.report().outcome("brief"))
                        .skip()
                        .message())
                .startsWith("REFUSED: the model refused: \"no cats\" (subtask 'cats')");
    }

    @Test
    void resultOfALongAnswer_isOneShortLine() throws Exception {
        var type = SubtaskType.code(
                "read", Topic.class, Note.class, (topic, context) -> new Note("purr\n".repeat(60_000)));

        RunResult<Note> result = run(type);

        assertThat(result.toString()).hasSizeLessThan(1_000).doesNotContain("\n");
        assertThat(result.report().toString()).hasSizeLessThan(1_000);
        assertThat(events).allSatisfy(event -> assertThat(event.toString()).hasSizeLessThan(1_000));
    }

    // --- undeclared checked exceptions, and errors

    private static final Throwable DISK = new IOException("disk full");

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }

    private static <T> T breakFor(Topic topic, Throwable thrown, T other) {
        if (topic.name().equals("cats")) {
            throw UserCodeFailureTest.<RuntimeException>sneaky(thrown);
        }
        return other;
    }

    private static final SubtaskType<Topic, Note> RULED =
            NOTE.accept("it is sound", (topic, note) -> breakFor(topic, DISK, true));

    private static SubtaskType<Topic, Note> attaching(Throwable thrown) {
        return NOTE.attaching(topic -> breakFor(topic, thrown, List.of()));
    }

    private Map<String, Outcome<Note>> bulk(Bulk<Topic, Note> bulk) throws InterruptedException {
        model.on(NOTE).replies(new Note("They purr."));
        var outcomes = new HashMap<String, Outcome<Note>>();
        bulk.keyedBy(Topic::name)
                .run(
                        Stream.of(new Topic("dogs"), new Topic("cats"), new Topic("cows")),
                        Budget.usd("0.05"),
                        item -> outcomes.put(item.key(), item.outcome()));
        return outcomes;
    }

    private static void assertThatCatsAloneFailed(
            Map<String, Outcome<Note>> outcomes, Failure.Kind kind, Throwable cause) {
        assertThat(outcomes.get("dogs")).isEqualTo(new Outcome.Succeeded<>(new Note("They purr.")));
        assertThat(outcomes.get("cows")).isEqualTo(new Outcome.Succeeded<>(new Note("They purr.")));
        Failure failure = ((Outcome.Failed<Note>) outcomes.get("cats")).failure();
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.cause()).containsSame(cause);
    }

    @Test
    void rule_thatThrowsUndeclared_failsItsItemAlone() throws Exception {
        assertThatCatsAloneFailed(bulk(coordinator().bulk(RULED)), Failure.Kind.CODE_FAILED, DISK);
    }

    @Test
    void attaching_thatThrowsUndeclared_failsItsItemAlone() throws Exception {
        assertThatCatsAloneFailed(bulk(coordinator().bulk(attaching(DISK))), Failure.Kind.INVALID_INPUT, DISK);
    }

    @Test
    void tool_thatThrowsUndeclaredWhenItIsOpened_failsItsItemAlone() throws Exception {
        var isFirst = new AtomicBoolean(true);
        var spec = new ToolSpec(
                "look", "Looks.", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");
        var type = NOTE.tools(Tool.stateful(spec, () -> {
            if (isFirst.getAndSet(false)) {
                throw UserCodeFailureTest.<RuntimeException>sneaky(DISK);
            }
            return (arguments, context) -> new Tool.Shown("fine", List.of());
        }));
        model.on(NOTE).replies(new Note("They purr."));
        var outcomes = new ArrayList<Outcome<Note>>();

        coordinator()
                .bulk(type)
                .run(
                        Stream.of(new Topic("dogs"), new Topic("cats")),
                        Budget.usd("0.05"),
                        item -> outcomes.add(item.outcome()));

        assertThat(outcomes)
                .hasSize(2)
                .contains(new Outcome.Succeeded<>(new Note("They purr.")))
                .filteredOn(Outcome.Failed.class::isInstance)
                .singleElement()
                .satisfies(failed -> {
                    Failure failure = ((Outcome.Failed<Note>) failed).failure();
                    assertThat(failure.kind()).isEqualTo(Failure.Kind.CODE_FAILED);
                    assertThat(failure.cause()).containsSame(DISK);
                });
    }

    static List<Throwable> noRuntimeExceptions() {
        return List.of(DISK, new NoClassDefFoundError("of a picture"));
    }

    @ParameterizedTest
    @MethodSource("noRuntimeExceptions")
    void attaching_thatThrows_failsItsSubtaskAlone_withAJournalToo(Throwable thrown, @TempDir Path folder)
            throws Exception {
        model.on(NOTE).replies(new Note("They purr."));
        var graph = TaskGraph.builder();
        var dogs = graph.add("dogs", NOTE, new Topic("dogs"));
        graph.optional(graph.add("cats", attaching(thrown), new Topic("cats")));

        try (var journal = FileJournal.open(folder.resolve("notes.journal"))) {
            RunResult<Note> result = coordinator().journal(journal).run(graph.answering(dogs), Budget.usd("0.05"));

            assertThat(result.requireComplete()).isEqualTo(new Note("They purr."));
            assertThat(failure(result).kind()).isEqualTo(Failure.Kind.INVALID_INPUT);
            assertThat(failure(result).cause()).containsSame(thrown);
        }
    }

    @ParameterizedTest
    @MethodSource("noRuntimeExceptions")
    void attaching_thatThrows_failsItsItemAlone_withAJournalToo(Throwable thrown, @TempDir Path folder)
            throws Exception {
        try (var journal = FileJournal.open(folder.resolve("notes.journal"))) {
            var outcomes = bulk(coordinator().bulk(attaching(thrown)).journal(journal));

            assertThatCatsAloneFailed(outcomes, Failure.Kind.INVALID_INPUT, thrown);
        }
    }

    @ParameterizedTest
    @MethodSource("noRuntimeExceptions")
    void attaching_thatThrows_failsItsItemAlone_inABatchToo(Throwable thrown) throws Exception {
        var outcomes = new HashMap<String, Outcome<Note>>();
        var fine = new StruckBatches(StruckBatches.Step.UPLOAD, new StruckBatches.Strike() {
            @Override
            public <T> T strike() {
                throw new AssertionError("a second batch");
            }
        });

        Coordinator.builder(ModelPools.of(ModelPool.of(fine, "gpt-5.4-nano")))
                .clock(new CallbacksTest.JumpingClock(new TestClock()))
                .build()
                .bulk(attaching(thrown))
                .keyedBy(Topic::name)
                .journal(StruckJournal.remembering((key, outcome) -> {}))
                .lane(Lane.BATCH)
                .run(
                        Stream.of(new Topic("cats"), new Topic("dogs")),
                        Budget.usd("1.00"),
                        item -> outcomes.put(item.key(), item.outcome()));

        assertThat(outcomes.get("dogs")).isInstanceOf(Outcome.Succeeded.class);
        Failure failure = ((Outcome.Failed<Note>) outcomes.get("cats")).failure();
        assertThat(failure.kind()).isEqualTo(Failure.Kind.INVALID_INPUT);
        assertThat(failure.cause()).containsSame(thrown);
    }

    // --- what planners, mergers and reviews say of themselves

    private static class SoundPlanner implements Planner {
        @Override
        public void plan(PlanRequest request, PlanIntake intake) {
            intake.offer(new PlannedSubtask("a", "read", Map.of("name", "\"cats\""), List.of(), List.of(), false));
        }
    }

    private static class SoundMerger implements Merger<Answer> {
        @Override
        public Merged<Answer> merge(MergeInput input, MergeTerms terms) {
            return Merged.of(new Answer("merged"));
        }
    }

    private RunFailure failure(Planner planner, Merger<Answer> merger, PlanReview review) throws InterruptedException {
        var code = SubtaskType.code("read", Topic.class, Note.class, (topic, context) -> new Note("They purr."));
        var coordinator = Coordinator.builder(model.pools())
                .plansWith(code)
                .planner(planner)
                .review(review)
                .build();
        RunResult<Answer> result = coordinator.run(Goal.of("cats", Answer.class).mergedBy(merger), Budget.usd("0.05"));
        return ((RunResult.Failed<Answer>) result).cause();
    }

    private void assertThatItIsNamed(RunFailure failure, RunFailure.Kind kind, String part) {
        assertThat(failure.message()).isEqualTo("IllegalStateException: no such row, thrown by the " + part);
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.cause()).containsSame(thrown);
    }

    private static void assertThatItsNullIsNamed(RunFailure failure, RunFailure.Kind kind, String part) {
        assertThat(failure.message()).isEqualTo("NullPointerException: " + part);
        assertThat(failure.kind()).isEqualTo(kind);
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    @Test
    void leastCostOfAPlanner_thatThrowsOrIsNull_namesThePlanner() throws Exception {
        Planner throwing = new SoundPlanner() {
            @Override
            public Money leastCost(PlanRequest request) {
                throw thrown;
            }
        };
        Planner without = new SoundPlanner() {
            @Override
            public Money leastCost(PlanRequest request) {
                return nothing();
            }
        };
        assertThatItIsNamed(
                failure(throwing, new SoundMerger(), PlanReview.NONE), RunFailure.Kind.PLANNER_FAILED, "planner");
        assertThatItsNullIsNamed(
                failure(without, new SoundMerger(), PlanReview.NONE),
                RunFailure.Kind.PLANNER_FAILED,
                "its least cost is null, thrown by the planner");
    }

    @Test
    void leastCostOfAMerger_thatThrowsOrIsNull_namesTheMerger() throws Exception {
        Merger<Answer> throwing = new SoundMerger() {
            @Override
            public Money leastCost(ModelPools pools, Limits limits) {
                throw thrown;
            }
        };
        Merger<Answer> without = new SoundMerger() {
            @Override
            public Money leastCost(ModelPools pools, Limits limits) {
                return nothing();
            }
        };
        assertThatItIsNamed(
                failure(new SoundPlanner(), throwing, PlanReview.NONE), RunFailure.Kind.MERGE_FAILED, "merger");
        assertThatItsNullIsNamed(
                failure(new SoundPlanner(), without, PlanReview.NONE),
                RunFailure.Kind.MERGE_FAILED,
                "its least cost is null, thrown by the merger");
    }

    @Test
    void whetherAMergerCallsAModel_thatThrows_namesTheMerger() throws Exception {
        Merger<Answer> throwing = new SoundMerger() {
            @Override
            public boolean callsModel() {
                throw thrown;
            }
        };
        assertThatItIsNamed(
                failure(new SoundPlanner(), throwing, PlanReview.NONE), RunFailure.Kind.MERGE_FAILED, "merger");
    }

    @Test
    void quoteOfAMerger_thatThrows_namesTheMerger() throws Exception {
        Merger<Answer> throwing = new SoundMerger() {
            @Override
            public Quote quote(MergeLoad load) {
                throw thrown;
            }
        };
        PlanReview review = proposed -> new PlanReview.Verdict.Approve();
        assertThatItIsNamed(failure(new SoundPlanner(), throwing, review), RunFailure.Kind.MERGE_FAILED, "merger");
    }

    @Test
    void review_thatThrowsUndeclared_isNamed() throws Exception {
        RunFailure failure = failure(new SoundPlanner(), new SoundMerger(), proposed -> {
            throw UserCodeFailureTest.<RuntimeException>sneaky(DISK);
        });

        assertThat(failure.message()).isEqualTo("IOException: disk full, thrown by the plan review");
        assertThat(failure.kind()).isEqualTo(RunFailure.Kind.PLANNER_FAILED);
        assertThat(failure.cause()).containsSame(DISK);
    }

    @Test
    void planner_thatThrowsAnError_isTheFailureOfAPlanThatIsOnlyMade() {
        var coordinator = Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .planner((request, intake) -> {
                    throw new NoClassDefFoundError("of a parser");
                })
                .build();

        assertThatThrownBy(() -> coordinator.plan(Goal.of("cats", Answer.class), Budget.usd("0.05")))
                .isInstanceOf(RunFailedException.class)
                .hasMessageContaining("NoClassDefFoundError: of a parser, thrown by the planner");
    }
}
