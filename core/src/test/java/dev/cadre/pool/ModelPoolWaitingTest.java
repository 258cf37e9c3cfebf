// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.COST;
import static dev.cadre.pool.FakeModel.REQUEST;
import static dev.cadre.pool.FakeModel.RESERVED;
import static dev.cadre.pool.FakeModel.USAGE;
import static dev.cadre.pool.FakeModel.await;
import static dev.cadre.pool.FakeModel.reply;
import static dev.cadre.pool.FakeModel.start;
import static dev.cadre.pool.FakeModel.terms;
import static dev.cadre.pool.PoolAssertions.assertIdle;
import static dev.cadre.pool.PoolAssertions.assertSpent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that wait: for a permit, for money, for a time. */
@Timeout(30)
class ModelPoolWaitingTest {
    private final BudgetGuard budget = Budget.usd("1").open();

    @Test
    void interruptWhileWaiting_leavesNothing() throws Exception {
        var gate = new CountDownLatch(1);
        var model = new FakeModel((request, context) -> {
            gate.await();
            return reply(USAGE);
        });
        var pool = model.pool().maxParallel(1).build();
        var first = start(pool, terms(budget));
        await(() -> model.inFlight.get() == 1);
        var second = start(pool, terms(budget));
        await(() -> pool.load().waiting() == 1);

        second.interrupt();

        assertThat(second.failure()).isInstanceOf(InterruptedException.class);
        assertThat(pool.load()).isEqualTo(new PoolLoad(1, 0, 1));
        assertThat(budget.state().outstanding()).isEqualTo(RESERVED);
        gate.countDown();
        first.result();
        assertSpent(budget, COST, Money.ZERO);
        assertIdle(pool);
    }

    @Test
    void callThatIsCancelled_isNotSent_whenItIsItsTurn() throws Exception {
        var gate = new CountDownLatch(1);
        var model = new FakeModel((request, context) -> {
            gate.await();
            return reply(USAGE);
        });
        var pool = model.pool().maxParallel(1).build();
        var first = start(pool, terms(budget));
        await(() -> model.inFlight.get() == 1);
        var second = start(pool, terms(budget).withCancelled(() -> true));
        await(() -> pool.load().waiting() == 1);

        gate.countDown();

        first.result();
        assertThat(second.failure()).isInstanceOf(InterruptedException.class);
        assertThat(model.calls).hasValue(1);
        assertSpent(budget, COST, Money.ZERO);
        assertIdle(pool);
    }

    @Test
    void interruptedThread_sendsNothing() throws Exception {
        var model = FakeModel.replying();
        var pool = model.pool().build();
        var call = new FakeModel.Running<>(() -> {
            Thread.currentThread().interrupt();
            return pool.call(REQUEST, terms(budget));
        });

        assertThat(call.failure()).isInstanceOf(InterruptedException.class);
        assertThat(model.calls).hasValue(0);
        assertSpent(budget, Money.ZERO, Money.ZERO);
        assertIdle(pool);
    }

    @Test
    void permitAndMoney_areTakenTogether_soThatScarceMoneyCannotDeadlock() throws Exception {
        var tight = Budget.of(RESERVED.plus(COST.times(63))).open(); // the last one only just fits
        var model = FakeModel.replying();
        var one = model.pool().maxParallel(1).build();
        var other = model.pool().maxParallel(1).build();

        var calls = IntStream.range(0, 64)
                .mapToObj(i -> start(i % 2 == 0 ? one : other, terms(tight)))
                .toList();
        for (var call : calls) {
            assertThat(call.result().text()).isEqualTo("hello");
        }

        assertThat(tight.state().settled()).isEqualTo(COST.times(64));
        assertIdle(one);
        assertIdle(other);
    }

    @Test
    void moneyThatComesBackInAnotherPool_wakesThoseWhoWait() throws Exception {
        var gate = new CountDownLatch(1);
        var tight = Budget.of(RESERVED.plus(COST)).open();
        var holder = new FakeModel((request, context) -> {
            gate.await();
            return reply(USAGE);
        });
        var first = start(holder.pool().build(), terms(tight));
        await(() -> holder.inFlight.get() == 1);
        var pool = FakeModel.replying().pool().build();
        var second = start(pool, terms(tight));
        await(() -> pool.load().waiting() == 1 && second.isParked());
        assertThat(pool.load().inFlight()).isZero();

        gate.countDown();

        first.result();
        assertThat(second.result().text()).isEqualTo("hello");
        assertIdle(pool);
    }

    @Test
    void waitingCalls_keepTime_evenAsTheTimekeeperChanges() throws Exception {
        var gate = new CountDownLatch(1);
        var model = new FakeModel((request, context) -> {
            gate.await();
            return reply(USAGE);
        });
        var pool = model.pool().maxParallel(1).build();
        var holder = start(pool, terms(budget));
        await(() -> model.inFlight.get() == 1);
        var patient = start(pool, terms(budget));
        await(() -> pool.load().waiting() == 1);

        // somebody with an earlier deadline comes while the patient one keeps time
        assertThat(start(pool, terms(budget, Duration.ofMillis(30))).failure())
                .hasMessageEndingWith("it cannot be sent before its deadline");

        // the timekeeper leaves while somebody with a deadline waits
        var hasty = start(pool, terms(budget, Duration.ofMillis(60)));
        await(() -> (pool.load().waiting() == 2 && hasty.isParked()) || hasty.isDone());
        patient.interrupt();
        assertThat(patient.failure()).isInstanceOf(InterruptedException.class);
        assertThat(hasty.failure()).hasMessageEndingWith("it cannot be sent before its deadline");

        gate.countDown();
        assertThat(holder.result().text()).isEqualTo("hello");
        assertIdle(pool);
    }

    @Test
    void attempts_haveTheTimeTheyWaited_andTheTimeTheyTook() throws Exception {
        var gate = new CountDownLatch(1);
        var callNanos = new AtomicLong();
        var model = new FakeModel((request, context) -> {
            long began = System.nanoTime();
            gate.await();
            await(() -> System.nanoTime() > began);
            callNanos.set(System.nanoTime() - began);
            return reply(USAGE);
        });
        var pool = model.pool().maxParallel(1).build();
        var first = start(pool, terms(budget));
        await(() -> model.inFlight.get() == 1);
        var attempts = new ConcurrentLinkedQueue<AttemptEvent>();
        long asked = System.nanoTime();
        var second = start(pool, terms(budget).withAttempts(attempts::add));
        await(() -> pool.load().waiting() == 1);
        long waiting = System.nanoTime();
        await(() -> System.nanoTime() > waiting);
        long atLeast = System.nanoTime() - waiting;

        gate.countDown();
        first.result();
        second.result();
        var atMost = Duration.ofNanos(System.nanoTime() - asked);

        var started = (AttemptEvent.Started) attempts.remove();
        var replied = (AttemptEvent.Replied) attempts.remove();
        assertThat(started.waited()).isBetween(Duration.ofNanos(atLeast), atMost);
        assertThat(replied.took()).isBetween(Duration.ofNanos(callNanos.get()), atMost);
        assertThat(attempts).isEmpty();
    }
}
