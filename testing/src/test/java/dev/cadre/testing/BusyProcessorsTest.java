// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.model.ModelClient;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.schedule.RunFailure;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs whose threads get no processor, or get it late: code that computes, and a driver that is busy. */
class BusyProcessorsTest {
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    final ScriptedModel model = new ScriptedModel();
    final TestClock clock = new TestClock();
    final AtomicBoolean enough = new AtomicBoolean();
    final CountDownLatch never = new CountDownLatch(1);
    final List<Thread> threads = new CopyOnWriteArrayList<>();

    @AfterEach
    void letGo() throws Exception {
        enough.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static TaskGraph<Note> graph(SubtaskType<Topic, Note> type, int subtasks) {
        var graph = TaskGraph.builder();
        var first = graph.add("s0", type, new Topic("0"));
        for (int i = 1; i < subtasks; i++) {
            graph.add("s" + i, type, new Topic("" + i));
        }
        return graph.answering(first);
    }

    @Test
    void caller_onAVirtualThread_isBackInTimeWhileCodeComputesOnEveryProcessor() throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();
        var computing = new CountDownLatch(processors);
        var compute = SubtaskType.code("compute", Topic.class, Note.class, (topic, context) -> {
            threads.add(Thread.currentThread());
            computing.countDown();
            while (!enough.get()) {
                Thread.onSpinWait();
            }
            return new Note("computed");
        });
        var coordinator = Coordinator.builder(model.pools()).clock(clock).build();

        var run = new FutureTask<>(() -> coordinator.run(graph(compute, processors), Budget.usd("0.01")));
        Thread.ofVirtual().start(run);
        assertThat(computing.await(60, TimeUnit.SECONDS)).as("all compute").isTrue();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE);
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE.plusMillis(700));
        RunResult<Note> result = run.get(60, TimeUnit.SECONDS);

        assertThat(enough).as("they compute yet").isFalse();
        assertThat(result).isFailedBecause(RunFailure.Kind.DEADLINE);
        assertThat(result.report().abandoned()).hasSize(processors);
        assertThat(result.report().elapsed()).isEqualTo(DEADLINE.plusMillis(700));
    }

    @Test
    void bulk_onAVirtualThread_isBackInTimeWhileCodeComputesOnEveryProcessor() throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();
        var computing = new CountDownLatch(processors);
        var compute = SubtaskType.code("compute", Topic.class, Note.class, (topic, context) -> {
            threads.add(Thread.currentThread());
            computing.countDown();
            while (!enough.get()) {
                Thread.onSpinWait();
            }
            return new Note("computed");
        });
        var coordinator = Coordinator.builder(model.pools()).clock(clock).build();
        var topics = IntStream.range(0, processors).mapToObj(n -> new Topic("" + n));

        var run = new FutureTask<>(
                () -> coordinator.bulk(compute).run(topics, Budget.usd("0.01").within(DEADLINE), item -> {}));
        Thread.ofVirtual().start(run);
        assertThat(computing.await(60, TimeUnit.SECONDS)).as("all compute").isTrue();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE);
        Duration alarm = clock.advanceToAlarm();
        if (alarm.equals(DEADLINE.plusMillis(350))) { // the driver has yet to hear that the input is at its end
            alarm = clock.advanceToAlarm();
        }
        assertThat(alarm).isEqualTo(DEADLINE.plusMillis(700));

        assertThat(run.get(60, TimeUnit.SECONDS).abandoned()).hasSize(processors);
        assertThat(enough).as("they compute yet").isFalse();
    }

    @Test
    void deadline_isKeptWhileClientsComputeOnEveryCarrier_forACallerOnAVirtualThread() throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();
        var computing = new CountDownLatch(processors);
        ModelClient client = (request, context) -> {
            threads.add(Thread.currentThread());
            computing.countDown();
            while (!enough.get()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("obeyed");
                }
            }
            throw new IllegalStateException("it was left alone");
        };
        var pools = ModelPools.of(ModelPool.of(client, "gpt-5.4-nano"));
        var coordinator = Coordinator.builder(pools).clock(clock).build();

        var run = new FutureTask<>(() -> coordinator.run(graph(NOTE, processors), Budget.usd("1.00")));
        Thread.ofVirtual().start(run);
        assertThat(computing.await(60, TimeUnit.SECONDS)).as("all compute").isTrue();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE);

        assertThat(run.get(60, TimeUnit.SECONDS))
                .isFailedBecause(RunFailure.Kind.DEADLINE)
                .leftNothingBehind();
    }

    @Test
    void caller_onAVirtualThread_isInterrupted_cancelsTheRun() throws Exception {
        var waiting = new CountDownLatch(1);
        var wait = SubtaskType.code("wait", Topic.class, Note.class, (topic, context) -> {
            threads.add(Thread.currentThread());
            waiting.countDown();
            never.await();
            return new Note("never");
        });
        var events = new ConcurrentLinkedQueue<RunEvent>();
        var coordinator =
                Coordinator.builder(model.pools()).listener(events::add).build();

        var thrown = new FutureTask<>(() -> {
            try {
                return "it returned " + coordinator.run(graph(wait, 1), Budget.usd("0.01"));
            } catch (InterruptedException e) {
                return "interrupted";
            }
        });
        Thread caller = Thread.ofVirtual().start(thrown);
        assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();

        assertThat(thrown.get(60, TimeUnit.SECONDS)).isEqualTo("interrupted");
        assertThat(VirtualThreads.namedWith(events.element().runId())).isEmpty();
    }

    @Test
    void codeThatEndedWhileTheDriverWasBusy_hasObeyed() throws Exception {
        int subtasks = 20;
        var waiting = new CountDownLatch(subtasks);
        var wait = SubtaskType.code("wait", Topic.class, Note.class, (topic, context) -> {
            threads.add(Thread.currentThread());
            waiting.countDown();
            never.await();
            return new Note("never");
        });
        var busy = new AtomicBoolean();
        var coordinator = Coordinator.builder(model.pools())
                .clock(clock)
                .listener(event -> {
                    if (event instanceof RunEvent.SubtaskEnded && busy.compareAndSet(false, true)) {
                        threads.forEach(BusyProcessorsTest::join);
                        clock.advance(Duration.ofSeconds(2));
                    }
                })
                .build();

        var run = start(() -> coordinator.run(graph(wait, subtasks), Budget.usd("0.01")));
        assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE);

        assertThat(run.result()).isFailedBecause(RunFailure.Kind.DEADLINE).leftNothingBehind();
        assertThat(run.result().report().abandoned()).isEmpty();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    // --- a thread that breaks without a word

    /** Breaks whoever asks what it is. */
    private static final class Hostile extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("do not ask");
        }
    }

    @Test
    void failureThatBreaksWhoeverAsksForItsMessage_endsThePlanner() throws Exception {
        var coordinator = Coordinator.builder(model.pools())
                .plansWith(NOTE)
                .planner((request, intake) -> {
                    throw new Hostile();
                })
                .build();

        var run = start(() -> coordinator.run(Goal.of("Take notes", Crew.Answer.class), Budget.usd("1.00")));

        assertThat(run.result()).isFailedBecause(RunFailure.Kind.PLANNER_FAILED);
    }

    @Test
    void failureThatBreaksWhoeverAsksForItsMessage_endsItsSubtaskAlone() throws Exception {
        var broken = SubtaskType.code("broken", Topic.class, Note.class, (topic, context) -> {
            throw new Hostile();
        });
        var fine = SubtaskType.code("fine", Topic.class, Note.class, (topic, context) -> new Note("fine"));
        var graph = TaskGraph.builder();
        graph.add("broken", broken, new Topic("a"));
        var answer = graph.add("fine", fine, new Topic("b"));

        var run = start(() -> Coordinator.of(model.pools()).run(graph.answering(answer), Budget.usd("0.01")));

        Map<String, Outcome<?>> outcomes = run.result().report().outcomes();
        assertThat(outcomes.get("broken"))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.CODE_FAILED));
        assertThat(outcomes.get("fine")).isEqualTo(new Outcome.Succeeded<>(new Note("fine")));
    }
}
