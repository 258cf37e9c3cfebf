// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.forEach;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.NOTE_USD;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.partial;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NestedResult;
import dev.cadre.NestedRun;
import dev.cadre.RunFailedException;
import dev.cadre.RunResult;
import dev.cadre.SubtaskReport;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Items;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.OuterRun;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.WorkerContext;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs as subtasks and tools of other runs: their money, time, depth, ends and reports. */
class NestedRunTest {
    private static final Money CALL = Money.usd(NOTE_USD);
    private static final Money ALLOTMENT = Money.usd("0.02");

    record Topics(List<Topic> topics) {}

    final ScriptedModel model = new ScriptedModel();
    final List<RunEvent> events = new CopyOnWriteArrayList<>();
    final Gate never = new Gate();
    final BudgetGuard session = Budget.usd("5.00").open();
    final TestClock innerClock = new TestClock();
    final Coordinator inner =
            Coordinator.builder(model.pools()).plansWith(NOTE).clock(innerClock).build();
    final Coordinator outer =
            Coordinator.builder(model.pools()).listener(events::add).build();
    final NestedRun<Topic, Note> two = NestedRun.graph(() -> inner, ALLOTMENT, topic -> two(topic.name()));

    @AfterEach
    void letGo() {
        never.open();
    }

    private static TaskGraph<Note> two(String name) {
        var graph = TaskGraph.builder();
        graph.add("first", NOTE, new Topic(name + " 1"));
        return graph.answering(graph.add("second", NOTE, new Topic(name + " 2")));
    }

    private RunResult<Note> run(SubtaskType<Topic, Note> type, Budget budget) throws InterruptedException {
        var graph = TaskGraph.builder();
        return outer.run(graph.answering(graph.add("nested", type, new Topic("cats"))), budget);
    }

    private static Budget usd(String usd) {
        return Budget.usd(usd);
    }

    private void scriptNotes() {
        model.on(NOTE).costing(1_000, 400).replies(new Note("They purr."));
    }

    private static Failure failure(RunResult<?> result) {
        return switch (result.report().outcome("nested")) {
            case Outcome.Failed<?>(Failure failure) -> failure;
            case Outcome<?> other -> throw new AssertionError(other);
        };
    }

    // --- as a subtask

    @Test
    void nestedGraph_isPaidOnce_andItsReportIsInTheOuterOne() throws Exception {
        scriptNotes();

        RunResult<Note> result =
                run(two.asType("pets", Topic.class, Note.class), usd("0.05").under(session));

        assertThat(result.requireComplete()).isEqualTo(new Note("They purr."));
        assertThat(result).spent("0.0014").leftNothingBehind();
        assertThat(session.state().settled()).isEqualTo(CALL.times(2));
        assertThat(session.state().committed()).as("the rest has come back").isEqualTo(CALL.times(2));
        NestedResult nested = result.report().nested().getFirst();
        assertThat(nested.subtaskId()).isEqualTo("nested");
        assertThat(nested.report().spend().total()).isEqualTo(CALL.times(2));
        assertThat(nested.report().spend().attempts()).isEqualTo(2);
        assertThat(nested.report().limit()).isEqualTo(ALLOTMENT);
        assertThat(nested.report().subtasks()).extracting(SubtaskReport::id).containsExactly("first", "second");
        assertThat(nested.report().runKey())
                .matches("nested in %s with input [0-9a-f]{16}: nested"
                        .formatted(result.report().runId()));
    }

    @Test
    void nestedGoal_plansAndMergesWithinItsAllotment() throws Exception {
        scriptNotes();
        model.onPlan().repliesText(plan(plannedNote("cats")));
        model.onMerge().repliesText(merged("They purr."));
        NestedRun<Topic, Answer> goal =
                NestedRun.goal(() -> inner, Money.usd("0.30"), topic -> Goal.of("About " + topic.name(), Answer.class));
        var graph = TaskGraph.builder();
        var nested = graph.add("nested", goal.asType("research", Topic.class, Answer.class), new Topic("cats"));

        RunResult<Answer> result = outer.run(graph.answering(nested), usd("0.30"));

        assertThat(result.requireComplete()).isEqualTo(new Answer("They purr."));
        assertThat(result.spend().total())
                .isEqualTo(result.report().nested().getFirst().report().spend().total());
    }

