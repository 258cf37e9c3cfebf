// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.plan.PlanFailedException;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import dev.cadre.temporal.Goals.Answer;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.temporal.Graphs.Topics;
import dev.cadre.testing.ScriptedCall;
import dev.cadre.testing.ScriptedModel;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run of a goal on Temporal has, to the byte, the results of one in this process. */
@Timeout(60)
class SameGoalTest {
    private static final Topic PETS = new Topic("pets");

    /** Two notes, one of which is shortened, and an answer. */
    private static void pets(ScriptedModel model) {
        model.onPlan()
                .costing(1_000, 300)
                .repliesText(Goals.plan(Goals.note("cats"), Goals.note("dogs"), Goals.shorten("short", "cats")));
        notes(model);
    }

    private static void notes(ScriptedModel model) {
        model.on(Goals.NOTE).costing(500, 50).replies(new Note("a fact"));
        model.on(Goals.NOTE, new Topic("dogs")).costing(500, 60).replies(new Note("they bark"));
        model.on(Goals.SHORTEN).costing(100, 20).replies(new Note("fact"));
        model.onMerge().costing(900, 90).repliesText(Goals.answer("done"));
    }

    @Test
    void goal_hasTheSameBytes() throws InterruptedException {
        RunResult<Answer> result = assertSame(Goals.PLAIN.on(PETS), "1.00", SameGoalTest::pets);
        assertThat(result.requireComplete()).isEqualTo(new Answer("done"));
        assertThat(result.report().findings().citations()).isNotEmpty();
        assertThat(result.report().parts().planner().spend().attempts()).isOne();
    }

    @Test
    void inputsAndAttachments_haveTheSameBytes() throws InterruptedException {
        RunResult<Answer> result =
                assertSame(Goals.WITH_INPUTS.on(new Topics(List.of("cats", "dogs", "bees"))), "1.00", model -> {
                    model.onPlan()
                            .costing(1_000, 300)
                            .repliesText(Goals.plan(
                                    Goals.subtask(
                                            "note", "notes", "\"name\":{\"from\":\"topics\",\"field\":\"names\"}"),
                                    Goals.subtask("look", "look", "\"of\":{\"from\":\"drawing\"},\"name\":\"a\"")));
                    notes(model);
                    model.on(Goals.LOOK).costing(700, 20).replies(new Note("a dot"));
                });
        assertThat(result.requireComplete()).isEqualTo(new Answer("done"));
        assertThat(result.report().outcomes().keySet()).containsExactly("notes", "look");
    }

    @Test
    void planWithDefects_isRepaired_withTheSameBytes() throws InterruptedException {
        RunResult<Answer> result = assertSame(Goals.PLAIN.on(PETS), "1.00", model -> {
            model.onPlan()
                    .costing(1_000, 300)
                    .repliesText(Goals.plan(Goals.note("cats"), Goals.subtask("fly", "birds", "")))
                    .repliesText(Goals.plan(Goals.note("birds")));
            notes(model);
        });
        assertThat(result.report().notes()).anyMatch(note -> note.contains("unknown type"));
    }

    @Test
    void planOfWhichNothingIsInOrder_isRejected_withTheSameBytes() throws InterruptedException {
        assertSame(Goals.PLAIN.on(PETS), "1.00", model -> {
            model.onPlan().costing(1_000, 300).repliesText(Goals.plan(Goals.subtask("fly", "birds", "")));
            notes(model);
        });
    }

    @Test
    void planThatPointsNowhere_isPartial_withTheSameBytes() throws InterruptedException {
        assertSame(Goals.PLAIN.on(PETS), "1.00", model -> {
            model.onPlan()
                    .costing(1_000, 300)
                    .repliesText(Goals.plan(Goals.note("cats"), Goals.shorten("short", "lions")));
            notes(model);
        });
    }

