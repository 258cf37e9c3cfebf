// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.task.TaskGraph;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.temporal.Graphs.Topics;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A run on Temporal has, to the byte, the results of a run in this process. */
@Timeout(60)
class SameRunTest {
    private static final Topics HUNDRED =
            new Topics(IntStream.range(0, 100).mapToObj("topic %d"::formatted).toList());

    @Test
    void fanOutOfAHundred_hasTheSameBytes() throws InterruptedException {
        assertSame(Graphs.FAN_OUT.on(HUNDRED), "1.00", SameRunTest::notesOfHundred);
    }

    @Test
    void fanOutOfAHundred_onATightBudget_hasTheSameBytes() throws InterruptedException {
        assertSame(Graphs.FAN_OUT.on(HUNDRED), "0.05", SameRunTest::notesOfHundred);
    }

    private static void notesOfHundred(ScriptedModel model) {
        HUNDRED.names().forEach(name -> model.on(Graphs.NOTE, new Topic(name)).replies(new Note("fact of " + name)));
    }

    @Test
    void fanOut_withAFailure_isPartialWithTheSameBytes() throws InterruptedException {
        assertSame(Graphs.FAN_OUT.on(new Topics(List.of("cats", "dogs", "bees"))), "0.10", model -> {
            model.on(Graphs.NOTE).replies(new Note("a fact"));
            model.on(Graphs.NOTE, new Topic("dogs")).refuses("no dogs");
        });
    }

    @Test
    void race_hasTheSameBytes() throws InterruptedException {
        var never = new Gate(); // the test server breaks if the loser ends while it is cancelled
        assertSame(Graphs.RACE.on(new Topic("cats")), "0.10", model -> {
            model.on(Graphs.NOTE).holdUntil(never).replies(new Note("never"));
            model.on(Graphs.CAREFUL).replies(new Note("they purr all day"));
        });
    }

    @Test
    void condition_thatHolds_hasTheSameBytes() throws InterruptedException {
        assertSame(Graphs.CONDITIONAL.on(new Topic("cats")), "0.10", model -> {
            model.on(Graphs.NOTE).replies(new Note("they purr"));
            model.on(Graphs.CAREFUL).replies(new Note("never asked for"));
        });
    }

    @Test
    void escalation_hasTheSameBytes() throws InterruptedException {
        RunResult<?> result =
                assertSame(Graphs.THREE.on(new Topics(List.of("cats", "dogs", "bees"))), "0.10", model -> {
                    model.on(Graphs.CAREFUL).onlyOn(Tier.NANO).replies(new Note("short"));
                    model.on(Graphs.CAREFUL).onlyOn(Tier.MINI).replies(new Note("long enough for the rule"));
                    model.on(Graphs.NOTE).replies(new Note("a fact"));
                });
        assertThat(result.report().subtasks().getFirst().tiers()).containsExactly(Tier.NANO, Tier.MINI);
    }

    @Test
    void failure_hasTheSameBytes() throws InterruptedException {
        assertSame(Graphs.THREE.on(new Topics(List.of("cats", "dogs", "bees"))), "0.10", model -> {
            model.on(Graphs.CAREFUL).refuses("no cats");
            model.on(Graphs.NOTE).replies(new Note("a fact"));
        });
    }

    @Test
    void softDependency_thatFailed_isPartialWithTheSameBytes() throws InterruptedException {
        assertSame(Graphs.THREE.on(new Topics(List.of("cats", "dogs", "bees"))), "0.10", model -> {
            model.on(Graphs.CAREFUL).replies(new Note("long enough for the rule"));
            model.on(Graphs.NOTE).replies(new Note("a fact"));
            model.on(Graphs.NOTE, new Topic("dogs")).refuses("no dogs");
        });
    }

    @Test
    void budget_thatIsTooSmall_hasTheSameBytes() throws InterruptedException {
        assertSame(
                Graphs.ONE.on(new Topic("cats")),
                "0.000001",
                model -> model.on(Graphs.NOTE).replies(new Note("never asked")));
    }

    private static <R> RunResult<R> assertSame(TaskGraph<R> graph, String usd, Consumer<ScriptedModel> script)
            throws InterruptedException {
        Budget budget = Budget.usd(usd);
        var here = new ScriptedModel();
        script.accept(here);
        RunResult<R> local = Coordinator.of(here.pools()).run(graph, budget);
        var there = new ScriptedModel();
        script.accept(there);
        try (var cluster = Cluster.of(Coordinator.of(there.pools()))) {
            RunResult<R> remote = cluster.runs().run(graph, budget);
            assertThat(RunBytes.of(remote)).isEqualTo(RunBytes.of(local));
            return remote;
        }
    }
}