    @Test
    void callsOfOneTool_areToldApartByTheirGoals() throws Exception {
        scriptNotes();
        model.onPlan().costing(1_000, 400).repliesText(plan(plannedNote("cats")));
        model.onMerge().costing(1_000, 400).repliesText(merged("They purr."));
        NestedRun<Topic, Answer> goal = NestedRun.goal(
                () -> inner, Money.usd("0.30"), topic -> Goal.of("About\n" + topic.name() + "\u202e", Answer.class));
        SubtaskType<Topic, Note> asks = SubtaskType.model("asks", Topic.class, Note.class, "Ask.")
                .tools(goal.asTool("research", "Answers.", Topic.class));
        model.on(asks)
                .costing(1_000, 400)
                .calls(
                        new ToolCall("1", "research", "{\"name\":\"cats\"}"),
                        new ToolCall("2", "research", "{\"name\":\"dogs\"}"))
                .replies(new Note("Both."));

        RunResult<Note> result = run(asks, usd("1.00"));

        assertThat(result.report().nested())
                .extracting(NestedResult::asked)
                .containsExactlyInAnyOrder("About cats", "About dogs");
        assertThat(result.report().nested())
                .allSatisfy(each -> assertThat(each.toString())
                        .startsWith("NestedResult[nested (%s): Complete[".formatted(each.asked())));
        assertThat(result.report().subtasks().getFirst().nested())
                .isEqualTo(new SubtaskReport.Nested(2, 6, TokenUsage.of(6_000, 2_400)));
    }

    @Test
    void callsOfOneTool_areToldApartByTheirInputs_ofAGraph() throws Exception {
        model.on(NOTE).replies(new Note("noted"));
        NestedRun<Topic, Note> notes = NestedRun.graph(() -> inner, Money.usd("0.05"), topic -> {
            var graph = TaskGraph.builder();
            return graph.answering(graph.add("noted", NOTE, topic));
        });
        SubtaskType<Topic, Note> asks = SubtaskType.model("asks", Topic.class, Note.class, "Ask.")
                .tools(notes.asTool("look", "Looks.", Topic.class));
        model.on(asks)
                .calls(
                        new ToolCall("1", "look", "{\"name\":\"cats\"}"),
                        new ToolCall("2", "look", "{\"name\":\"dogs\"}"))
                .replies(new Note("Both."));

        RunResult<Note> result = run(asks, usd("1.00"));

        assertThat(result.report().nested())
                .extracting(NestedResult::asked)
                .containsExactlyInAnyOrder("noted with {\"name\":\"cats\"}", "noted with {\"name\":\"dogs\"}");
    }

    @Test
    void eventsOfANestedRun_reachTheOuterListener_underItsSubtask() throws Exception {
        scriptNotes();

        RunResult<Note> result = run(two.asType("pets", Topic.class, Note.class), usd("0.05"));

        String inside = result.report().nested().getFirst().report().runId();
        List<RunEvent.Nested> nested = events.stream()
                .filter(RunEvent.Nested.class::isInstance)
                .map(RunEvent.Nested.class::cast)
                .toList();
        assertThat(nested)
                .allMatch(event -> event.runId().equals(result.report().runId())
                        && event.subtaskId().equals("nested")
                        && event.event().runId().equals(inside));
        assertThat(nested.getFirst().event()).isInstanceOf(RunEvent.RunStarted.class);
        assertThat(nested.getLast().event()).isInstanceOf(RunEvent.RunEnded.class);
        assertThat(nested)
                .filteredOn(event -> event.event() instanceof RunEvent.SubtaskEnded)
                .hasSize(2);
    }

