// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Input;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Times, by the real clock. */
@Tag("measure")
class MeasuredRunTest {
    private static final int WARM_UPS = 3;
    private static final int BRANCHES = 20;
    private static final SubtaskType<Notes, Notes> TOGETHER =
            SubtaskType.code("together", Notes.class, Notes.class, (notes, context) -> notes);

    @Test
    void dependent_startsWithin50MillisOfItsDependency() throws Exception {
        ModelClient slow = (request, context) -> {
            Thread.sleep(context.purpose().subtaskId().equals("b") ? 1_000 : 100);
            return new ModelReply(
                    request.model(),
                    "{\"text\":\"done\"}",
                    List.of(),
                    Finish.COMPLETE,
                    TokenUsage.of(100, 20),
                    ServiceTier.STANDARD,
                    RateLimits.UNKNOWN,
                    "");
        };
        var pools = ModelPools.of(ModelPool.of(slow, "gpt-5.4-nano"));
        for (int i = 0; i < WARM_UPS; i++) {
            run(pools);
        }

        Map<String, Duration> times = run(pools);

        assertThat(times.get("c started").minus(times.get("a ended"))).isLessThan(Duration.ofMillis(50));
        assertThat(times.get("c ended")).as("long before b").isLessThan(times.get("b ended"));
        assertThat(times.get("b ended")).isBetween(Duration.ofMillis(1_000), Duration.ofMillis(1_200));
    }

    @Test
    void failFast_oneOf20Fails_interruptsTheOthersWithin200Millis() throws Exception {
        var branches = new Branches();
        var coordinator = Coordinator.builder(branches.pools()).failFast().build();
        for (int i = 0; i < WARM_UPS; i++) {
            branches.run(coordinator);
        }

        RunResult<Notes> result = branches.run(coordinator);

        assertThat(Crew.failed(result).cause().kind()).isEqualTo(RunFailure.Kind.FAILED_FAST);
        assertThat(branches.interruptedAt).hasSize(BRANCHES - 1);
        long last = Collections.max(branches.interruptedAt) - branches.failedAt;
        System.out.printf("fail fast: the last of 19 interrupted %.1f ms after the failure%n", last / 1e6);
        assertThat(Duration.ofNanos(last)).isLessThan(Duration.ofMillis(200));
    }

    @Test
    void tenThousandThatObeyAtOnce_areNotLeftBehind_andTheRunIsBackInTime() throws Exception {
        for (int i = 0; i < WARM_UPS; i++) {
            untilTheDeadline(10_000);
        }

        RunResult<Note> result = untilTheDeadline(10_000);

        System.out.printf(
                "10,000 obey at once: %d left behind, back after %d ms of 4,000%n",
                result.report().abandoned().size(), result.report().elapsed().toMillis());
        assertThat(result.report().abandoned()).isEmpty();
        assertThat(result.report().elapsed()).isLessThan(Duration.ofSeconds(5));
    }

    /** Subtasks that wait until they are interrupted, each at a place of its own. */
    private static RunResult<Note> untilTheDeadline(int subtasks) throws InterruptedException {
        SubtaskType<Topic, Note> waiting = SubtaskType.code("waiting", Topic.class, Note.class, (topic, context) -> {
            new CountDownLatch(1).await();
            return new Note("never");
        });
        var graph = TaskGraph.builder();
        var first = graph.add("first", waiting, new Topic("first"));
        IntStream.range(1, subtasks).forEach(n -> graph.add("n" + n, waiting, new Topic("topic")));
        return Coordinator.of(new ScriptedModel().pools())
                .run(graph.answering(first), Budget.usd("1.00").within(Duration.ofSeconds(4)));
    }

    @Test
    void oneOf20Fails_byDefault_the19OthersFinish() throws Exception {
        var branches = new Branches();

        RunResult<Notes> result =
                branches.run(Coordinator.builder(branches.pools()).build());

        assertThat(branches.interruptedAt).isEmpty();
        assertThat(result.report().outcomes().values().stream().filter(Outcome::isSucceeded))
                .hasSize(BRANCHES - 1);
    }

