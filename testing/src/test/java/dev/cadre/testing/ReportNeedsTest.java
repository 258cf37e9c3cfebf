// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunReport;
import dev.cadre.RunResult;
import dev.cadre.SubtaskReport;
import dev.cadre.SubtaskReport.Need;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.merge.Mergers;
import dev.cadre.plan.PlanFailedException;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a report says of what a run was complete without, and of what stands for it. */
class ReportNeedsTest {
    private static final SubtaskType<Topic, Note> ASK =
            SubtaskType.code("ask", Topic.class, Note.class, (topic, context) -> {
                throw new AwaitedException("the editor");
            });
    private static final Topic CATS = new Topic("cats");
    private static final Topic DOGS = new Topic("dogs");
    private static final Budget BUDGET = Budget.usd("1.00");

    private final ScriptedModel model = new ScriptedModel();

    ReportNeedsTest() {
        model.on(NOTE).answers(call -> new Note(call.input(NOTE).name()));
        model.on(NOTE, DOGS).costing(1_000, 100).refuses("no dogs");
    }

    /** Cats are waited for until this has ended. */
    private Coordinator afterTheEndOf(String label) {
        var gate = new Gate();
        model.on(NOTE, CATS).holdUntil(gate).replies(new Note("cats"));
        return Coordinator.builder(model.pools())
                .listener(event -> {
                    if (event instanceof RunEvent.RungEnded ended
                            && ended.subtaskId().equals(label)) {
                        gate.open();
                    }
                })
                .build();
    }

    private static SubtaskReport line(RunReport report, String id) {
        return report.subtasks().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void loserThatWaitsForSomebody_isNotNeeded() throws Exception {
        var graph = TaskGraph.builder();
        var asked = graph.add("asked", ASK, CATS);
        var noted = graph.add("noted", NOTE, CATS);
        var first = graph.race("first", asked, noted);

        RunReport report =
                afterTheEndOf("asked").run(graph.answering(first), BUDGET).report();

        assertThat(report.toString()).contains(": 2 of 2 subtasks succeeded, 1 not needed, spent ");
        assertThat(line(report, "asked").need()).isEqualTo(Need.NOT_NEEDED);
        assertThat(line(report, "asked").toString())
                .startsWith("asked (ask): not needed (skipped: AWAITED: the editor), ");
        assertThat(line(report, "first").takenFrom()).containsExactly("noted");
        assertThat(line(report, "first").toString()).startsWith("first (race): succeeded, taken from noted, ");
        assertThat(line(report, "noted").need()).isEqualTo(Need.NEEDED);
    }

    @Test
    void loserThatFailed_isNotNeeded_andItsMoneyGivenUp() throws Exception {
        var graph = TaskGraph.builder();
        var dogs = graph.add("dogs", NOTE, DOGS);
        var cats = graph.add("cats", NOTE, CATS);
        var first = graph.race("first", dogs, cats);

        RunReport report =
                afterTheEndOf("dogs").run(graph.answering(first), BUDGET).report();

        assertThat(line(report, "dogs").need()).isEqualTo(Need.NOT_NEEDED);
        assertThat(line(report, "dogs").status()).isEqualTo(SubtaskReport.Status.FAILED);
        assertThat(report.givenUp()).hasToString("$0.000325");
        assertThat(report.toString()).contains("2 of 2 subtasks succeeded, 1 not needed, which cost $0.000325, ");
    }

    @Test
    void itemThatFailed_whereOthersWereEnough_isNotNeeded() throws Exception {
        var graph = TaskGraph.builder();
        var some = graph.add("some", NOTE, Input.forEach(List.of(DOGS, CATS)).enough(1));

        RunReport report =
                afterTheEndOf("some#0").run(graph.answering(some), BUDGET).report();

        assertThat(line(report, "some#0").need()).isEqualTo(Need.NOT_NEEDED);
        assertThat(line(report, "some").takenFrom()).containsExactly("some#1");
        assertThat(report.toString()).contains("1 of 1 subtasks and items succeeded, 1 not needed");
    }

    @Test
    void itemThatFailed_ofAFanOutThatWantsAll_isNeeded() throws Exception {
        var graph = TaskGraph.builder();
        var some = graph.add("some", NOTE, Input.forEach(List.of(DOGS, CATS)).minSuccess(1));

        RunReport report =
                Coordinator.of(model.pools()).run(graph.answering(some), BUDGET).report();

        assertThat(line(report, "some#0").need()).isEqualTo(Need.NEEDED);
        assertThat(line(report, "some").takenFrom()).isEmpty();
        assertThat(report.toString()).contains("1 of 2 subtasks and items succeeded, spent ");
    }

    @Test
    void subtaskWithSomebodyInItsPlace_isNotCounted() throws Exception {
        model.onPlan()
                .replies(plan(plannedNote("cats"), plannedNote("dogs")))
                .replies(
                        plan(
                                "{\"type\":\"note\",\"id\":\"wolves\",\"input\":{\"name\":\"wolves\"},\"replaces\":[\"dogs\"]}"));
        model.onMerge().repliesText(merged("done"));

        RunResult<Answer> result = Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .replanning(1)
                .build()
                .run(Goal.of("Take notes", Answer.class), BUDGET);

        assertThat(result).isInstanceOf(RunResult.Complete.class);
        assertThat(line(result.report(), "dogs").need()).isEqualTo(Need.REPLACED);
        assertThat(line(result.report(), "dogs").toString()).startsWith("dogs (note): replaced (failed: REFUSED: ");
        assertThat(result.report().toString()).contains(": 2 of 2 subtasks succeeded, 1 replaced, spent ");
    }

    @Test
    void plannerThatFailed_tookItsTime() throws Exception {
        var clock = new TestClock();

        RunResult<Answer> result = Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .planner((request, intake) -> {
                    clock.advance(Duration.ofSeconds(7));
                    throw new PlanFailedException("no idea");
                })
                .clock(clock)
                .build()
                .run(Goal.of("Take notes", Answer.class).mergedBy(Mergers.of(all -> new Answer("none"))), BUDGET);

        assertThat(result).isInstanceOf(RunResult.Failed.class);
        assertThat(result.report().planner().took()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void plannerOfAGraph_tookNoTime() throws Exception {
        var clock = new TestClock();
        var late = SubtaskType.code("late", Topic.class, Note.class, (topic, context) -> {
            clock.advance(Duration.ofSeconds(7));
            return new Note(topic.name());
        });
        var graph = TaskGraph.builder();

        RunReport report = Coordinator.builder(model.pools())
                .clock(clock)
                .build()
                .run(graph.answering(graph.add("late", late, CATS)), BUDGET)
                .report();

        assertThat(report.planner().took()).isZero();
    }
}