    @Test
    void estimate_countsTheAllotment() {
        var graph = TaskGraph.builder();
        var nested = graph.add("nested", two.asType("pets", Topic.class, Note.class), new Topic("cats"));

        CostEstimate estimate = outer.preview(graph.answering(nested));

        assertThat(estimate.worst()).isEqualTo(ALLOTMENT);
        assertThat(estimate.maySpendMore()).isFalse();
    }

    // --- money

    @Test
    void allotmentTooSmallForTheNestedRun_failsItsSubtask_withTheInnerCause() throws Exception {
        var small = NestedRun.<Topic, Answer>goal(
                () -> inner, Money.usd("0.0001"), topic -> Goal.of("About it", Answer.class));
        var graph = TaskGraph.builder();
        var nested = graph.add("nested", small.asType("research", Topic.class, Answer.class), new Topic("cats"));

        RunResult<Answer> result = outer.run(graph.answering(nested), usd("1.00"));

        Failure failure = failure(result);
        assertThat(failure.kind()).isEqualTo(Failure.Kind.NESTED_RUN);
        assertThat(failure.message()).contains("BUDGET_TOO_SMALL", "a budget of $0.0001");
        assertThat(behind(failure).map(RunFailure::kind)).contains(RunFailure.Kind.BUDGET_TOO_SMALL);
        assertThat(model.calls()).isEmpty();
        assertThat(result).spent("0").leftNothingBehind();
    }

    private static Optional<RunFailure> behind(Failure failure) {
        return failure.cause().map(RunFailedException.class::cast).flatMap(RunFailedException::failure);
    }

    @Test
    void outerBudgetBelowTheAllotment_skipsTheSubtask_andBeginsNothing() throws Exception {
        RunResult<Note> result = run(two.asType("pets", Topic.class, Note.class), usd("0.01"));

        assertThat(result.report().outcome("nested"))
                .isInstanceOfSatisfying(
                        Outcome.Skipped.class,
                        skipped -> assertThat(skipped.skip().kind()).isEqualTo(Skip.Kind.BUDGET));
        assertThat(model.calls()).isEmpty();
        assertThat(result.report().nested()).isEmpty();
    }

    @Test
    void twoNested_underABudgetForOneAllotment_followEachOther_andBothSucceed() throws Exception {
        scriptNotes();
        var type = two.asType("pets", Topic.class, Note.class);
        var graph = TaskGraph.builder();
        graph.add("a", type, new Topic("a"));
        graph.add("b", type, new Topic("b"));
        var c = graph.add("c", type, new Topic("c"));

        // the third may begin once 2 x 0.0014 are spent
        RunResult<Note> result = outer.run(graph.answering(c), usd("0.0228").under(session));

        assertThat(result.report().outcomes().values()).allMatch(Outcome::isSucceeded);
        assertThat(result).spent("0.0042").leftNothingBehind();
        assertThat(model.peakInFlight()).as("one run of two calls at a time").isLessThanOrEqualTo(2);
        assertThat(session.state().committed()).isEqualTo(CALL.times(6));
    }

    @Test
    void nestedInParallel_neverHoldMoreThanTheOuterLimit() throws Exception {
        model.on(NOTE).costing(1_000, 400).answers(call -> {
            assertThat(session.state().committed()).isLessThanOrEqualTo(Money.usd("0.05"));
            return new Note("They purr.");
        });
        var type = two.asType("pets", Topic.class, Note.class);
        var graph = TaskGraph.builder();
        List<SubtaskRef<Note>> all = IntStream.range(0, 8)
                .mapToObj(i -> graph.add("n" + i, type, new Topic("n" + i)))
                .toList();

        RunResult<Note> result =
                outer.run(graph.answering(all.getLast()), usd("0.05").under(session));

        assertThat(result.report().outcomes().values()).allMatch(Outcome::isSucceeded);
        assertThat(result).spent("0.0112").leftNothingBehind();
        assertThat(result.report().nested())
                .extracting(NestedResult::subtaskId)
                .containsExactly(all.stream().map(SubtaskRef::id).toArray(String[]::new));
    }

