// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.forEach;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.task.Failure;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.ParallelLimit;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Worker;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Plain code within the limits of its type: so many calls at once, so much time, so much money. */
@Timeout(60)
class CodeLimitsTest {
    record Topics(List<Topic> topics) {}

    private static final int ITEMS = 256;
    private static final int LIMIT = 8;

    private final ScriptedModel model = new ScriptedModel();
    private final Coordinator coordinator = Coordinator.of(model.pools());

    /** What stands behind the code, such as a database: it counts those who are there, and lets nobody go before all are. */
    private static final class Backend implements Worker<Topic, Note> {
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private final AtomicInteger calls = new AtomicInteger();
        private final CountDownLatch full = new CountDownLatch(LIMIT);

        @Override
        public Note perform(Topic topic, dev.cadre.task.WorkerContext context) throws Exception {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            calls.incrementAndGet();
            full.countDown();
            full.await();
            inside.decrementAndGet();
            return new Note(topic.name());
        }
    }

    private static SubtaskType<Topic, Note> code(String name, Worker<Topic, Note> worker) {
        return SubtaskType.code(name, Topic.class, Note.class, worker);
    }

    private static List<Topic> topics(int count) {
        return IntStream.range(0, count).mapToObj(each -> new Topic("topic-" + each)).toList();
    }

    private static TaskGraph<Items<Note>> fanOut(SubtaskType<Topic, Note> type, int items) {
        var graph = TaskGraph.builder();
        var list = graph.add(
                "list",
                SubtaskType.code("list", Topic.class, Topics.class, (topic, context) -> new Topics(topics(items))),
                new Topic("all"));
        return graph.answering(graph.add("notes", type, forEach(list, Topics::topics)));
    }

    @Test
    void fanOut_of256_isNeverMoreThanTheLimitAtATime() throws Exception {
        var backend = new Backend();

        var result = coordinator.run(
                fanOut(code("read", backend).parallel(ParallelLimit.of(LIMIT)), ITEMS), Budget.usd("0"));

        assertThat(result.requireComplete().values()).hasSize(ITEMS);
        assertThat(backend.calls).hasValue(ITEMS);
        assertThat(backend.most).hasValue(LIMIT);
    }

    @Test
    void typesThatShareALimit_areNeverMoreThanItTogether() throws Exception {
        var backend = new Backend();
        var limit = ParallelLimit.of(LIMIT);
        var graph = TaskGraph.builder();
        for (Topic topic : topics(40)) {
            graph.add("read-" + topic.name(), code("read", backend).parallel(limit), topic);
            graph.add("write-" + topic.name(), code("write", backend).describedAs("writes").parallel(limit), topic);
        }
        var last = graph.add("last", code("last", backend).parallel(limit), new Topic("last"));

        assertThat(coordinator.run(graph.answering(last), Budget.usd("0")).requireComplete()).isEqualTo(new Note("last"));
        assertThat(backend.most).hasValue(LIMIT);
    }

    @Test
    void bulk_isNeverMoreThanTheLimitAtATime() throws Exception {
        var backend = new Backend();

        var summary = coordinator
                .bulk(code("read", backend).parallel(ParallelLimit.of(LIMIT)))
                .run(topics(ITEMS).stream(), Budget.usd("0"), item -> {});

        assertThat(summary.succeeded()).isEqualTo(ITEMS);
        assertThat(backend.most).hasValue(LIMIT);
    }

    @Test
    void callThatTakesTooLong_failsAlone_andGivesItsPlaceBack() throws Exception {
        var never = new Semaphore(0);
        var limit = ParallelLimit.of(1);
        var stuck = code("stuck", (topic, context) -> {
                    never.acquire();
                    return new Note("never");
                })
                .timeout(Duration.ofMillis(1));
        var graph = TaskGraph.builder();
        var lost = graph.add("lost", stuck.parallel(limit), new Topic("cats"));
        var read = graph.add(
                "read", code("read", (topic, context) -> new Note("read")).parallel(limit), new Topic("dogs"));

        RunResult<Note> result = coordinator.run(graph.answering(read), Budget.usd("0"));

        assertThat(result.outcome(lost))
                .isEqualTo(Outcome.failed(Failure.Kind.TIMED_OUT, "the code did not end within PT0.001S"));
        assertThat(result.outcome(read)).isEqualTo(new Outcome.Succeeded<>(new Note("read")));
        assertThat(result).leftNothingBehind();
    }
}
