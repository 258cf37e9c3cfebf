// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.RunFailure;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A thousand runs over the same pools and under the same session leave nothing behind: of every ten one is cancelled by
 * its caller and one is cut by its deadline.
 */
@Timeout(120)
@Tag("slow")
class ManyRunsLeakTest {
    private static final int WARM_UP = 200;
    private static final int RUNS = 1_000;
    private static final long MEBIBYTE = 1 << 20;
    private static final int COLLECTIONS = 8;

    final BudgetGuard session = Budget.usd("50.00").open();
    final Gate never = new Gate();
    /** A scripted model remembers its calls, so each batch of runs has a new one behind the same pool. */
    volatile ScriptedModel model = new ScriptedModel();

    final ModelPools pools =
            ModelPools.of(ModelPool.of((request, context) -> model.call(request, context), "gpt-5.4-nano"));

    @AfterEach
    void letGo() {
        never.open();
        pools.close();
    }

    @Test
    void thousandRuns_cancelledAndLateOnesIncluded_leaveNothingBehind() throws Exception {
        runs(WARM_UP, event -> {});
        long before = usedHeap();

        runs(RUNS, event -> {});

        assertThat(model.inFlight()).isZero();
        assertThat(pools.pool(Tier.NANO).load().inFlight()).isZero();
        assertThat(session.openReservations()).isZero();
        assertThat(session.state().outstanding()).isEqualTo(Money.ZERO);
        assertThat(VirtualThreads.namedWith("cadre-")).isEmpty();
        model = new ScriptedModel();
        long growth = usedHeap() - before;
        assertThat(growth).as("bytes of heap").isLessThan(MEBIBYTE);
    }

    /** The measurement is fine enough: ten kibibytes kept of each run are seen. */
    @Test
    void plantedLeak_ofMemory_isFound() throws Exception {
        var kept = new ArrayList<byte[]>();
        runs(WARM_UP, event -> {});
        long before = usedHeap();

        runs(WARM_UP, event -> {
            if (event instanceof RunEvent.RunEnded) {
                kept.add(new byte[10 << 10]);
            }
        });

        model = new ScriptedModel();
        assertThat(usedHeap() - before).as("bytes of heap").isGreaterThan(MEBIBYTE);
        assertThat(kept).hasSize(WARM_UP);
    }

    @Test
    void plantedLeak_ofAThreadAndAReservation_isFound() throws Exception {
        runs(10, event -> {});
        Thread leak = Thread.ofVirtual().name("cadre-leak").start(never::awaitUninterruptibly);
        var reservation = ((Admission.Granted) session.reserve(Money.usd("0.01"))).reservation();

        assertThat(VirtualThreads.namedWith("cadre-")).containsExactly("cadre-leak");
        assertThat(session.openReservations()).isEqualTo(1);

        reservation.release();
        never.open();
        leak.join();
    }

    private void runs(int count, RunListener listener) throws Exception {
        model = new ScriptedModel();
        model.on(NOTE).replies(new Note("All about it"));
        model.on(NOTE, new Topic("held")).holdUntil(never).replies(new Note("never"));
        for (int i = 0; i < count; i++) {
            switch (i % 10) {
                case 3 -> cancelled(listener);
                case 7 -> late(listener);
                default -> completed(listener);
            }
        }
        assertThat(model.calls()).hasSize(count * 28 / 10);
    }

    private void completed(RunListener listener) throws InterruptedException {
        var result = Coordinator.builder(pools).listener(listener).build().run(graph("free"), budget());

        assertThat(result).isCompleteWith(new Note("All about it"));
    }

    private void cancelled(RunListener listener) throws Exception {
        var coordinator = Coordinator.builder(pools).listener(listener).build();
        int before = model.calls().size();

        var run = start(() -> coordinator.run(graph("held"), budget()));
        assertThat(model.awaitCalls(before + 2)).isTrue();
        run.thread().interrupt();

        assertThat(run.failure()).isInstanceOf(InterruptedException.class);
    }

    private void late(RunListener listener) throws Exception {
        var clock = new TestClock();
        var coordinator =
                Coordinator.builder(pools).listener(listener).clock(clock).build();
        int before = model.calls().size();

        var run = start(() -> coordinator.run(graph("held"), budget()));
        assertThat(model.awaitCalls(before + 2)).isTrue();
        clock.advanceToAlarm();

        assertThat(run.result()).isFailedBecause(RunFailure.Kind.DEADLINE);
    }

    private Budget budget() {
        return Budget.usd("0.05").under(session);
    }

    /** Two notes, one of which may be held, and a third that needs both. */
    private static TaskGraph<Note> graph(String second) {
        var graph = TaskGraph.builder();
        var a = graph.add("a", NOTE, new Topic("a"));
        var b = graph.add("b", NOTE, new Topic(second));
        return graph.answering(graph.add("both", NOTE, from(a, b, (left, right) -> new Topic("both"))));
    }

    /** The least of several measurements: what a collection did not get at yet is gone in a later one. */
    private static long usedHeap() {
        var memory = ManagementFactory.getMemoryMXBean();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            memory.gc();
            least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