    @Test
    void nestedInAFanOut_isReportedForEachItem() throws Exception {
        scriptNotes();
        var split = SubtaskType.code(
                "split",
                Topic.class,
                Topics.class,
                (topic, context) -> new Topics(List.of(new Topic("cats"), new Topic("dogs"), new Topic("fish"))));
        var graph = TaskGraph.builder();
        var topics = graph.add("topics", split, new Topic("pets"));
        SubtaskRef<Items<Note>> each =
                graph.add("each", two.asType("pets", Topic.class, Note.class), forEach(topics, Topics::topics));

        RunResult<Items<Note>> result = outer.run(graph.answering(each), usd("0.05"));

        assertThat(result.requireComplete().values()).hasSize(3);
        assertThat(result.report().nested())
                .extracting(NestedResult::subtaskId)
                .containsExactly("each#0", "each#1", "each#2");
        assertThat(result).spent("0.0042");
    }

    @Test
    void nestedInABulk_isPaidByItsItem() throws Exception {
        scriptNotes();
        var costs = new ArrayList<Money>();

        outer.bulk(two.asType("pets", Topic.class, Note.class))
                .run(
                        Stream.of(new Topic("cats"), new Topic("dogs")),
                        usd("0.05"),
                        item -> costs.add(item.spend().total()));

        assertThat(costs).containsExactly(CALL.times(2), CALL.times(2));
        assertThat(events).anyMatch(RunEvent.Nested.class::isInstance);
    }

    // --- ends

    private NestedRun<Topic, Answer> halfDone() {
        model.onPlan().repliesText(plan(plannedNote("cats"), plannedNote("dogs")));
        model.on(NOTE, new Topic("cats")).replies(new Note("They purr."));
        model.on(NOTE, new Topic("dogs")).refuses("no dogs");
        model.onMerge().repliesText(merged("They purr."));
        return NestedRun.goal(() -> inner, Money.usd("0.30"), topic -> Goal.of("About pets", Answer.class));
    }

    private RunResult<Answer> research(NestedRun<Topic, Answer> nested) throws InterruptedException {
        var graph = TaskGraph.builder();
        var type = nested.asType("research", Topic.class, Answer.class);
        return outer.run(graph.answering(graph.add("nested", type, new Topic("pets"))), usd("1.00"));
    }

    @Test
    void partialAnswer_failsTheSubtask_unlessItIsAccepted() throws Exception {
        NestedRun<Topic, Answer> nested = halfDone();

        RunResult<Answer> strict = research(nested);
        RunResult<Answer> lenient = research(nested.acceptingPartial());

        assertThat(failure(strict).kind()).isEqualTo(Failure.Kind.NESTED_RUN);
        assertThat(failure(strict).message()).contains("it lacks", "dogs");
        partial(strict.report().nested().getFirst().result());
        assertThat(lenient.requireComplete()).isEqualTo(new Answer("They purr."));
        assertThat(lenient.report().notes())
                .singleElement()
                .asString()
                .startsWith("the run nested in 'nested' (About pets) is not complete: it lacks")
                .contains("dogs");
    }

