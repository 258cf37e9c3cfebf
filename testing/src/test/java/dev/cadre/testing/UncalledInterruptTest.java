// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ToolSpec;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** An interrupt is a cancel if the run asked for it, and a failure of whoever threw it if nobody did. */
class UncalledInterruptTest {
    private static final Budget BUDGET = Budget.usd("1.00");
    private static final Duration TIME = Duration.ofMinutes(1);
    private static final ToolSpec SPEC =
            new ToolSpec("tool", "A tool.", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");

    final ScriptedModel model = new ScriptedModel();
    final TestClock clock = new TestClock();

    /** Throws an interrupt that nobody asked for, undeclared. */
    private static <T> T uncalled() {
        throw UncalledInterruptTest.<RuntimeException>sneaky(new InterruptedException("the driver gave up"));
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }

    private Failure failure(SubtaskType<Topic, Note> type, ModelPools pools) throws InterruptedException {
        var graph = TaskGraph.builder();
        var note = graph.add("note", type, new Topic("cats"));
        Outcome<Note> outcome =
                Coordinator.of(pools).run(graph.answering(note), BUDGET).outcome(note);
        return ((Outcome.Failed<Note>) outcome).failure();
    }

    private static void assertUncalled(Failure failure, Failure.Kind kind) {
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.message()).startsWith("InterruptedException: the driver gave up");
        assertThat(failure.cause().orElseThrow()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void ofOpeningATool_failsItsSubtask() throws Exception {
        assertUncalled(
                failure(NOTE.tools(Tool.stateful(SPEC, UncalledInterruptTest::uncalled)), model.pools()),
                Failure.Kind.CODE_FAILED);
    }

    @Test
    void ofOpeningATool_failsItsItem() throws Exception {
        var items = new ArrayList<Outcome<Note>>();

        Coordinator.of(model.pools())
                .bulk(NOTE.tools(Tool.stateful(SPEC, UncalledInterruptTest::uncalled)))
                .run(Stream.of(new Topic("cats")), BUDGET, item -> items.add(item.outcome()));

        assertUncalled(((Outcome.Failed<Note>) items.getFirst()).failure(), Failure.Kind.CODE_FAILED);
    }

    @Test
    void ofAClient_failsItsSubtask() throws Exception {
        ModelClient client = (request, context) -> {
            throw new InterruptedException("the driver gave up");
        };

        assertUncalled(failure(NOTE, ModelPools.of(ModelPool.of(client, "gpt-5.4-nano"))), Failure.Kind.MODEL_FAILED);
    }

    private RunFailure failure(Coordinator.Builder coordinator, Goal<Note> goal) throws InterruptedException {
        RunResult<Note> result = coordinator.plansWith(NOTE).build().run(goal, BUDGET);
        return ((RunResult.Failed<Note>) result).cause();
    }

    private static void assertUncalled(RunFailure failure, RunFailure.Kind kind, String place) {
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.message()).isEqualTo("InterruptedException: the driver gave up, thrown by the " + place);
    }

    private static Goal<Note> goal() {
        return Goal.of("Take notes", Note.class).mergedBy((input, terms) -> uncalled());
    }

    private Coordinator.Builder planning() {
        model.on(NOTE).replies(new Note("They purr."));
        return Coordinator.builder(model.pools())
                .planner((request, intake) -> intake.offer(PlannedSubtask.of("a", NOTE, new Topic("cats"))));
    }

    @Test
    void ofThePlanner_failsTheRun() throws Exception {
        assertUncalled(
                failure(Coordinator.builder(model.pools()).planner((request, intake) -> uncalled()), goal()),
                RunFailure.Kind.PLANNER_FAILED,
                "planner");
    }

    @Test
    void ofTheReview_failsTheRun() throws Exception {
        assertUncalled(
                failure(planning().review(proposed -> uncalled()), goal()),
                RunFailure.Kind.PLANNER_FAILED,
                "plan review");
    }

    @Test
    void ofTheMerger_failsTheMerge() throws Exception {
        assertUncalled(failure(planning(), goal()), RunFailure.Kind.MERGE_FAILED, "merger");
    }

    @Test
    void ofTheRunItself_cancelsARule() throws Exception {
        var begun = new Gate();
        var never = new Gate();
        SubtaskType<Topic, Note> ruled = NOTE.accept("rule", (topic, note) -> {
            begun.open();
            try {
                never.await();
            } catch (InterruptedException e) {
                throw UncalledInterruptTest.<RuntimeException>sneaky(e);
            }
            return true;
        });
        model.on(ruled).replies(new Note("judged"));
        var graph = TaskGraph.builder();
        var note = graph.add("note", ruled, new Topic("cats"));
        var coordinator = Coordinator.builder(model.pools()).clock(clock).build();

        var run = Crew.start(() -> coordinator.run(graph.answering(note), BUDGET.within(TIME)));
        begun.await();
        clock.advanceToAlarm();

        Failure failure = ((Outcome.Failed<Note>) run.result().outcome(note)).failure();
        assertThat(failure.kind()).isEqualTo(Failure.Kind.DEADLINE);
        assertThat(List.copyOf(run.result().report().abandoned())).isEmpty();
    }

    @Test
    void ofTheRunItself_cancelsTheRuleOfCode() throws Exception {
        var begun = new Gate();
        var never = new Gate();
        SubtaskType<Topic, Note> ruled = SubtaskType.code(
                        "code", Topic.class, Note.class, (topic, context) -> new Note("done"))
                .accept("rule", (topic, note) -> {
                    begun.open();
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        throw UncalledInterruptTest.<RuntimeException>sneaky(e);
                    }
                    return true;
                });
        var graph = TaskGraph.builder();
        var note = graph.add("note", ruled, new Topic("cats"));
        var coordinator = Coordinator.builder(model.pools()).clock(clock).build();

        var run = Crew.start(() -> coordinator.run(graph.answering(note), BUDGET.within(TIME)));
        begun.await();
        clock.advanceToAlarm();

        Failure failure = ((Outcome.Failed<Note>) run.result().outcome(note)).failure();
        assertThat(failure.kind()).isEqualTo(Failure.Kind.DEADLINE);
    }
}