    @Test
    void subtaskOfALargeGraph_takesNoLongerThanThatOfASmallOne() throws Exception {
        double small = microsPerSubtask(1_000);
        double large = microsPerSubtask(10_000);

        System.out.printf("a subtask of plain code: %.1f us of 1,000, %.1f us of 10,000%n", small, large);
        assertThat(large).isLessThan(2 * small);
    }

    /** The median of some runs of a graph whose subtasks do nothing, after some more. */
    private static double microsPerSubtask(int subtasks) throws InterruptedException {
        SubtaskType<Topic, Note> nothing =
                SubtaskType.code("nothing", Topic.class, Note.class, (topic, context) -> new Note(topic.name()));
        var coordinator = Coordinator.of(new ScriptedModel().pools());
        var nanos = new ArrayList<Long>();
        for (int i = 0; i < 15; i++) {
            var graph = TaskGraph.builder();
            var notes = IntStream.range(0, subtasks)
                    .mapToObj(n -> graph.add("n" + n, nothing, new Topic("topic")))
                    .toList();
            var all = graph.answering(graph.add("all", TOGETHER, Input.fromAll(notes, Notes::new)));
            long start = System.nanoTime();
            coordinator.run(all, Budget.usd("1.00")).requireComplete();
            nanos.add(System.nanoTime() - start);
        }
        return nanos.subList(10, 15).stream().sorted().toList().get(2) / 1e3 / subtasks;
    }

    /** 20 calls beside each other, of which one fails after 50 ms and the others take a second. */
    private static final class Branches {
        private final Queue<Long> interruptedAt = new ConcurrentLinkedQueue<>();
        private volatile long failedAt;

        ModelPools pools() {
            return ModelPools.of(ModelPool.builder(this::call, "gpt-5.4-nano")
                    .maxParallel(BRANCHES)
                    .build());
        }

        private ModelReply call(ModelRequest request, CallContext context) throws InterruptedException {
            if (context.purpose().subtaskId().equals("branch-0")) {
                Thread.sleep(50);
                failedAt = System.nanoTime();
                throw new ModelException.InvalidRequest("the first branch fails", 400);
            }
            try {
                Thread.sleep(1_000);
            } catch (InterruptedException e) {
                interruptedAt.add(System.nanoTime());
                throw e;
            }
            return ModelReply.of(request.model(), "{\"text\":\"done\"}", TokenUsage.of(100, 20));
        }

        RunResult<Notes> run(Coordinator coordinator) throws InterruptedException {
            interruptedAt.clear();
            var graph = TaskGraph.builder();
            var notes = IntStream.range(0, BRANCHES)
                    .mapToObj(i -> graph.add("branch-" + i, Crew.NOTE, new Topic("topic " + i)))
                    .toList();
            return coordinator.run(
                    graph.answering(graph.add("notes", TOGETHER, Input.fromAll(notes, Notes::new))),
                    Budget.usd("1.00"));
        }
    }

    /** A takes 100 ms, B beside it 1,000 ms, and C needs only A. */
    private static Map<String, Duration> run(ModelPools pools) throws InterruptedException {
        var times = new HashMap<String, Duration>();
        var coordinator = Coordinator.builder(pools)
                .listener(event -> {
                    if (event instanceof RunEvent.RungStarted started) {
                        times.put(started.subtaskId() + " started", started.at());
                    } else if (event instanceof RunEvent.RungEnded ended) {
                        times.put(ended.subtaskId() + " ended", ended.at());
                    }
                })
                .build();
        var graph = TaskGraph.builder();
        var a = graph.add("a", Crew.NOTE, new Topic("a"));
        graph.add("b", Crew.NOTE, new Topic("b"));
        var c = graph.add("c", Crew.NOTE, Input.from(a, note -> new Topic(note.text())));
        Note answer = coordinator.run(graph.answering(c), Budget.usd("1.00")).requireComplete();
        assertThat(answer).isEqualTo(new Note("done"));
        return times;
    }
}