    @Test
    void nestedRun_endsBeforeTheDeadlineOfTheOuterOne_whichUsesItsPartialAnswer() throws Exception {
        model.onPlan().repliesText(plan(plannedNote("cats"), plannedNote("dogs")));
        model.on(NOTE, new Topic("cats")).replies(new Note("They purr."));
        model.on(NOTE, new Topic("dogs")).holdUntil(never).replies(new Note("never"));
        model.onMerge().repliesText(merged("They purr."));
        NestedRun<Topic, Answer> nested = NestedRun.<Topic, Answer>goal(
                        () -> inner, Money.usd("0.30"), topic -> Goal.of("About pets", Answer.class))
                .acceptingPartial();
        var graph = TaskGraph.builder();
        var ref = graph.add("nested", nested.asType("research", Topic.class, Answer.class), new Topic("pets"));

        var run = start(() -> outer.run(graph.answering(ref), usd("1.00").within(Duration.ofSeconds(60))));
        assertThat(model.awaitCalls(3)).isTrue();
        innerClock.advance(Duration.ofSeconds(44)); // it has 54 of the 60 seconds, of which its merge has a fifth
        RunResult<Answer> result = run.result(innerClock);

        assertThat(result.requireComplete()).isEqualTo(new Answer("They purr."));
        partial(result.report().nested().getFirst().result());
        assertThat(result).leftNothingBehind();
    }

    @Test
    void within_bringsTheDeadlineForward() throws Exception {
        model.on(NOTE).holdUntil(never).replies(new Note("never"));

        var type = two.within(Duration.ofSeconds(5)).asType("pets", Topic.class, Note.class);

        var run = start(() -> run(type, usd("0.05")));
        assertThat(model.awaitInFlight(2)).isTrue();
        innerClock.advance(Duration.ofSeconds(5));

        assertThat(behind(failure(run.result(innerClock))).map(RunFailure::kind))
                .contains(RunFailure.Kind.DEADLINE);
    }

    @Test
    void cancelOfTheOuterRun_cancelsTheCallsOfTheNestedOne() throws Exception {
        model.on(NOTE).holdUntil(never).replies(new Note("never"));

        var run = start(() ->
                run(two.asType("pets", Topic.class, Note.class), usd("0.05").under(session)));
        assertThat(model.awaitInFlight(2)).isTrue();
        run.thread().interrupt();

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
        assertThat(model.inFlight()).isZero();
        assertThat(session.openReservations()).isZero();
        assertThat(session.state().outstanding()).isEqualTo(Money.ZERO);
        assertThat(session.state().setAside()).isEqualTo(Money.ZERO);
        assertThat(session.state().forfeited()).as("both calls may be billed").isNotEqualTo(Money.ZERO);
        assertThat(events)
                .as("the nested run has ended, too")
                .anyMatch(event -> event instanceof RunEvent.Nested nested
                        && nested.event() instanceof RunEvent.RunEnded ended
                        && ended.status().equals("cancelled"));
    }

    /** So many runs around code that ignores its interrupt, in a run that has a second. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void codeLeftBehindInANestedRun_isNamedByTheOutermostOne_howeverLittleTimeThereIs(int depth) throws Exception {
        SubtaskType<Topic, Note> type = SubtaskType.code("stubborn", Topic.class, Note.class, (topic, context) -> {
            never.awaitUninterruptibly();
            return new Note("late");
        });
        for (int level = 1; level <= depth; level++) {
            String id = level == 1 ? "stubborn" : "level" + level;
            SubtaskType<Topic, Note> within = type;
            type = NestedRun.<Topic, Note>graph(() -> outer, ALLOTMENT, topic -> {
                        var graph = TaskGraph.builder();
                        return graph.answering(graph.add(id, within, topic));
                    })
                    .asType("nest" + level, Topic.class, Note.class);
        }

        RunResult<Note> result = run(type, usd("0.10").within(Duration.ofSeconds(1)));

        assertThat(result.report().abandoned()).anyMatch(thread -> thread.endsWith("-stubborn/0"));
    }

    // --- depth

    /** A coordinator whose only subtask starts it again. */
    private SubtaskType<Topic, Note> endless(Limits limits) {
        var self = new AtomicReference<SubtaskType<Topic, Note>>();
        Coordinator recursive =
                Coordinator.builder(model.pools()).limits(limits).build();
        self.set(NestedRun.<Topic, Note>graph(() -> recursive, ALLOTMENT, topic -> {
                    var graph = TaskGraph.builder();
                    return graph.answering(graph.add("nested", self.get(), new Topic(topic.name() + "'")));
                })
                .asType("again", Topic.class, Note.class));
        return self.get();
    }

