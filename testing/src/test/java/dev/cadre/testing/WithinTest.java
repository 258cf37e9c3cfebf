// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunFailedException;
import dev.cadre.budget.Budget;
import dev.cadre.merge.Merged;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A time in the budget means the same for a graph, a goal and a bulk. */
class WithinTest {
    private static final Budget FREE = Budget.usd("0");

    private final List<Duration> left = new ArrayList<>();
    private final SubtaskType<Topic, Note> type =
            SubtaskType.code("look", Topic.class, Note.class, (topic, context) -> {
                left.add(context.timeout());
                return new Note(topic.name());
            });
    private final Planner planner = (request, intake) -> {
        var unused = intake.offer(PlannedSubtask.of("a", type, new Topic("cats")));
    };
    private final ScriptedModel model = new ScriptedModel();

    private List<Duration> timesOfGraphGoalAndBulk(Limits limits, Budget budget) throws Exception {
        left.clear();
        var coordinator = Coordinator.builder(model.pools())
                .limits(limits)
                .plansWith(type)
                .planner(planner)
                .build();
        var graph = TaskGraph.builder();
        var node = graph.add("a", type, new Topic("cats"));
        coordinator.run(graph.answering(node), budget).requireComplete();
        coordinator
                .run(Goal.of("cats", String.class).mergedBy((input, terms) -> Merged.of("done")), budget)
                .requireComplete();
        coordinator.bulk(type).run(Stream.of(new Topic("cats")), budget, item -> {});
        return left;
    }

    @Test
    void timeOfTheBudget_longerThanTheDefault_holdsForGraphGoalAndBulk() throws Exception {
        assertThat(timesOfGraphGoalAndBulk(Limits.DEFAULT, FREE.within(Duration.ofHours(2))))
                .hasSize(3)
                .allSatisfy(time -> assertThat(time).isBetween(Duration.ofMinutes(110), Duration.ofHours(2)));
    }

    @Test
    void timeOfTheBudget_shorterThanTheDefault_holdsForGraphGoalAndBulk() throws Exception {
        assertThat(timesOfGraphGoalAndBulk(Limits.DEFAULT, FREE.within(Duration.ofMinutes(5))))
                .hasSize(3)
                .allSatisfy(time -> assertThat(time).isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5)));
    }

    @Test
    void timeOfTheLimits_holdsForABudgetWithoutOne() throws Exception {
        assertThat(timesOfGraphGoalAndBulk(Limits.DEFAULT.withDeadline(Duration.ofMinutes(30)), FREE))
                .hasSize(3)
                .allSatisfy(time -> assertThat(time).isBetween(Duration.ofMinutes(29), Duration.ofMinutes(30)));
        assertThat(timesOfGraphGoalAndBulk(Limits.DEFAULT, FREE))
                .hasSize(3)
                .allSatisfy(time -> assertThat(time).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10)));
    }

    @Test
    void planning_thatNeverEnds_isOverWhenTheTimeIs() throws Exception {
        var clock = new TestClock();
        var begun = new CountDownLatch(1);
        var never = new Gate();
        var coordinator = Coordinator.builder(model.pools())
                .clock(clock)
                .plansWith(type)
                .planner((request, intake) -> {
                    begun.countDown();
                    never.awaitUninterruptibly();
                })
                .build();

        var run = Crew.start(() -> coordinator.plan(Goal.of("cats", String.class), FREE.within(Duration.ofMinutes(1))));
        begun.await();
        clock.advance(Duration.ofMinutes(1));

        assertThat(run.failure())
                .isInstanceOf(RunFailedException.class)
                .hasMessageStartingWith("DEADLINE: the time ran out while it planned");
        never.open();
    }
}
