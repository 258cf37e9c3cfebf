// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NamedGoal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.merge.Merged;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.RunFailure;
import dev.cadre.temporal.Goals.Answer;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.testing.Gate;
import dev.cadre.testing.Script;
import dev.cadre.testing.ScriptedModel;
import io.temporal.worker.WorkerFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Goals on Temporal whose planner or merger is lost, cancelled or late. */
@Timeout(60)
class TroubledGoalTest {
    private static final Topic PETS = new Topic("pets");
    private static final Budget BUDGET = Budget.usd("1.00");

    private final ScriptedModel model = new ScriptedModel();
    private final Coordinator coordinator = Goals.coordinator(model.pools()).build();
    private final Gate gate = new Gate();
    private final Cluster cluster = new Cluster();

    private TemporalWorker.Builder worker() {
        return cluster.worker(coordinator).heartbeat(Duration.ofSeconds(1));
    }

    private Script<String> plans() {
        model.on(Goals.NOTE).costing(500, 50).replies(new Note("a fact"));
        return model.onPlan().costing(1_000, 300);
    }

    private Script<String> merges() {
        return model.onMerge().costing(900, 90);
    }

    private void script() {
        plans().repliesText(Goals.plan(Goals.note("cats")));
        merges().repliesText(Goals.answer("done"));
    }

    @AfterEach
    void close() {
        gate.open();
        cluster.close();
    }

    /** Takes planning and merging, and says nothing any more, as a process does that is killed. */
    private final class DeadWorker implements Contract.GoalActivity, AutoCloseable {
        final Semaphore taken = new Semaphore(0);
        final CountDownLatch buried = new CountDownLatch(1);
        final WorkerFactory factory = WorkerFactory.newInstance(cluster.environment.getWorkflowClient());

        DeadWorker(String queue) {
            factory.newWorker(queue).registerActivitiesImplementations(this);
            factory.start();
        }

        @Override
        public Wire.Planned plan(Wire.PlanOrder order, String goalInput) {
            throw hangs();
        }

        @Override
        public Wire.MergeDone merge(Wire.MergeOrder order, String goalInput) {
            throw hangs();
        }

        private IllegalStateException hangs() {
            taken.release();
            try {
                buried.await();
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            }
            return new IllegalStateException("dead");
        }

