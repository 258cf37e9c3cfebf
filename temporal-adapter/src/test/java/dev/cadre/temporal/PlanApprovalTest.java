// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NamedGoal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.merge.Merged;
import dev.cadre.model.CallPurpose;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.RunFailure;
import dev.cadre.temporal.Goals.Answer;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.testing.ScriptedModel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Plans, planners and mergers on Temporal that wait for people. */
@Timeout(60)
class PlanApprovalTest {
    private static final Topic PETS = new Topic("pets");
    private static final Budget BUDGET = Budget.usd("1.00");

    private final ScriptedModel model = new ScriptedModel();
    private final Cluster cluster = new Cluster();
    private final AtomicBoolean isDecided = new AtomicBoolean();
    private final PlanReview review = proposed -> isDecided.get()
            ? new PlanReview.Verdict.Approve()
            : new PlanReview.Verdict.Wait("the team lead, about %d subtasks"
                    .formatted(proposed.subtasks().size()));

    @BeforeEach
    void script() {
        model.onPlan()
                .costing(1_000, 300)
                .repliesText(Goals.plan(Goals.note("cats"), Goals.subtask("fly", "birds", "")))
                .repliesText(Goals.plan(Goals.note("birds")));
        model.on(Goals.NOTE).costing(500, 50).replies(new Note("a fact"));
        model.onMerge().costing(900, 90).repliesText(Goals.answer("done"));
    }

    private Coordinator.Builder reviewing() {
        return Goals.coordinator(model.pools()).review(review);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private TemporalRun<Answer> waiting() {
        cluster.start(cluster.worker(reviewing().build()));
        return cluster.runs().start(Goals.PLAIN.on(PETS), BUDGET);
    }

    private static RunQuestion question(TemporalRun<?> run) {
        return PeopleTest.awaitQuestions(run, 1).getFirst();
    }

    private long plannerCalls() {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.PLAN)
                .count();
    }

    @Test
    void plan_thatIsApproved_isRun_andNobodyPlansAgain_withTheBytesOfARunThatNeedNotWait() throws InterruptedException {
        TemporalRun<Answer> run = waiting();
        RunQuestion question = question(run);
        assertThat(question.kind()).isEqualTo(RunQuestion.Kind.PLAN);
        assertThat(question.awaited()).isEqualTo("the team lead, about 2 subtasks");
        assertThat(question.input()).contains("\"cats\"").contains("\"birds\"");
        assertThat(run.progress().subtasks().admitted()).isZero();
        assertThat(run.progress().state()).isEqualTo("WAITING");

        run.approve(question);

        RunResult<Answer> result = run.result();
        assertThat(result.requireComplete()).isEqualTo(new Answer("done"));
        assertThat(plannerCalls()).isEqualTo(2); // the plan and its repair
        isDecided.set(true);
        var here = new ScriptedModel();
        here.onPlan()
                .costing(1_000, 300)
                .repliesText(Goals.plan(Goals.note("cats"), Goals.subtask("fly", "birds", "")))
                .repliesText(Goals.plan(Goals.note("birds")));
        here.on(Goals.NOTE).costing(500, 50).replies(new Note("a fact"));
        here.onMerge().costing(900, 90).repliesText(Goals.answer("done"));
        RunResult<Answer> local =
                Goals.coordinator(here.pools()).review(review).build().run(Goals.PLAIN.on(PETS), BUDGET);
        assertThat(RunBytes.of(result)).isEqualTo(RunBytes.of(local));
    }

    @Test
    void plan_thatIsRejected_isNotRun() throws InterruptedException {
        TemporalRun<Answer> run = waiting();
        run.reject(question(run), "too much of it");
        RunResult<Answer> result = run.result();
        assertThat(result).isInstanceOfSatisfying(RunResult.NoAnswer.class, none -> {
            assertThat(none.cause().kind()).isEqualTo(RunFailure.Kind.PLAN_REJECTED);
            assertThat(none.cause().message()).contains("too much of it");
        });
        assertThat(plannerCalls()).isEqualTo(model.calls().size()).isEqualTo(2);
    }

    @Test
    void review_thatHasDecidedMeanwhile_isAskedAgainAboutTheSamePlan() throws InterruptedException {
        TemporalRun<Answer> run = waiting();
        question(run);
        isDecided.set(true);
        run.askAgain();
        assertThat(run.result().requireComplete()).isEqualTo(new Answer("done"));
        assertThat(plannerCalls()).isEqualTo(2);
    }

    @Test
    void cancel_endsARunWhosePlanWaits() throws InterruptedException {
        TemporalRun<Answer> run = waiting();
        question(run);
        run.cancel();
        assertThat(run.result())
                .isInstanceOfSatisfying(
                        RunResult.NoAnswer.class,
                        none -> assertThat(none.cause().kind()).isEqualTo(RunFailure.Kind.CANCELLED));
    }

    @Test
    void plannerAndMergerThatWait_areAskedAgain() throws InterruptedException {
        var isMerging = new AtomicBoolean();
        NamedGoal<Topic, Answer> patient = NamedGoal.of(
                "patient",
                Topic.class,
                topic -> Goal.of("Wait", Answer.class).mergedBy((input, terms) -> {
                    if (!isMerging.get()) {
                        throw new AwaitedException("somebody who merges");
                    }
                    return Merged.of(new Answer("merged"));
                }));
        Coordinator coordinator = Goals.coordinator(model.pools())
                .planner((request, intake) -> {
                    if (!isDecided.get()) {
                        throw new AwaitedException("somebody who plans");
                    }
                    intake.offer(PlannedSubtask.of("cats", Goals.NOTE, new Topic("cats")));
                })
                .build();
        cluster.start(cluster.worker(coordinator).goals(patient));
        TemporalRun<Answer> run = cluster.runs().start(patient.on(PETS), BUDGET);
        assertThat(question(run).kind()).isEqualTo(RunQuestion.Kind.PLANNER);
        isDecided.set(true);
        run.askAgain();
        assertThat(awaitKind(run, RunQuestion.Kind.MERGER).awaited()).isEqualTo("somebody who merges");
        isMerging.set(true);
        run.askAgain();
        assertThat(run.result().requireComplete()).isEqualTo(new Answer("merged"));
    }

    private static RunQuestion awaitKind(TemporalRun<?> run, RunQuestion.Kind kind) {
        for (int asked = 0; asked < 2_000; asked++) {
            for (RunQuestion question : run.questions()) {
                if (question.kind() == kind) {
                    return question;
                }
            }
        }
        throw new AssertionError("nobody of kind %s waits: %s".formatted(kind, run.questions()));
    }
}