    private static List<RunResult<?>> levels(RunResult<?> outermost) {
        var levels = new ArrayList<RunResult<?>>();
        for (Optional<RunResult<?>> at = Optional.of(outermost); at.isPresent(); ) {
            levels.add(at.get());
            at = at.get().report().nested().stream()
                    .<RunResult<?>>map(NestedResult::result)
                    .findFirst();
        }
        return levels;
    }

    @Test
    void coordinatorThatStartsItself_isStoppedByTheLimit_whichTheFailureNames() throws Exception {
        RunResult<Note> result = run(endless(Limits.DEFAULT), usd("0.05"));

        List<RunResult<?>> levels = levels(result);
        assertThat(levels).as("the outermost run and three within each other").hasSize(4);
        Failure deepest = failure(levels.getLast());
        assertThat(deepest.kind()).isEqualTo(Failure.Kind.TOO_DEEP);
        assertThat(deepest.message()).isEqualTo("its run would be nested 4 deep, and Limits.maxNesting allows 3");
        assertThat(failure(result).kind()).isEqualTo(Failure.Kind.NESTED_RUN);
    }

    @Test
    void limitOfANestedCoordinator_narrowsThatOfTheOuterOne_andNeverWidensIt() throws Exception {
        RunResult<Note> narrow = run(endless(Limits.DEFAULT.withMaxNesting(1)), usd("0.05"));
        RunResult<Note> wide = run(endless(Limits.DEFAULT.withMaxNesting(50)), usd("0.05"));

        assertThat(levels(narrow)).hasSize(3);
        assertThat(levels(wide)).hasSize(4);
    }

    @Test
    void noNesting_isALimit() throws Exception {
        var type = two.asType("pets", Topic.class, Note.class);
        var graph = TaskGraph.builder();
        var nested = graph.add("nested", type, new Topic("cats"));

        RunResult<Note> result = Coordinator.builder(model.pools())
                .limits(Limits.DEFAULT.withMaxNesting(0))
                .build()
                .run(graph.answering(nested), usd("0.05"));

        assertThat(failure(result).kind()).isEqualTo(Failure.Kind.TOO_DEEP);
    }

    // --- as a tool

    private final SubtaskType<Topic, Note> asking = SubtaskType.model(
                    "ask", Topic.class, Note.class, "Ask the tool, then say what you found.")
            .tools(two.asTool("pets", "Tells about pets.", Topic.class));

    private static ToolCall call(String id, String topic) {
        return new ToolCall(id, "pets", "{\"name\":\"%s\"}".formatted(topic));
    }

    @Test
    void toolLoop_callsANestedCoordinatorThreeTimes_eachWithinItsAllotment() throws Exception {
        scriptNotes();
        model.on(asking)
                .costing(1_000, 400)
                .calls(call("1", "cats"), call("2", "dogs"))
                .costing(1_000, 400)
                .calls(call("3", "fish"))
                .costing(1_000, 400)
                .replies(new Note("All of them."));

        RunResult<Note> result = run(asking, usd("0.10").under(session));

        assertThat(result.requireComplete()).isEqualTo(new Note("All of them."));
        assertThat(result).spent("0.0063").leftNothingBehind(); // 3 + 3 x 2 calls
        assertThat(session.state().committed()).isEqualTo(CALL.times(9));
        SubtaskReport line = result.report().subtasks().getFirst();
        assertThat(line.toString())
                .contains(
                        "$0.0063 for 3 calls (3000 tokens in, 1200 out) and 3 nested runs (6 calls, 6000 tokens in, 2400 out)");
        assertThat(result.report().nested())
                .hasSize(3)
                .allMatch(nested -> nested.subtaskId().equals("nested")
                        && nested.report().spend().total().equals(CALL.times(2)));
    }

