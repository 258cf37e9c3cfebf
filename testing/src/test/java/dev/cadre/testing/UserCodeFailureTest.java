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
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunFailure;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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

        RunResult<Note> result = run(type);

        assertThat(result.requireComplete()).isEqualTo(new Note("They purr."));
        assertThat(result.report().notes())
                .containsExactly(
                        "IllegalStateException: no such row, thrown by tool 'look' in subtask 'cats', 2 times in all");
        assertThat(events)
                .filteredOn(RunEvent.ToolFailed.class::isInstance)
                .hasSize(2)
                .allSatisfy(event ->
                        assertThat(((RunEvent.ToolFailed) event).thrown()).isSameAs(thrown));
        assertThat(model.calls().toString()).doesNotContain("no such row");
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
}
