// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NamedGoal;
import dev.cadre.RunResult;
import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import dev.cadre.budget.Reservation;
import dev.cadre.merge.MergeInput;
import dev.cadre.merge.MergeTerms;
import dev.cadre.merge.Merged;
import dev.cadre.merge.Merger;
import dev.cadre.model.CallPurpose;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.Limits;
import dev.cadre.task.RunFailure;
import dev.cadre.temporal.Goals.Answer;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
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
        script(model);
    }

    private static void script(ScriptedModel model) {
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

    /** Those of a run in this process, whose review decides at once. */
    private static String bytesHere(PlanReview atOnce) throws InterruptedException {
        var here = new ScriptedModel();
        script(here);
        return RunBytes.of(
                Goals.coordinator(here.pools()).review(atOnce).build().run(Goals.PLAIN.on(PETS), BUDGET));
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
        assertThat(RunBytes.of(result))
                .isEqualTo(bytesHere(proposed -> new PlanReview.Verdict.Reject("too much of it")));
    }

    @Test
    void secondDecision_changesNothing() throws InterruptedException {
        var gate = new Gate();
        model.on(Goals.NOTE, new Topic("cats")).holdUntil(gate).replies(new Note("a fact"));
        TemporalRun<Answer> run = waiting();
        RunQuestion question = question(run);
        run.approve(question);
        run.reject(question, "no, after all");
        gate.open();
        RunResult<Answer> result = run.result();
        assertThat(result.requireComplete()).isEqualTo(new Answer("done"));
        assertThat(result.report().notes())
                .anyMatch(note -> note.endsWith("nobody waits for it: reject to '@planner/0'"));
    }

    /** Workers are replaced while a run waits, which may be long. */
    @Test
    void decision_countsOnWorkersWithoutAReview() throws InterruptedException {
        TemporalWorker reviewing =
                cluster.start(cluster.worker(reviewing().build()).withoutDecisions());
        cluster.start(
                cluster.worker(Goals.coordinator(model.pools()).build()).tiers().withoutCode());
        TemporalRun<Answer> approved = cluster.runs().start(Goals.PLAIN.on(PETS), BUDGET);
        RunQuestion question = question(approved);
        model.onPlan().costing(1_000, 300).repliesText(Goals.plan(Goals.note("cats")));
        TemporalRun<Answer> rejected = cluster.runs().start(Goals.PLAIN.on(PETS), BUDGET);
        RunQuestion other = question(rejected);
        reviewing.close();
        cluster.start(cluster.worker(Goals.coordinator(model.pools()).build()).withoutDecisions());

        approved.approve(question);
        rejected.reject(other, "too much of it");

        assertThat(approved.result().requireComplete()).isEqualTo(new Answer("done"));
        assertThat(approved.result().report().outcomes()).containsOnlyKeys("cats", "birds");
        assertThat(failure(rejected.result())).isEqualTo(RunFailure.Kind.PLAN_REJECTED);
    }

    private static RunFailure.@Nullable Kind failure(RunResult<?> result) {
        return result instanceof RunResult.NoAnswer<?> none ? none.cause().kind() : null;
    }

    @Test
    void planThatWaitsAtTheDeadline_isGivenUp_ifWaitsCount() throws InterruptedException {
        cluster.start(cluster.worker(reviewing().build()));
        RunResult<Answer> result =
                cluster.runs().countingWaits().run(Goals.PLAIN.on(PETS), BUDGET.within(Duration.ofSeconds(2)));
        assertThat(failure(result)).isEqualTo(RunFailure.Kind.DEADLINE);
    }

    @Test
    void planOfAFurtherRound_waitsLikeTheFirstOne() throws InterruptedException {
        model.on(Goals.NOTE, new Topic("cats")).costing(500, 50).refuses("no cats");
        model.onPlan()
                .costing(1_000, 300)
                .repliesText(Goals.plan(Goals.note("cats")))
                .repliesText(Goals.plan(Goals.note("dogs", "cats")));
        cluster.start(cluster.worker(reviewing().replanning(1).build()));
        TemporalRun<Answer> run = cluster.runs().start(Goals.PLAIN.on(PETS), BUDGET);
        run.approve(question(run));
        RunQuestion second = awaitRound(run, "@planner/1");
        assertThat(second.input()).contains("\"dogs\"").doesNotContain("\"id\":\"cats\"");
        run.approve(second);
        RunResult<Answer> result = run.result();
        assertThat(result.requireComplete()).isEqualTo(new Answer("done"));
        assertThat(plannerCalls()).isEqualTo(2);
    }

    private static RunQuestion awaitRound(TemporalRun<?> run, String id) {
        for (int asked = 0; asked < 20_000; asked++) {
            for (RunQuestion question : run.questions()) {
                if (question.id().equals(id)) {
                    return question;
                }
            }
        }
        throw new AssertionError("nobody waits for %s: %s".formatted(id, run.questions()));
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

    /** Pays for a call of its own, and then waits for somebody until that has decided. */
    private record CostlyMerger(AtomicBoolean isDecided) implements Merger<Answer> {
        @Override
        public Merged<Answer> merge(MergeInput input, MergeTerms terms) {
            if (terms.budget().reserve(Money.usd("0.01")) instanceof Admission.Granted(Reservation call)) {
                call.settle(Money.usd("0.01"));
            }
            if (!isDecided.get()) {
                throw new AwaitedException("a judge");
            }
            return Merged.of(new Answer("judged"));
        }

        @Override
        public boolean callsModel() {
            return true;
        }

        @Override
        public Money leastCost(ModelPools pools, Limits limits) {
            return Money.usd("0.02");
        }
    }

    private final NamedGoal<Topic, Answer> judged = NamedGoal.of(
            "judged", Topic.class, topic -> Goal.of("Judge", Answer.class).mergedBy(new CostlyMerger(isDecided)));

    private TemporalRun<Answer> judging(TemporalCoordinator runs, Budget budget) {
        cluster.start(cluster.worker(Goals.coordinator(model.pools()).build()).goals(judged));
        return runs.start(judged.on(PETS), budget);
    }

    @Test
    void mergerThatHasPaidBeforeItWaits_goesOnWithWhatIsLeft() throws InterruptedException {
        TemporalRun<Answer> run = judging(cluster.runs(), BUDGET);
        assertThat(awaitKind(run, RunQuestion.Kind.MERGER).awaited()).isEqualTo("a judge");
        isDecided.set(true);
        run.askAgain();
        RunResult<Answer> result = run.result();
        assertThat(result.requireComplete()).isEqualTo(new Answer("judged"));
        assertThat(result.report().parts().merger().spend().settled())
                .isEqualTo(Money.ZERO); // it told nobody of its calls
        assertThat(run.progress().money().settled()).isGreaterThan(Money.usd("0.02"));
    }

    @Test
    void mergerThatWaits_isCancelled_andGivenUpAtTheDeadlineIfWaitsCount() throws InterruptedException {
        TemporalRun<Answer> run = judging(cluster.runs(), BUDGET);
        awaitKind(run, RunQuestion.Kind.MERGER);
        run.cancel();
        assertThat(failure(run.result())).isEqualTo(RunFailure.Kind.CANCELLED);

        RunResult<Answer> late =
                cluster.runs().countingWaits().run(judged.on(PETS), BUDGET.within(Duration.ofSeconds(2)));

        assertThat(failure(late)).isEqualTo(RunFailure.Kind.DEADLINE);
    }

    private static RunQuestion awaitKind(TemporalRun<?> run, RunQuestion.Kind kind) {
        for (int asked = 0; asked < 20_000; asked++) {
            for (RunQuestion question : run.questions()) {
                if (question.kind() == kind) {
                    return question;
                }
            }
        }
        throw new AssertionError("nobody of kind %s waits: %s".formatted(kind, run.questions()));
    }
}