    @Test
    void reviewThatRefusesAPlan_hasTheSameBytes() throws InterruptedException {
        RunResult<Answer> result = assertSame(
                Goals.PLAIN.on(PETS),
                "1.00",
                SameGoalTest::pets,
                builder -> builder.review(plan -> new PlanReview.Verdict.Reject("too much")));
        assertThat(result.report().outcomes()).isEmpty();
    }

    @Test
    void failedSubtask_isPlannedAgain_withTheSameBytes() throws InterruptedException {
        RunResult<Answer> result = assertSame(
                Goals.PLAIN.on(PETS), "1.00", SameGoalTest::lionsInsteadOfDogs, builder -> builder.replanning(2));
        assertThat(result.requireComplete()).isEqualTo(new Answer("done"));
        assertThat(result.report().outcomes().keySet()).containsExactly("cats", "dogs", "short", "lions", "shorter");
    }

    private static void lionsInsteadOfDogs(ScriptedModel model) {
        notes(model);
        model.on(Goals.NOTE, new Topic("dogs")).costing(500, 60).refuses("no dogs");
        model.onPlan()
                .costing(1_000, 300)
                .repliesText(Goals.plan(Goals.note("cats"), Goals.note("dogs"), Goals.shorten("short", "dogs")))
                .repliesText(Goals.plan(Goals.note("lions", "dogs"), Goals.shorten("shorter", "lions", "short")));
    }

    @Test
    void answerThatARuleRejects_isPlannedAndMergedAgain_withTheSameBytes() throws InterruptedException {
        RunResult<Answer> result = assertSame(
                Goals.RULED.on(PETS),
                "1.00",
                model -> {
                    notes(model);
                    model.onPlan()
                            .costing(1_000, 300)
                            .repliesText(Goals.plan(Goals.note("cats")))
                            .repliesText(Goals.plan(Goals.note("dogs")));
                    model.onMerge()
                            .costing(900, 90)
                            .repliesText(Goals.answer("long"))
                            .repliesText(Goals.answer("short"));
                },
                builder -> builder.replanning(1));
        assertThat(result.requireComplete()).isEqualTo(new Answer("short"));
    }

    @Test
    void answerThatARuleRejectsForGood_isPartial_withTheSameBytes() throws InterruptedException {
        assertSame(Goals.RULED.on(PETS), "1.00", model -> {
            pets(model);
            model.onMerge().costing(900, 90).repliesText(Goals.answer("long"));
        });
    }

    @Test
    void brokenRule_isPartial_withTheSameBytes() throws InterruptedException {
        assertSame(Goals.BROKEN_RULE.on(PETS), "1.00", SameGoalTest::pets);
    }

    @Test
    void mergersInCode_haveTheSameBytes() throws InterruptedException {
        assertSame(Goals.COLLECTED.on(PETS), "1.00", SameGoalTest::pets);
        assertSame(Goals.FAILING.on(PETS), "1.00", SameGoalTest::pets);
        assertSame(Goals.VOTED.on(PETS), "1.00", model -> {
            pets(model);
            model.on(Goals.NOTE).costing(500, 60).replies(new Note("they bark"));
        });
    }

    @Test
    void choiceOfAModel_hasTheSameBytes() throws InterruptedException {
        RunResult<Note> result = assertSame(Goals.BEST.on(PETS), "1.00", model -> {
            pets(model);
            model.onMerge().costing(900, 9).repliesText("{\"why\":\"it is\",\"best\":1}");
        });
        assertThat(result.requireComplete()).isEqualTo(new Note("a fact"));
    }

