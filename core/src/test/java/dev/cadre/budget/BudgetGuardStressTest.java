// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.price.Money;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
@Tag("slow")
final class BudgetGuardStressTest {

    private static final int THREADS = 10_000;
    private static final int ROUNDS = 10;
    private static final Money NEED = Money.ofPico(1_000);

    private final LongAdder settled = new LongAdder();
    private final LongAdder forfeited = new LongAdder();
    private final LongAdder granted = new LongAdder();
    private final LongAdder refused = new LongAdder();

    @Test
    void tenThousandThreads_onOneChain_sumExactlyAndNeverExceedTheLimit() throws Exception {
        var tenant = Budget.of(NEED.times(70_000)).open();
        var runs = List.of(
                Budget.of(NEED.times(40_000)).under(tenant).open(),
                Budget.of(NEED.times(40_000)).under(tenant).open());
        var merge = runs.getFirst().allot(NEED.times(5_000));
        var parts = List.of(runs.get(0), runs.get(1), merge, runs.get(1).cap(NEED.times(9_000)));
        var over = new AtomicBoolean();
        var observed = new AtomicLong();

        // a state above its limit cannot be made, so each look at one is a check
        var observer = new FutureTask<>(() -> {
            while (!over.get()) {
                tenant.state();
                runs.getFirst().state();
                observed.incrementAndGet();
                Thread.yield();
            }
            return null;
        });
        Thread.ofVirtual().start(observer);
        try {
            all(THREADS, i -> () -> {
                for (int round = 0; round < ROUNDS; round++) {
                    attempt(parts.get(i % parts.size()), i + round);
                }
                return null;
            });
        } finally {
            over.set(true);
        }
        observer.get();

        assertThat(granted.sum() + refused.sum()).isEqualTo(THREADS * ROUNDS);
        assertThat(granted.sum()).isGreaterThan(THREADS);
        assertThat(refused.sum()).isPositive();
        assertThat(observed).hasPositiveValue();
        var state = tenant.state();
        assertThat(state.settled()).isEqualTo(Money.ofPico(settled.sum()));
        assertThat(state.forfeited()).isEqualTo(Money.ofPico(forfeited.sum()));
        assertThat(state.outstanding()).isEqualTo(Money.ZERO);
        assertThat(state.setAside())
                .isEqualTo(NEED.times(5_000).minus(merge.state().spent()));
        assertThat(tenant.openReservations()).isZero();
        assertThat(runs.get(0).state().spent().plus(runs.get(1).state().spent()))
                .isEqualTo(state.spent());
        runs.getFirst().close();
        assertThat(tenant.state().setAside()).isEqualTo(Money.ZERO);
    }

    private void attempt(BudgetGuard guard, int i) {
        if (!(guard.reserve(NEED) instanceof Admission.Granted(var reservation))) {
            refused.increment();
            return;
        }
        granted.increment();
        Thread.yield();
        switch (i % 3) {
            case 0 -> {
                reservation.settle(Money.ofPico(i % 1_000));
                settled.add(i % 1_000);
            }
            case 1 -> {
                reservation.forfeit();
                forfeited.add(NEED.picoUsd());
            }
            default -> reservation.release();
        }
    }

    /** In even rounds the money lasts; in odd ones what all would cost, 5,000 worst cases, is more than there is. */
    @Test
    void tenThousandThreads_inAHundredRounds_sumExactlyWhetherTheLimitIsReachedOrNot() throws Exception {
        for (int round = 0; round < 100; round++) {
            boolean tight = round % 2 == 1;
            var limit = NEED.times(tight ? 4_000 : THREADS);
            var guard = Budget.of(limit).open();
            List.of(settled, forfeited, granted, refused).forEach(LongAdder::reset);

            all(THREADS, i -> () -> {
                attempt(guard, i);
                return null;
            });

            var state = guard.state();
            assertThat(granted.sum() + refused.sum()).as("round %d", round).isEqualTo(THREADS);
            assertThat(refused.sum() > 0).as("refusals in round %d", round).isEqualTo(tight);
            assertThat(state.settled()).as("round %d", round).isEqualTo(Money.ofPico(settled.sum()));
            assertThat(state.forfeited()).as("round %d", round).isEqualTo(Money.ofPico(forfeited.sum()));
            assertThat(state.free()).as("round %d", round).isEqualTo(limit.minus(state.spent()));
            assertThat(guard.openReservations()).as("round %d", round).isZero();
        }
    }

    @Test
    void contendedNeeds_thatWatch_areAllMetInTheEnd() throws Exception {
        int threads = 300;
        // room for three worst cases at a time; real costs are a hundredth, so all of them fit
        var guard = Budget.of(NEED.times(3).plus(Money.ofPico(10L * threads))).open();

        all(threads, i -> () -> {
            awaitGrant(guard).settle(Money.ofPico(10));
            return null;
        });

        assertThat(guard.state().settled()).isEqualTo(Money.ofPico(10L * threads));
        assertThat(guard.openReservations()).isZero();
    }

    private static Reservation awaitGrant(BudgetGuard guard) throws InterruptedException {
        var told = new Semaphore(0);
        try (var watch = guard.watch(told::release)) {
            while (true) {
                switch (guard.reserve(NEED)) {
                    case Admission.Granted(var reservation) -> {
                        Thread.yield();
                        return reservation;
                    }
                    case Admission.Contended contended -> told.acquire();
                    case Admission.Exhausted exhausted -> throw new AssertionError(exhausted.message());
                }
            }
        }
    }

    @Test
    void racingEndings_haveOneWinner() throws Exception {
        var guard = Budget.of(NEED).open();
        for (int round = 0; round < 500; round++) {
            var reservation = ((Admission.Granted) guard.reserve(NEED)).reservation();
            var wins = new LongAdder();
            all(4, i -> () -> {
                try {
                    reservation.release();
                    wins.increment();
                } catch (ReservationEndedException alreadyEnded) {
                    assertThat(alreadyEnded.state()).isEqualTo(Reservation.State.RELEASED);
                }
                return null;
            });
            assertThat(wins.sum()).as("round %d", round).isEqualTo(1);
            assertThat(guard.available()).as("round %d", round).isEqualTo(NEED);
        }
    }

    @FunctionalInterface
    private interface Body {
        Callable<?> of(int index);
    }

    /** Starts all threads at once, waits for them, and throws what any of them threw. */
    private static void all(int threads, Body body) throws Exception {
        var start = new CountDownLatch(1);
        var executor = Executors.newVirtualThreadPerTaskExecutor();
        try {
            var futures = new ArrayList<Future<?>>();
            for (int i = 0; i < threads; i++) {
                var work = body.of(i);
                futures.add(executor.submit(() -> {
                    start.await();
                    return work.call();
                }));
            }
            start.countDown();
            for (var future : futures) {
                future.get();
            }
        } finally {
            // a thread that waits for ever must fail the test, not hang it
            executor.shutdownNow();
        }
    }
}
