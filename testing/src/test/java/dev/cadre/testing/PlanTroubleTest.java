// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.planned;
import static dev.cadre.testing.Crew.plannedNote;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.budget.Budget;
import dev.cadre.merge.Mergers;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Limits;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Plans that come slowly, in part, wrong or not at all. */
class PlanTroubleTest {
    private static final Budget BUDGET = Budget.usd("1.00");
    private static final Goal<Answer> GOAL = Goal.of("Take notes", Answer.class);

    final ScriptedModel model = new ScriptedModel();
    final Coordinator coordinator =
            Coordinator.builder(model.pools()).plansWith(NOTE).build();

    private void notesAndMerge() {
        model.on(NOTE).replies(new Note("noted"));
        model.onMerge().repliesText(Crew.merged("done"));
    }

    private List<String> plannerInputs() {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.PLAN)
                .map(call -> call.request().turns().toString())
                .toList();
    }

    @Test
    void worker_starts_beforeThePlansLastByte() throws Exception {
        notesAndMerge();
        String whole = plan(plannedNote("a"), plannedNote("b"));
        int cut = whole.indexOf(",{\"type\":\"note\",\"id\":\"b\"");
        var restOfThePlan = new Gate();
        model.onPlan()
                .streams(Deltas.of(whole.substring(0, cut))
                        .thenHoldUntil(restOfThePlan)
                        .then(whole.substring(cut)));

        var run = start(() -> coordinator.run(GOAL, BUDGET));
        assertThat(model.awaitCalls(2))
                .as("the worker of the first subtask has called")
                .isTrue();
        assertThat(model.calls().get(1).purpose().subtaskId()).isEqualTo("a");
        restOfThePlan.open();

        var result = run.result();
        assertThat(result).isCompleteWith(new Answer("done")).leftNothingBehind();
        assertThat(result.report().outcomes().keySet()).containsExactly("a", "b");
    }

    @Test
    void plan_rejected_failsWithEveryDefect() throws Exception {
        model.onPlan()
                .replies(plan(
                        planned("dance", "a", "{}", ""),
                        planned("note", "b", "{\"name\":7}", ""),
                        planned("note", "c", "{\"name\":null}", "")))
                .replies(plan());

        var failed = Crew.failed(coordinator.run(GOAL, BUDGET));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.PLAN_REJECTED);
        assertThat(failed.cause().details()).hasSize(4);
        assertThat(failed.cause().details().get(0)).isEqualTo("a: unknown type \"dance\"; the types are note");
        assertThat(failed.cause().details().get(1)).startsWith("b: ").contains("name");
        assertThat(failed.cause().details().get(2)).isEqualTo("c: input.name has neither a value nor a reference");
        assertThat(failed.cause().details().get(3)).isEqualTo("the repair of the plan added nothing");
        assertThat(failed.report().notes()).isEqualTo(failed.cause().details());
        assertThat(failed).leftNothingBehind();
        assertThat(model.calls())
                .as("the plan and one repair, no worker, no merger")
                .hasSize(2);
    }

    @Test
    void plan_repaired_keepsWhatWasAdmitted() throws Exception {
        notesAndMerge();
        model.onPlan()
                .replies(plan(plannedNote("a"), planned("note", "b", "{\"name\":null}", "")))
                .replies(plan(plannedNote("b")));

        var result = coordinator.run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(result.report().outcomes().keySet()).containsExactly("a", "b");
        assertThat(plannerInputs().get(1)).contains("b: input.name has neither a value nor a reference");
    }

    @Test
    void plan_pointsNowhere_skipsThoseAndIsPartial() throws Exception {
        notesAndMerge();
        model.onPlan()
                .replies(plan(plannedNote("a"), plannedNote("b", "ghost")))
                .replies(plan());

        var partial = Crew.partial(coordinator.run(GOAL, BUDGET));

        assertThat(partial.missing()).hasToString("[b (skipped: PLAN: depends on [ghost], which the plan lacks)]");
        assertThat(partial.answer()).isEqualTo(new Answer("done"));
    }

    @Test
    void plan_cutByItsCap_isContinued() throws Exception {
        notesAndMerge();
        String cut = plan(plannedNote("a"), plannedNote("b"));
        model.onPlan()
                .truncatesAfter(cut.substring(0, cut.indexOf("\"id\":\"b\"")))
                .replies(plan(plannedNote("b"), plannedNote("c")));

        var result = coordinator.run(GOAL, BUDGET);

        assertThat(result).isCompleteWith(new Answer("done"));
        assertThat(result.report().outcomes().keySet()).containsExactly("a", "b", "c");
        assertThat(plannerInputs()).hasSize(2);
        assertThat(plannerInputs().get(1)).contains("Your plan was cut off behind these");
    }

    @Test
    void plan_cutForGood_saysSo() throws Exception {
        notesAndMerge();
        model.onPlan()
                .truncatesAfter("{\"subtasks\":[" + plannedNote("a") + ",{\"type\":\"no")
                .replies(plan());
        var once = Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .limits(Limits.DEFAULT.withPlanContinuations(0))
                .build();

        var result = once.run(GOAL, BUDGET);

        assertThat(result.report().notes()).contains("the plan was cut off and is not whole");
        assertThat(Crew.partial(result).missing()).hasToString("[planner (the repair of the plan added nothing)]");
    }

    @Test
    void plan_refusedSubtaskNobodyReplaced_isPartialAndNamesIt() throws Exception {
        notesAndMerge();
        model.onPlan()
                .replies(plan(plannedNote("a"), plannedNote("b").replace("\"note\"", "\"dance\"")))
                .replies(plan());

        var partial = Crew.partial(coordinator.run(GOAL, BUDGET));

        assertThat(partial.missing()).hasToString("[planner (b: unknown type \"dance\"; the types are note)]");
        assertThat(partial.answer()).isEqualTo(new Answer("done"));
    }

    @Test
    void review_rejects_beforeAnyWorkerIsPaid() throws Exception {
        notesAndMerge();
        model.onPlan().costing(2_000, 300).replies(plan(plannedNote("a"), plannedNote("b")));
        var seen = new ArrayList<PlanReview.ProposedPlan>();
        var reviewed = Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .review(plan -> {
                    seen.add(plan);
                    return new PlanReview.Verdict.Reject("too dear");
                })
                .build();

        var failed = Crew.failed(reviewed.run(GOAL, BUDGET));

        assertThat(failed.cause()).hasToString("PLAN_REJECTED: the plan was not approved: too dear");
        assertThat(failed).spent("0.0095").leftNothingBehind();
        assertThat(model.calls()).hasSize(1);
        assertThat(seen).hasSize(1);
        assertThat(seen.getFirst().subtasks())
                .extracting(subtask -> subtask.id())
                .containsExactly("a", "b");
    }

    @Test
    void review_approves_runsThePlanWhole() throws Exception {
        notesAndMerge();
        model.onPlan().replies(plan(plannedNote("a"), plannedNote("b")));
        var reviewed = Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .review(plan -> {
                    assertThat(model.calls()).as("no worker before the verdict").hasSize(1);
                    return new PlanReview.Verdict.Approve();
                })
                .build();

        assertThat(reviewed.run(GOAL, BUDGET)).isCompleteWith(new Answer("done"));
    }

    @Test
    void planner_failsForWantOfAKey_carriesTheFailure() throws Exception {
        var badKey = new ModelException.AuthFailed("the key was refused");
        model.onPlan().fails(() -> badKey);

        var failed = Crew.failed(coordinator.run(GOAL, BUDGET));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.PLANNER_FAILED);
        assertThat(failed.cause().cause()).containsSame(badKey);
        assertThat(failed).spent("0").leftNothingBehind();
    }

    @Test
    void workers_allFailForWantOfAKey_carryTheFailure() throws Exception {
        var badKey = new ModelException.AuthFailed("the key was refused");
        model.on(NOTE).fails(() -> badKey);
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));

        var failed = Crew.failed(coordinator.run(graph.answering(a), BUDGET));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.ANSWER_MISSING);
        assertThat(failed.cause().cause()).containsSame(badKey);
    }

    @Test
    void ownPlanner_throwsAfterSomeSubtasks_leavesTheRunPartial() throws Exception {
        notesAndMerge();
        var broken = Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .planner((request, intake) -> {
                    intake.offer(new PlannedSubtask("a", "note", Map.of("name", "\"a\""), List.of(), List.of(), false));
                    throw new IllegalStateException("planner broke");
                })
                .build();

        var partial = Crew.partial(broken.run(GOAL, BUDGET));

        assertThat(partial.missing())
                .hasToString("[planner (PLANNER_FAILED: IllegalStateException: planner broke, thrown by the planner)]");
        assertThat(partial.report().outcomes().keySet()).containsExactly("a");
    }

    @Test
    void goal_typeOnATierWithoutAModel_isRefusedAtOnce() {
        var nanoOnly = ModelPools.builder()
                .flagship(ModelPool.of(model, "gpt-5.4"))
                .nano(ModelPool.of(model, "gpt-5.4-nano"))
                .build();
        SubtaskType<Topic, Note> onMini = NOTE.startingAt(Tier.MINI);
        var unbound = Coordinator.builder(nanoOnly).plansWith(onMini).build();
        var goal = GOAL.mergedBy(Mergers.of(input -> new Answer("code")));

        assertThatThrownBy(() -> unbound.run(goal, BUDGET))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("no model is bound to tier MINI");
        assertThat(model.calls()).isEmpty();
    }
}