    @Test
    void treeReduction_hasTheSameBytes() throws InterruptedException {
        String[] many =
                IntStream.range(0, 40).mapToObj(i -> Goals.note("topic" + i)).toArray(String[]::new);
        RunResult<Answer> result = assertSame(Goals.TREE.on(PETS), "10.00", model -> {
            model.onPlan().costing(1_000, 1_900).repliesText(Goals.plan(many));
            model.on(Goals.NOTE).costing(500, 600).replies(new Note("a fact ".repeat(3_000)));
            model.when("notes of a part", SameGoalTest::isPart)
                    .costing(20_000, 90)
                    .repliesText("{\"facts\":[{\"text\":\"a fact\",\"citations\":[1]}]}");
            model.when("the answer", call -> call.purpose().kind() == CallPurpose.Kind.MERGE && !isPart(call))
                    .costing(900, 90)
                    .repliesText(Goals.answer("done"));
        });
        assertThat(result.report().parts().merger().spend().attempts()).isGreaterThan(1);
    }

    private static boolean isPart(ScriptedCall call) {
        return call.purpose().subtaskId().startsWith("@merger#");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.000001", "0.06", "0.08", "0.10", "0.15"})
    void goal_shortOfMoney_hasTheSameBytes(String usd) throws InterruptedException {
        assertSame(Goals.PLAIN.on(PETS), usd, SameGoalTest::pets);
        assertSame(Goals.PLAIN.on(PETS), usd, SameGoalTest::lionsInsteadOfDogs, builder -> builder.replanning(1));
    }

    @Test
    void plannerThatFails_hasTheSameBytes() throws InterruptedException {
        assertSame(
                Goals.PLAIN.on(PETS),
                "1.00",
                SameGoalTest::pets,
                builder -> builder.planner((request, intake) -> {
                    throw new PlanFailedException("no idea");
                }));
        assertSame(
                Goals.PLAIN.on(PETS),
                "1.00",
                SameGoalTest::pets,
                builder -> builder.planner((request, intake) -> {
                    intake.offer(PlannedSubtask.of("cats", Goals.NOTE, new Topic("cats")));
                    throw new IllegalStateException("broken");
                }));
        assertSame(
                Goals.PLAIN.on(PETS),
                "1.00",
                model -> {
                    pets(model);
                    model.onPlan().costing(1_000, 10).refuses("no plans today");
                },
                builder -> builder);
    }

    @Test
    void tierThatAPolicyChooses_hasTheSameBytes() throws InterruptedException {
        SubtaskType<Topic, Note> either = Goals.NOTE.between(Tier.NANO, Tier.MINI);
        RunResult<Answer> result = assertSameOf(
                Goals.PLAIN.on(PETS),
                "1.00",
                SameGoalTest::pets,
                pools -> Coordinator.builder(pools)
                        .plansWith(either, Goals.SHORTEN)
                        .tierPolicy(proposal -> Tier.MINI));
        assertThat(result.report().subtasks().getFirst().tiers()).containsExactly(Tier.MINI);
    }

    private static <R> RunResult<R> assertSame(Goal<R> goal, String usd, Consumer<ScriptedModel> script)
            throws InterruptedException {
        return assertSame(goal, usd, script, builder -> builder);
    }

    private static <R> RunResult<R> assertSame(
            Goal<R> goal, String usd, Consumer<ScriptedModel> script, UnaryOperator<Coordinator.Builder> setUp)
            throws InterruptedException {
        return assertSameOf(goal, usd, script, pools -> setUp.apply(Goals.coordinator(pools)));
    }

    private static <R> RunResult<R> assertSameOf(
            Goal<R> goal, String usd, Consumer<ScriptedModel> script, Function<ModelPools, Coordinator.Builder> made)
            throws InterruptedException {
        Budget budget = Budget.usd(usd);
        var here = new ScriptedModel();
        script.accept(here);
        RunResult<R> local = made.apply(here.pools()).build().run(goal, budget);
        var there = new ScriptedModel();
        script.accept(there);
        try (var cluster = Cluster.of(made.apply(there.pools()).build())) {
            RunResult<R> remote = cluster.runs().run(goal, budget);
            assertThat(RunBytes.of(remote)).isEqualTo(RunBytes.of(local));
            assertThat(there.calls()).hasSameSizeAs(here.calls());
            return remote;
        }
    }
}