        void awaitTaken() throws InterruptedException {
            assertThat(taken.tryAcquire(1, 30, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void close() {
            buried.countDown();
            factory.shutdownNow();
        }
    }

    @Test
    void planner_whoseWorkerIsLost_isForfeitedAndAskedAgain() throws InterruptedException {
        script();
        cluster.start(worker().tiers(Tier.MINI, Tier.NANO));
        try (var dead = new DeadWorker("runs-flagship")) {
            TemporalRun<Answer> run = cluster.runs().start(Goals.PLAIN.on(PETS), BUDGET);
            dead.awaitTaken();
            Money allotted = run.progress().money().reserved();
            dead.factory.suspendPolling();
            cluster.start(worker().withoutDecisions());

            RunResult<Answer> result = run.result();

            assertThat(result.requireComplete()).isEqualTo(new Answer("done"));
            assertThat(result.spend().forfeited()).isEqualTo(allotted).isGreaterThan(Money.ZERO);
            assertThat(result.report().parts().planner().spend().forfeited()).isEqualTo(allotted);
            assertThat(result.report().notes())
                    .anyMatch(note -> note.startsWith("the activity of the planner was lost"));
            assertThat(model.calls()).hasSize(3);
        }
    }

    @Test
    void merger_whoseWorkerIsLost_isForfeitedAndAskedAgain_onWhatIsFree() throws InterruptedException {
        script();
        cluster.start(worker().tiers(Tier.FLAGSHIP, Tier.NANO));
        try (var dead = new DeadWorker("runs-mini")) {
            TemporalRun<Answer> run = cluster.runs().start(Goals.PLAIN.on(PETS), BUDGET);
            dead.awaitTaken();
            Money allotted = run.progress().money().reserved();
            assertThat(allotted).isEqualTo(Money.usd("0.30")); // all that was set aside
            dead.factory.suspendPolling();
            cluster.start(worker().withoutDecisions());

            RunResult<Answer> result = run.result();

            assertThat(result.requireComplete()).isEqualTo(new Answer("done"));
            assertThat(result.report().parts().merger().spend().forfeited()).isEqualTo(allotted);
            assertThat(model.calls()).hasSize(3);
        }
    }

    @Test
    void planner_whoseWorkerShutsDown_isAskedAgainElsewhere() throws InterruptedException {
        plans().holdUntil(gate).repliesText("never").repliesText(Goals.plan(Goals.note("cats")));
        merges().repliesText(Goals.answer("done"));
        cluster.start(worker().tiers().withoutCode());
        TemporalWorker leaving = cluster.start(worker().withoutDecisions());
        TemporalRun<Answer> run = cluster.runs().start(Goals.PLAIN.on(PETS), BUDGET);
        assertThat(model.awaitInFlight(1)).isTrue();

        leaving.close();
        cluster.start(worker().withoutDecisions());

        assertThat(run.result().requireComplete()).isEqualTo(new Answer("done"));
    }

    @Test
    void cancelWhilePlanning_reachesTheCallInFlight() throws InterruptedException {
        plans().holdUntil(gate).repliesText("never");
        TemporalRun<Answer> run = started();

        run.cancel();

        assertCancelled(run);
        assertThat(run.result().report().outcomes()).isEmpty();
    }

    @Test
    void cancelWhileMerging_reachesTheCallInFlight_andTheOutcomesAreThere() throws InterruptedException {
        plans().repliesText(Goals.plan(Goals.note("cats")));
        merges().holdUntil(gate).repliesText("never");
        cluster.start(worker());
        TemporalRun<Answer> run = cluster.runs().start(Goals.PLAIN.on(PETS), BUDGET);
        assertThat(model.awaitCalls(3)).isTrue();
        assertThat(model.awaitInFlight(1)).isTrue();

        run.cancel();

        assertCancelled(run);
        assertThat(run.result().report().outcome("cats").isSucceeded()).isTrue();
    }

    private TemporalRun<Answer> started() throws InterruptedException {
        cluster.start(worker());
        TemporalRun<Answer> run = cluster.runs().start(Goals.PLAIN.on(PETS), BUDGET);
        assertThat(model.awaitInFlight(1)).isTrue();
        return run;
    }

    private void assertCancelled(TemporalRun<Answer> run) throws InterruptedException {
        assertThat(kind(run.result())).isEqualTo(RunFailure.Kind.CANCELLED);
        assertThat(model.inFlight()).isZero();
        assertThat(run.progress().money().reserved()).isEqualTo(Money.ZERO);
    }

    private static RunFailure.Kind kind(RunResult<?> result) {
        return result instanceof RunResult.NoAnswer<?> none ? none.cause().kind() : null;
    }

    @Test
    void deadlineWhilePlanning_endsTheRun() throws InterruptedException {
        plans().holdUntil(gate).repliesText("never");
        cluster.start(worker());

        RunResult<Answer> result = cluster.runs().run(Goals.PLAIN.on(PETS), BUDGET.within(Duration.ofSeconds(2)));

        assertThat(kind(result)).isEqualTo(RunFailure.Kind.DEADLINE);
        assertThat(model.inFlight()).isZero();
    }

    @Test
    void deadlineWhileMerging_endsTheRun() throws InterruptedException {
        plans().repliesText(Goals.plan(Goals.note("cats")));
        merges().holdUntil(gate).repliesText("never");
        cluster.start(worker());

        RunResult<Answer> result = cluster.runs().run(Goals.PLAIN.on(PETS), BUDGET.within(Duration.ofSeconds(3)));

        assertThat(kind(result)).isEqualTo(RunFailure.Kind.DEADLINE);
        assertThat(result.report().outcome("cats").isSucceeded()).isTrue();
        assertThat(model.inFlight()).isZero();
    }

    @Test
    void answerThatCannotBeWritten_failsTheMerge_onceAndForAll() throws InterruptedException {
        script();
        NamedGoal<Topic, Answer> unwritable = NamedGoal.of(
                "unwritable",
                Topic.class,
                topic -> Goal.of("Write", Answer.class).mergedBy((input, terms) -> Merged.of(new Answer(null))));
        cluster.start(worker().goals(unwritable));
        TemporalRun<Answer> run = cluster.runs().start(unwritable.on(PETS), BUDGET);

        RunResult<Answer> result = run.result();

        assertThat(kind(result)).isEqualTo(RunFailure.Kind.MERGE_FAILED);
        assertThat(((RunResult.NoAnswer<?>) result).cause().message()).contains("the answer cannot be written");
        assertThat(cluster.scheduledActivities(run.id())).isEqualTo(3); // a plan, a note, a merge
        assertThat(result.spend().forfeited()).isEqualTo(Money.ZERO);
    }

    @Test
    void goal_withoutAName_orChangedSince_isRefused() {
        Goal<Answer> changed = Goals.PLAIN.on(PETS).withContext("For experts.");
        assertThatThrownBy(() -> cluster.runs().run(changed, BUDGET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("make the goal with a NamedGoal");
    }

    @Test
    void outcomeOfATypeThatTheClientDoesNotKnow_isNamed() throws InterruptedException {
        script();
        cluster.start(worker());
        var ignorant = TemporalCoordinator.of(cluster.environment.getWorkflowClient(), Cluster.QUEUE);
        assertThatThrownBy(() -> ignorant.run(Goals.PLAIN.on(PETS), BUDGET))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'note', which is not registered here");
    }

    @Test
    void inputThatIsKeptOutOfPrompts_isRefused() {
        NamedGoal<Topic, Answer> keeping = NamedGoal.of(
                "keeping",
                Topic.class,
                topic -> Goal.of("Read it", Answer.class)
                        .with("document", String.class, "long ".repeat(1_000))
                        .keepingInputsAbove(2_000));
        cluster.start(worker().goals(keeping));
        assertThatThrownBy(() -> cluster.runs().run(keeping.on(PETS), BUDGET))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("input 'document' of the goal is kept out of prompts");
    }
}
