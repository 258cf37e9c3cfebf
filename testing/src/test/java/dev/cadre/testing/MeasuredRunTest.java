// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Input;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Times, by the real clock. */
@Tag("measure")
class MeasuredRunTest {
    private static final int WARM_UPS = 3;

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
