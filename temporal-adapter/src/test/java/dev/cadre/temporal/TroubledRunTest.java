// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.NamedGraph;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.temporal.Graphs.Topics;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import io.temporal.worker.WorkerFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs on Temporal that lose workers, time, money or the wish to go on. */
@Timeout(60)
class TroubledRunTest {
    private static final Topic CATS = new Topic("cats");
    private static final Money ONE_CALL = Money.usd("0.000045");

    private final ScriptedModel model = new ScriptedModel();
    private final Coordinator coordinator = Coordinator.of(model.pools());
    private final Gate gate = new Gate();
    private final Cluster cluster = new Cluster();

    private TemporalWorker.Builder worker(Coordinator performing) {
        return cluster.worker(performing).heartbeat(Duration.ofSeconds(1));
    }

    @AfterEach
    void close() {
        gate.open();
        cluster.close();
    }

    /** Takes rungs, says nothing any more, and never reports: as a process does that is killed. */
    private final class DeadWorker implements Contract.RungActivity {
        final Semaphore taken = new Semaphore(0);
        final CountDownLatch buried = new CountDownLatch(1);
        final WorkerFactory factory = WorkerFactory.newInstance(cluster.environment.getWorkflowClient());

        DeadWorker start(String queue) {
            factory.newWorker(queue).registerActivitiesImplementations(this);
            factory.start();
            return this;
        }

        @Override
        public Wire.Performed perform(Wire.Order order, String graphInput, String input) {
            taken.release();
            try {
                buried.await();
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("dead");
        }

        void awaitTaken(int rungs) throws InterruptedException {
            assertThat(taken.tryAcquire(rungs, 30, TimeUnit.SECONDS)).isTrue();
        }

        void bury() {
            buried.countDown();
            factory.shutdownNow();
        }
    }

    @Test
    void rung_whoseWorkerIsLost_isForfeitedAndBegunAgain() throws InterruptedException {
        model.on(Graphs.NOTE).replies(new Note("they purr"));
        cluster.start(worker(coordinator).tiers().withoutCode());
        DeadWorker dead = new DeadWorker().start("runs-nano");
        TemporalRun<Note> run = cluster.runs().start(Graphs.ONE.on(CATS), Budget.usd("0.05"));
        dead.awaitTaken(1);
        Money allotted = run.progress().money().reserved();
        dead.factory.suspendPolling();
        cluster.start(worker(coordinator).withoutDecisions());

        RunResult<Note> result = run.result();

        assertThat(result.requireComplete()).isEqualTo(new Note("they purr"));
        assertThat(result.spend().settled()).isEqualTo(ONE_CALL);
        assertThat(result.spend().forfeited()).isEqualTo(allotted);
        assertThat(result.report().subtasks().getFirst().cost()).isEqualTo(allotted.plus(ONE_CALL));
        assertThat(result.report().notes()).anyMatch(note -> note.contains("its worker was not heard of any more"));
        assertThat(model.calls()).hasSize(1);
        dead.bury();
    }