    @Test
    void tool_whoseAllotmentIsNotLeft_tellsTheModel_andSpendsNothing() throws Exception {
        model.on(asking).calls(call("1", "cats")).replies(new Note("No money."));

        RunResult<Note> result = run(asking, usd("0.015"));

        assertThat(result.requireComplete()).isEqualTo(new Note("No money."));
        assertThat(model.calls()).hasSize(2);
        assertThat(model.calls().getLast().request().turns().toString())
                .contains("failed: BUDGET: an allotment of $0.02 exceeds what is left of the budget");
    }

    @Test
    void tool_nestedTooDeeply_tellsTheModel() throws Exception {
        var text = two.asTool("pets", "Tells about pets.", Topic.class)
                .call("{\"name\":\"cats\"}", within(0))
                .text();

        assertThat(text).isEqualTo("failed: TOO_DEEP: its run would be nested 8 deep, and Limits.maxNesting allows 7");
    }

    private static WorkerContext within(int left) {
        return new WorkerContext(
                "run", "nested", Duration.ofMinutes(1), Budget.usd("1").open(), new OuterRun() {
                    @Override
                    public int nestingLeft() {
                        return left;
                    }

                    @Override
                    public int depth() {
                        return 7;
                    }
                });
    }

    @Test
    void tool_outsideOfAnyRun_isAsDeepAsAnOutermostOne() throws Exception {
        scriptNotes();
        var context = new WorkerContext(
                "run", "test", Duration.ofMinutes(1), Budget.usd("1").open());

        var shown = two.asTool("pets", "Tells about pets.", Topic.class).call("{\"name\":\"cats\"}", context);

        assertThat(shown.text()).isEqualTo("{\"text\":\"They purr.\"}");
    }

    @Test
    void tool_whoseRunFailed_tellsTheModelWhy() throws Exception {
        model.on(NOTE).refuses("no pets");
        model.on(asking).calls(call("1", "cats")).replies(new Note("Nothing found."));

        RunResult<Note> result = run(asking, usd("0.10"));

        assertThat(result.requireComplete()).isEqualTo(new Note("Nothing found."));
        assertThat(model.calls().getLast().request().turns().toString()).contains("failed: ANSWER_MISSING: REFUSED");
        assertThat(result.report().notes()).singleElement().asString().contains("ANSWER_MISSING");
    }

    @Test
    void cancelOfATool_isNoText() throws Exception {
        model.on(NOTE).holdUntil(never).replies(new Note("never"));
        model.on(asking).calls(call("1", "cats")).replies(new Note("never"));

        var run = start(() -> run(asking, usd("0.10").under(session)));
        assertThat(model.awaitInFlight(2)).isTrue();
        run.thread().interrupt();

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
        assertThat(model.calls()).hasSize(3);
        assertThat(session.state().outstanding()).isEqualTo(Money.ZERO);
    }

    @Test
    void estimate_countsEveryCallOfATool() {
        var cheap = SubtaskType.model("ask", Topic.class, Note.class, "Ask the tool, then say what you found.")
                .tools(NestedRun.<Topic, Note>graph(() -> inner, Money.ZERO, topic -> two(topic.name()))
                        .asTool("pets", "Tells about pets.", Topic.class));

        CostEstimate with = estimate(asking);
        CostEstimate without = estimate(cheap);

        assertThat(with.maySpendMore()).isFalse();
        assertThat(with.worst().minus(without.worst()))
                .isEqualTo(ALLOTMENT.times(Limits.DEFAULT.tools().calls()));
        assertThat(with.expected().minus(without.expected())).isEqualTo(ALLOTMENT.times(3));
    }

    private CostEstimate estimate(SubtaskType<Topic, Note> type) {
        var graph = TaskGraph.builder();
        return outer.preview(graph.answering(graph.add("ask", type, new Topic("cats"))));
    }
}
