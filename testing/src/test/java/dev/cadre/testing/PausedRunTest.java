// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A graph whose provider says {@code Retry-After: 3600} names the pause, not the deadline that it cannot meet. */
class PausedRunTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State a fact.");
    private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
    private static final ModelException HOUR =
            new ModelException.RateLimited("no more today", Duration.ofHours(1), RateLimits.UNKNOWN);

    final ScriptedModel model = new ScriptedModel();
    final ModelPools pools = model.pools(pool -> pool.maxParallel(1).calendar(InstantSource.fixed(NOON)));

    private RunResult<Note> run(int notes) throws InterruptedException {
        var graph = TaskGraph.builder();
        List<SubtaskRef<Note>> refs = IntStream.range(0, notes)
                .mapToObj(i -> graph.add("note" + i, NOTE, new Topic("topic " + i)))
                .toList();
        return Coordinator.of(pools)
                .run(graph.answering(refs.getLast()), Budget.usd("1.00").within(Duration.ofMinutes(10)));
    }

    @Test
    void pauseBeyondTheDeadline_isTheCauseOfTheResult() throws Exception {
        model.on(NOTE).fails(() -> HOUR);

        RunResult<Note> result = run(5);

        assertThat(model.calls()).hasSize(1);
        RunFailure failure = ((RunResult.Failed<Note>) result).cause();
        assertThat(failure.kind()).isEqualTo(RunFailure.Kind.ANSWER_MISSING);
        assertThat(failure.cause()).containsSame(HOUR);
        assertThat(failure.message()).containsPattern("paused until 2026-11-27T13:00:0[01]Z because no more today");
        assertThat(result.report().outcomes().values().stream().filter(Outcome.Skipped.class::isInstance))
                .hasSize(4)
                .allSatisfy(skipped ->
                        assertThat(((Outcome.Skipped<?>) skipped).skip().kind()).isEqualTo(Skip.Kind.PAUSED));
    }

    @Test
    void firstSubtaskThatIsToldToWait_saysThatThePoolIsPaused_asTheLaterOnesDo() throws Exception {
        model.on(NOTE).fails(() -> HOUR);

        RunResult<Note> result = run(2);

        assertThat(result.report().outcomes().values())
                .allSatisfy(outcome -> assertThat(outcome.reason())
                        .containsPattern("paused until 2026-11-27T13:00:0[01]Z because no more today"));
        assertThat(result.report().outcomes().values())
                .filteredOn(Outcome.Failed.class::isInstance)
                .as("whichever was sent")
                .singleElement()
                .isInstanceOfSatisfying(Outcome.Failed.class, first -> {
                    assertThat(first.failure().kind()).isEqualTo(Failure.Kind.MODEL_FAILED);
                    assertThat(first.failure().cause()).containsSame(HOUR);
                });
    }

    @Test
    void pause_liftedByResume_letsTheNextRunPass() throws Exception {
        model.on(NOTE).fails(() -> HOUR).costing(100, 10).replies(new Note("fact"));
        run(1);

        pools.pool(Tier.NANO).resume();

        assertThat(run(1).requireComplete()).isEqualTo(new Note("fact"));
    }

    @Test
    void pause_notLifted_refusesTheNextRunToo() throws Exception {
        model.on(NOTE).fails(() -> HOUR).costing(100, 10).replies(new Note("fact"));
        run(1);

        RunResult<Note> second = run(1);

        assertThat(model.calls()).hasSize(1);
        assertThat(((RunResult.Failed<Note>) second).cause().cause()).containsSame(HOUR);
    }
}
