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
import dev.cadre.merge.MergeInput;
import dev.cadre.merge.MergeTerms;
import dev.cadre.merge.Merged;
import dev.cadre.merge.Merger;
import dev.cadre.model.Attachment;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.task.ToolSession;
import dev.cadre.task.WorkerContext;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
        clock.advance(Duration.ofMillis(300)); // who hears of an end only now gives the others a little more

        assertThat(itemsIn(run.get(60, TimeUnit.SECONDS).abandoned())).hasSize(processors);
        assertThat(enough).as("they compute yet").isFalse();
    }

    /** The threads of items: the clock of a test may go on before that of the input is heard, which is left behind then. */
    private static List<String> itemsIn(List<String> abandoned) {
        return abandoned.stream().filter(thread -> !thread.endsWith("-input")).toList();
    }

    /** Computes until it is enough, and does not look at its interrupt. */
    private boolean computing(CountDownLatch begun) {
        threads.add(Thread.currentThread());
        begun.countDown();
        while (!enough.get()) {
            Thread.onSpinWait();
        }
        return true;
    }

    @Test
    void deadline_isKeptWhileRulesComputeOnEveryProcessor_forACallerOnAVirtualThread() throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();
        var computing = new CountDownLatch(processors);
        SubtaskType<Topic, Note> ruled = NOTE.accept("rule", (topic, note) -> computing(computing));
        model.on(ruled).replies(new Note("judged"));
        var coordinator = Coordinator.builder(model.pools()).clock(clock).build();

        var run = new FutureTask<>(() -> coordinator.run(graph(ruled, processors), Budget.usd("1.00")));
        Thread.ofVirtual().start(run);
        assertThat(computing.await(60, TimeUnit.SECONDS)).as("all compute").isTrue();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE);
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE.plusMillis(700));
        RunResult<Note> result = run.get(60, TimeUnit.SECONDS);

        assertThat(enough).as("they compute yet").isFalse();
        assertThat(result).isFailedBecause(RunFailure.Kind.DEADLINE);
        assertThat(result.report().abandoned()).hasSize(processors);
    }

    @Test
    void bulk_onAVirtualThread_isBackInTimeWhileRulesComputeOnEveryProcessor() throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();
        var computing = new CountDownLatch(processors);
        SubtaskType<Topic, Note> ruled = NOTE.accept("rule", (topic, note) -> computing(computing));
        model.on(ruled).replies(new Note("judged"));
        var coordinator = Coordinator.builder(model.pools()).clock(clock).build();
        var topics = IntStream.range(0, processors).mapToObj(n -> new Topic("" + n));

        var run = new FutureTask<>(
                () -> coordinator.bulk(ruled).run(topics, Budget.usd("1.00").within(DEADLINE), item -> {}));
        Thread.ofVirtual().start(run);
        assertThat(computing.await(60, TimeUnit.SECONDS)).as("all compute").isTrue();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE);
        Duration alarm = clock.advanceToAlarm();
        if (alarm.equals(DEADLINE.plusMillis(350))) { // the driver has yet to hear that the input is at its end
            alarm = clock.advanceToAlarm();
        }
        assertThat(alarm).isEqualTo(DEADLINE.plusMillis(700));
        clock.advance(Duration.ofMillis(300)); // who hears of an end only now gives the others a little more

        assertThat(itemsIn(run.get(60, TimeUnit.SECONDS).abandoned())).hasSize(processors);
        assertThat(enough).as("they compute yet").isFalse();
    }

    @Test
    void bulk_onAVirtualThread_isBackInTimeWhileClientsComputeOnEveryCarrier() throws Exception {
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
        var topics = IntStream.range(0, processors).mapToObj(n -> new Topic("" + n));

        var run = new FutureTask<>(
                () -> coordinator.bulk(NOTE).run(topics, Budget.usd("1.00").within(DEADLINE), item -> {}));
        Thread.ofVirtual().start(run);
        assertThat(computing.await(60, TimeUnit.SECONDS)).as("all compute").isTrue();
        assertThat(clock.advanceToAlarm()).isEqualTo(DEADLINE);

        assertThat(run.get(60, TimeUnit.SECONDS).abandoned()).isEmpty();
    }

    /** Notes the thread of code of users that it is the place of. */
    private <T> T seen(String place, T value) {
        places.put(place, Thread.currentThread().isVirtual());
        return value;
    }

    private final Map<String, Boolean> places = new ConcurrentHashMap<>();

    @Test
    void codeOfUsers_thatMayCompute_runsOnPlatformThreads() throws Exception {
        var spec = new ToolSpec(
                "tool", "A tool.", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");
        SubtaskType<Topic, Note> type = NOTE.attaching(topic -> seen("attaching", List.<Attachment>of()))
                .accept("rule", (topic, note) -> seen("rule", true))
                .tools(Tool.stateful(spec, () -> new ToolSession() {
                    {
                        seen("opening", true);
                    }

                    @Override
                    public Tool.Shown call(String arguments, WorkerContext context) {
                        return seen("tool", new Tool.Shown("fine", List.of()));
                    }

                    @Override
                    public Object completed(Object output) {
                        return seen("completing", output);
                    }

                    @Override
                    public void close() {
                        seen("closing", true);
                    }
                }));
        model.on(type).calls(new ToolCall("1", "tool", "{}")).replies(new Note("with it"));
        Planner planner = new Planner() {
            @Override
            public void plan(PlanRequest request, PlanIntake intake) {
                seen("planner", true);
                intake.offer(PlannedSubtask.of("note", type, new Topic("cats")));
            }

            @Override
            public Money leastCost(PlanRequest request) {
                return seen("least cost of planner", Money.ZERO);
            }
        };
        Merger<Note> merger = new Merger<>() {
            @Override
            public Merged<Note> merge(MergeInput input, MergeTerms terms) {
                return seen("merger", new Merged<>(new Note("merged"), List.of(), List.of()));
            }

            @Override
            public Money leastCost(ModelPools pools, Limits limits) {
                return seen("least cost of merger", Money.ZERO);
            }
        };
        var coordinator = Coordinator.builder(model.pools())
                .plansWith(type)
                .planner(planner)
                .review(proposed -> seen("review", new PlanReview.Verdict.Approve()))
                .build();

        var run = new FutureTask<>(
                () -> coordinator.run(Goal.of("Take notes", Note.class).mergedBy(merger), Budget.usd("1.00")));
        Thread.ofVirtual().start(run);

        assertThat(run.get(60, TimeUnit.SECONDS)).isInstanceOf(RunResult.Complete.class);
        assertThat(places.keySet())
                .containsExactlyInAnyOrder(
                        "attaching",
                        "rule",
                        "opening",
                        "tool",
                        "completing",
                        "closing",
                        "planner",
                        "least cost of planner",
                        "merger",
                        "least cost of merger",
                        "review");
        assertThat(places).doesNotContainValue(true);
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