    @Test
    void rung_whoseWorkersAreLost_endsWithinTheBudget() throws InterruptedException {
        cluster.start(worker(coordinator).tiers().withoutCode());
        DeadWorker dead = new DeadWorker().start("runs-nano");
        Money limit = Money.usd("0.05");

        RunResult<Note> result = cluster.runs().run(Graphs.ONE.on(CATS), Budget.of(limit));

        assertThat(result.report().outcome("note"))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.failure())
                                .isEqualTo(new Failure(
                                        Failure.Kind.MODEL_FAILED, "its worker was not heard of any more, 3 times")));
        assertThat(dead.taken.availablePermits()).isEqualTo(3);
        assertThat(result.spend().total()).isEqualTo(result.spend().forfeited()).isLessThanOrEqualTo(limit);
        dead.bury();
    }

    @Test
    void rung_thatIsLostWithTheWholeBudget_isNotBegunAgain() throws InterruptedException {
        cluster.start(worker(coordinator).tiers().withoutCode());
        DeadWorker dead = new DeadWorker().start("runs-nano");
        Money limit = Money.usd("0.006");

        RunResult<Note> result = cluster.runs().run(Graphs.ONE.on(CATS), Budget.of(limit));

        assertThat(dead.taken.availablePermits()).isEqualTo(1);
        assertThat(result.spend().total()).isEqualTo(limit);
        assertThat(result.report().outcome("note").reason()).startsWith("skipped: BUDGET");
        dead.bury();
    }

    @Test
    void rung_thatMayHaveWritten_isNotBegunAgain() throws InterruptedException {
        NamedGraph<Topic, Note> writing = writing();
        cluster.start(worker(coordinator).graphs(writing).tiers().withoutCode());
        DeadWorker dead = new DeadWorker().start("runs-nano");

        RunResult<Note> result = cluster.runs().run(writing.on(CATS), Budget.usd("0.05"));

        assertThat(result.report().outcome("note").reason())
                .isEqualTo("failed: EFFECT_UNKNOWN: its worker was not heard of any more,"
                        + " and a tool that writes may have run");
        assertThat(dead.taken.availablePermits()).isEqualTo(1);
        assertThat(result.spend().total()).isEqualTo(Money.usd("0.05")); // with tools it had all of it
        dead.bury();
    }

    private static NamedGraph<Topic, Note> writing() {
        Tool writes = Tool.of("save", "Saves.", Topic.class, (topic, context) -> "saved")
                .writing(Tool.Effect.WRITES);
        return NamedGraph.of("writing", Topic.class, topic -> {
            var graph = TaskGraph.builder();
            return graph.answering(graph.add("note", Graphs.NOTE.tools(writes), topic));
        });
    }

    @Test
    void rungThatWrites_andThatNoWorkerHasBegun_hasNotWritten() throws InterruptedException {
        NamedGraph<Topic, Note> writing = writing();
        cluster.start(worker(coordinator).graphs(writing).tiers().withoutCode());
        cluster.start(worker(coordinator).withoutDecisions()); // which does not know the graph

        RunResult<Note> result = cluster.runs().run(writing.on(CATS), Budget.usd("0.05"));

        assertThat(result.report().outcome("note").reason())
                .isEqualTo("failed: MODEL_FAILED: this worker has no graph 'writing' of version 1, 20 times");
        assertThat(result.spend().total()).isEqualTo(Money.ZERO);
    }

    @Test
    void rungs_ofAWorkerThatShutsDown_areBegunAgainElsewhere() throws InterruptedException {
        model.on(Graphs.NOTE).holdUntil(gate).replies(new Note("never")).replies(new Note("they purr"));
        cluster.start(worker(coordinator).tiers().withoutCode());
        TemporalWorker leaving = cluster.start(worker(coordinator).withoutDecisions());
        TemporalRun<Note> run = cluster.runs().start(Graphs.ONE.on(CATS), Budget.usd("0.05"));
        assertThat(model.awaitInFlight(1)).isTrue();

        leaving.close();
        cluster.start(worker(coordinator).withoutDecisions());

        RunResult<Note> result = run.result();
        assertThat(result.requireComplete()).isEqualTo(new Note("they purr"));
        assertThat(result.spend().settled()).isEqualTo(ONE_CALL);
        assertThat(result.spend().attempts()).isEqualTo(2);
        assertThat(result.spend().total()).isLessThan(Money.usd("0.01"));
    }

    @Test
    void cancel_reachesTheCallInFlight() throws InterruptedException {
        model.on(Graphs.NOTE).holdUntil(gate).replies(new Note("never"));
        cluster.start(worker(coordinator));
        TemporalRun<Note> run = cluster.runs().start(Graphs.ONE.on(CATS), Budget.usd("0.05"));
        assertThat(model.awaitInFlight(1)).isTrue();
        assertThat(run.progress().running()).isEqualTo(1);

        run.cancel();

        RunResult<Note> result = run.result();
        assertThat(result)
                .isInstanceOfSatisfying(
                        RunResult.NoAnswer.class,
                        none -> assertThat(none.cause().kind()).isEqualTo(RunFailure.Kind.CANCELLED));
        assertThat(model.inFlight()).isZero();
        assertThat(result.spend().attempts()).isEqualTo(1);
        assertThat(run.progress().state()).isEqualTo("FAILED");
        assertThat(run.progress().money().reserved()).isEqualTo(Money.ZERO);
    }

    @Test
    void cancelOfTheWorkflow_stopsTheRunToo() throws InterruptedException {
        model.on(Graphs.NOTE).holdUntil(gate).replies(new Note("never"));
        cluster.start(worker(coordinator));
        TemporalRun<Note> run = cluster.runs().start(Graphs.ONE.on(CATS), Budget.usd("0.05"));
        assertThat(model.awaitInFlight(1)).isTrue();

        cluster.environment.getWorkflowClient().newUntypedWorkflowStub(run.id()).cancel();

        assertThat(run.result())
                .isInstanceOfSatisfying(
                        RunResult.NoAnswer.class,
                        none -> assertThat(none.cause().kind()).isEqualTo(RunFailure.Kind.CANCELLED));
        assertThat(model.inFlight()).isZero();
    }

    @Test
    void deadline_interruptsTheCallInFlight() throws InterruptedException {
        model.on(Graphs.NOTE).replies(new Note("a fact"));
        model.on(Graphs.NOTE, new Topic("dogs")).holdUntil(gate).replies(new Note("never"));
        model.on(Graphs.CAREFUL).replies(new Note("long enough for the rule"));
        cluster.start(worker(coordinator));

        RunResult<?> result = cluster.runs()
                .run(
                        Graphs.THREE.on(new Topics(List.of("cats", "dogs", "bees"))),
                        Budget.usd("0.05").within(Duration.ofSeconds(1)));

        assertThat(result.report().outcome("second").reason()).startsWith("failed: DEADLINE");
        assertThat(result.report().outcome("first").isSucceeded()).isTrue();
        assertThat(model.inFlight()).isZero();
    }

    @Test
    void tiers_haveQueuesOfTheirOwn() throws InterruptedException {
        var cheap = new ScriptedModel();
        cheap.on(Graphs.CAREFUL).onlyOn(Tier.NANO).replies(new Note("short"));
        cheap.on(Graphs.NOTE).replies(new Note("a fact"));
        model.on(Graphs.CAREFUL).onlyOn(Tier.MINI).replies(new Note("long enough for the rule"));
        cluster.start(worker(coordinator).tiers(Tier.MINI));
        cluster.start(worker(Coordinator.of(cheap.pools()))
                .tiers(Tier.NANO)
                .withoutDecisions()
                .withoutCode());

        RunResult<?> result =
                cluster.runs().run(Graphs.THREE.on(new Topics(List.of("cats", "dogs", "bees"))), Budget.usd("0.05"));

        result.requireComplete();
        assertThat(model.calls()).hasSize(1);
        assertThat(cheap.calls()).hasSize(3);
    }

    @Test
    void run_thatNoModelCanPerform_isRefusedBeforeAnythingIsCalled() {
        var nothing = Coordinator.of(dev.cadre.pool.ModelPools.builder().build());
        cluster.start(TemporalWorker.builder(cluster.environment.getWorkflowClient(), Cluster.QUEUE, nothing)
                .graphs(Graphs.ONE));
        assertThatThrownBy(() -> cluster.runs().run(Graphs.ONE.on(CATS), Budget.usd("0.05")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("NANO");
    }

    @Test
    void graph_withoutAName_isRefused() {
        var graph = TaskGraph.builder();
        var unnamed = graph.answering(graph.add("note", Graphs.NOTE, CATS));
        assertThatThrownBy(() -> cluster.runs().run(unnamed, Budget.usd("0.05")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("code cannot travel: make the graph with a NamedGraph, and register that with the workers");
    }

    @Test
    void budget_underOneOfThisProcess_isRefused() {
        var outer = Budget.usd("1.00").open();
        assertThatThrownBy(() -> cluster.runs()
                        .run(Graphs.ONE.on(CATS), Budget.usd("0.05").under(outer)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a budget of its own");
    }

    @Test
    void interruptOfTheCaller_cancelsTheRun() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        NamedGraph<Topic, Note> blocking = NamedGraph.of("blocking", Topic.class, topic -> {
            var graph = TaskGraph.builder();
            SubtaskType<Topic, Note> block = SubtaskType.code("block", Topic.class, Note.class, (in, context) -> {
                begun.countDown();
                try {
                    gate.await();
                } catch (InterruptedException cancel) {
                    interrupted.countDown();
                    throw cancel;
                }
                return new Note("never");
            });
            return graph.answering(graph.add("block", block, topic));
        });
        cluster.start(worker(coordinator).graphs(blocking));
        var left = new CountDownLatch(1);
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                cluster.runs().run(blocking.on(CATS), Budget.usd("0.05"));
            } catch (InterruptedException cancelled) {
                left.countDown();
            }
        });
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

        caller.interrupt();

        assertThat(left.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
