// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkItem;
import dev.cadre.model.Attachment;
import dev.cadre.model.ToolCall;
import dev.cadre.plan.PlanReview;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Started;
import dev.cadre.testing.Crew.Topic;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The reason of work that a deadline cut says what the work was in, so that people know what hangs. */
class HangNamedTest {
    record Word(String word) {}

    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private final ScriptedModel model = new ScriptedModel();
    private final TestClock clock = new TestClock();
    private final Gate entered = new Gate();
    private final Gate never = new Gate();
    private final Tool look = Tool.of("look", "Looks.", Word.class, (word, context) -> hang());

    /** Code that hangs until its interrupt, and is of the user. */
    private enum Scene {
        CLIENT("the client of model 'gpt-5.4-nano'"),
        TOOL("tool 'look'"),
        RULE("the rules of subtask type 'note'"),
        RULE_OF_CODE("the rules of subtask type 'code'"),
        CODE("the code of subtask type 'code'"),
        PAID_CODE("the code of subtask type 'code'"),
        ATTACHING("the attachments of subtask type 'note'");

        private final String place;

        Scene(String place) {
            this.place = place;
        }

        String reason() {
            return "failed: DEADLINE: the time for workers ran out while in " + place;
        }
    }

    @AfterEach
    void letGo() {
        never.open();
    }

    private String hang() throws InterruptedException {
        entered.open();
        NEVER.await();
        return "never";
    }

    private boolean judge() {
        try {
            hang();
            return true;
        } catch (InterruptedException obeyed) {
            throw new IllegalStateException(obeyed);
        }
    }

    private SubtaskType<Topic, Note> type(Scene scene) {
        SubtaskType<Topic, Note> code =
                SubtaskType.code("code", Topic.class, Note.class, (topic, context) -> new Note(hang()));
        return switch (scene) {
            case CLIENT -> {
                model.on(NOTE).holdUntil(never).replies(new Note("never"));
                yield NOTE;
            }
            case TOOL -> {
                model.on(NOTE).calls(call());
                yield NOTE.tools(look);
            }
            case RULE -> {
                model.on(NOTE).replies(new Note("They purr."));
                yield NOTE.accept("hangs", (topic, note) -> judge());
            }
            case RULE_OF_CODE ->
                SubtaskType.code("code", Topic.class, Note.class, (topic, context) -> new Note("at once"))
                        .accept("hangs", (topic, note) -> judge());
            case CODE -> code;
            case PAID_CODE -> code.costing(Money.usd("0.01"));
            case ATTACHING -> NOTE.attaching(topic -> List.of(attachment()));
        };
    }

    private Attachment attachment() {
        judge();
        return Attachment.Image.of("image/png", new byte[] {1});
    }

    private static ToolCall call() {
        return new ToolCall("call-1", "look", "{\"word\":\"x\"}");
    }

    private Coordinator.Builder coordinator() {
        return Coordinator.builder(model.pools()).clock(clock);
    }

    private <T> T cutInClient(Started<T> run) throws Exception {
        assertThat(model.awaitInFlight(1)).isTrue();
        entered.open();
        return cut(run);
    }

    private <T> T cut(Started<T> run) throws Exception {
        entered.await();
        clock.advanceToAlarm();
        return run.result(clock);
    }

    @ParameterizedTest
    @EnumSource
    void codeOfASubtask_thatHangs_isNamed(Scene scene) throws Exception {
        var graph = TaskGraph.builder();
        var slow = graph.add("slow", type(scene), new Topic("cats"));

        var run = start(() -> coordinator().build().run(graph.answering(slow), Budget.usd("1.00")));

        assertThat((scene == Scene.CLIENT ? cutInClient(run) : cut(run))
                        .outcome(slow)
                        .reason())
                .isEqualTo(scene.reason());
    }

    @ParameterizedTest
    @EnumSource
    void codeOfAnItem_thatHangs_isNamed(Scene scene) throws Exception {
        List<BulkItem<Note>> items = new CopyOnWriteArrayList<>();
        Bulk<Topic, Note> bulk = coordinator().build().bulk(type(scene)).keyedBy(Topic::name);

        var run = start(() -> bulk.run(Stream.of(new Topic("cats")), Budget.usd("1.00"), items::add));
        var unused = scene == Scene.CLIENT ? cutInClient(run) : cut(run);

        assertThat(items)
                .singleElement()
                .extracting(item -> item.outcome().reason())
                .isEqualTo(scene.reason());
    }

    @Test
    void planner_thatHangs_isNamed() throws Exception {
        Coordinator coordinator = coordinator()
                .plansWith(NOTE)
                .planner((request, intake) -> hang())
                .build();

        var run = start(() -> coordinator.run(goal(), Budget.usd("1.00")));

        assertThat(Crew.failed(cut(run)).cause())
                .hasToString("DEADLINE: the time for workers ran out while in the planner");
    }

    @Test
    void client_thatHangsInThePlannersCall_isNamed() throws Exception {
        model.onPlan().holdUntil(never).repliesText(plan());
        Coordinator coordinator = coordinator().plansWith(NOTE).build();

        var run = start(() -> coordinator.run(goal(), Budget.usd("1.00")));

        assertThat(Crew.failed(cutInClient(run)).cause())
                .hasToString("DEADLINE: the time for workers ran out while in the client of model 'gpt-5.4'");
    }

    @Test
    void review_thatHangs_isNamed() throws Exception {
        model.onPlan().repliesText(plan(plannedNote("cats")));
        Coordinator coordinator = coordinator()
                .plansWith(NOTE)
                .review(proposed -> new PlanReview.Verdict.Reject(hang()))
                .build();

        var run = start(() -> coordinator.run(goal(), Budget.usd("1.00")));

        assertThat(Crew.failed(cut(run)).cause())
                .hasToString("DEADLINE: the time for workers ran out while in the plan review");
    }

    private static Goal<Answer> goal() {
        return Goal.of("What do cats do?", Answer.class);
    }
}
