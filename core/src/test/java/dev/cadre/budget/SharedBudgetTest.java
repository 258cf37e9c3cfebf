// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.price.Money;
import dev.cadre.share.BudgetStore;
import dev.cadre.share.BudgetStoreException;
import dev.cadre.share.BudgetWindow;
import dev.cadre.share.MemoryBudgetStore;
import dev.cadre.share.SyncAnswer.Sums;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that talks to the store; it is woken by what happens, so no test waits for a heartbeat. */
@Timeout(30)
final class SharedBudgetTest {
    private static final Sharing SHARING =
            Sharing.DEFAULT.withHeartbeat(Duration.ofHours(1)).withLease(Duration.ofHours(3));

    private final MemoryBudgetStore memory =
            new MemoryBudgetStore().with("tenant", "", Money.usd("1.00"), BudgetWindow.NONE);
    private final AtomicBoolean isDown = new AtomicBoolean();
    private final BudgetStore store = request -> {
        if (isDown.get()) {
            throw new BudgetStoreException(BudgetStoreException.Kind.UNREACHABLE, "down", null);
        }
        return memory.sync(request);
    };

    @Test
    void run_underTheGuard_spendsFromTheStore() throws InterruptedException {
        try (SharedBudget shared = SharedBudget.open(store, "tenant", SHARING);
                BudgetGuard run = Budget.usd("0.25").under(shared.guard()).open()) {
            reserve(run, "0.20").settle(Money.usd("0.15"));
        }

        assertThat(memory.budget("tenant").sums())
                .isEqualTo(new Sums(Money.usd("0.15"), Money.ZERO, Money.ZERO, Money.ZERO));
    }

    @Test
    void slice_costsNoFurtherRequest() throws InterruptedException {
        try (SharedBudget shared = SharedBudget.open(store, "tenant", SHARING)) {
            reserve(shared.guard(), "0.20").release();
            int asked = memory.requests();
            for (int i = 0; i < 100; i++) {
                Admission granted = shared.guard().reserve(Money.usd("0.20"));
                assertThat(granted).isInstanceOf(Admission.Granted.class);
                ((Admission.Granted) granted).reservation().release();
            }
            assertThat(memory.requests()).isEqualTo(asked);
        }
    }

    @Test
    void allotment_thatMustBeFetched_isRefusedAsContended_thenGranted() throws InterruptedException {
        try (SharedBudget shared = SharedBudget.open(store, "tenant", SHARING)) {
            BlockingQueue<Boolean> moved = new LinkedBlockingQueue<>();
            try (var watch = shared.guard().watch(() -> moved.add(true))) {
                awaitRest();
                assertThatThrownBy(() -> shared.guard().allot(Money.usd("0.40")))
                        .isInstanceOfSatisfying(
                                AllotmentRefusedException.class,
                                refused -> assertThat(refused.reason()).isInstanceOf(Admission.Contended.class));
                moved.take();
                shared.guard().allot(Money.usd("0.40")).close();
            }
        }
    }

    @Test
    void seek_hasMoneyFetched() throws InterruptedException {
        try (SharedBudget shared = SharedBudget.open(store, "tenant", SHARING)) {
            BlockingQueue<Boolean> moved = new LinkedBlockingQueue<>();
            try (var watch = shared.guard().watch(() -> moved.add(true))) {
                awaitRest();
                shared.guard().seek(Money.usd("0.40"));
                moved.take();
                reserve(shared.guard(), "0.40").release();
            }
        }
    }

    @Test
    void twoThatWait_areServedOneAfterTheOther() throws InterruptedException {
        try (SharedBudget one = SharedBudget.open(store, "tenant", SHARING);
                SharedBudget other = SharedBudget.open(store, "tenant", SHARING)) {
            Reservation first = reserve(one.guard(), "0.60");
            Thread ends = Thread.ofVirtual().unstarted(() -> {
                first.settle(Money.usd("0.10"));
                one.close();
            });
            BlockingQueue<Boolean> moved = new LinkedBlockingQueue<>();
            try (var watch = other.guard().watch(() -> moved.add(true))) {
                assertThat(other.guard().reserve(Money.usd("0.70"))).isInstanceOf(Admission.Contended.class);
                moved.take();
            }
            ends.start();
            reserve(other.guard(), "0.70").release();
            ends.join();
        }
    }

    @Test
    void needThatOthersHaveSetMoneyAsideBefore_isRefused_untilTheStoreIsAskedAgain() throws InterruptedException {
        try (SharedBudget one = SharedBudget.open(store, "tenant", SHARING);
                SharedBudget other = SharedBudget.open(store, "tenant", SHARING)) {
            reserve(one.guard(), "0.80").release();
            one.guard().allot(Money.usd("0.80"));
            report(one);
            BlockingQueue<Boolean> moved = new LinkedBlockingQueue<>();
            try (var watch = other.guard().watch(() -> moved.add(true))) {
                Admission answer = other.guard().reserve(Money.usd("0.30"));
                while (answer instanceof Admission.Contended) {
                    moved.take();
                    answer = other.guard().reserve(Money.usd("0.30"));
                }
                assertThat(answer).isInstanceOf(Admission.Exhausted.class);

                while (!other.guard().state().setAside().isZero()) { // nobody waits, and no heartbeat is near
                    moved.take();
                }
            }
            assertThat(other.guard().reserve(Money.usd("0.30"))).isInstanceOf(Admission.Contended.class);
        }
    }

    /** Has it talk to the store. */
    private static void report(SharedBudget shared) throws InterruptedException {
        BlockingQueue<Boolean> moved = new LinkedBlockingQueue<>();
        try (var watch = shared.guard().watch(() -> moved.add(true))) {
            shared.guard().seek(Money.usd("0.01"));
            moved.take();
        }
    }

    @Test
    void largestLimit_canBeUsedUp() throws InterruptedException {
        memory.setLimit("tenant", Money.ofPico(Long.MAX_VALUE));
        try (SharedBudget shared = SharedBudget.open(store, "tenant", SHARING)) {
            Reservation half = reserve(shared.guard(), "4611686.018427387904"); // a pico-dollar more
            Reservation rest = reserve(shared.guard(), "4611686.018427387903");

            assertThat(shared.guard().available()).isEqualTo(Money.ZERO);
            half.release();
            rest.release();
        }
    }

    @Test
    void storeThatIsDown_leavesTheSlice_andNeedsBeyondItWaitUntilItIsBack() throws InterruptedException {
        try (SharedBudget shared = SharedBudget.open(store, "tenant", SHARING)) {
            reserve(shared.guard(), "0.20").release();
            isDown.set(true);
            assertThat(shared.guard().reserve(Money.usd("0.30"))).isInstanceOf(Admission.Contended.class);
            while (shared.trouble().isEmpty()) {
                Thread.onSpinWait();
            }

            assertThat(shared.trouble()).contains(BudgetStoreException.Kind.UNREACHABLE);
            Admission within = shared.guard().reserve(Money.usd("0.20"));
            assertThat(within).isInstanceOf(Admission.Granted.class);
            ((Admission.Granted) within).reservation().release();

            isDown.set(false);
            reserve(shared.guard(), "0.30").release();
            assertThat(shared.trouble()).isEmpty();
        }
    }

    @Test
    void storeThatBreaks_doesNotEndTheThread() throws InterruptedException {
        AtomicBoolean breaks = new AtomicBoolean();
        BudgetStore broken = request -> {
            if (breaks.getAndSet(false)) {
                throw new StackOverflowError();
            }
            return memory.sync(request);
        };
        try (SharedBudget shared = SharedBudget.open(broken, "tenant", SHARING)) {
            breaks.set(true);
            reserve(shared.guard(), "0.30").release();
        }
    }

    @Test
    void opening_failsAsTheStoreDoes() {
        isDown.set(true);
        assertThatThrownBy(() -> SharedBudget.open(store, "tenant", SHARING))
                .isInstanceOf(BudgetStoreException.class)
                .hasMessage("down");
        isDown.set(false);
        assertThatThrownBy(() -> SharedBudget.open(store, "nobody", SHARING))
                .isInstanceOf(BudgetStoreException.class)
                .hasMessageContaining("'nobody'");
    }

    @Test
    void close_refusesWhatComesLater_andReportsWhatIsInFlight_whenItEnds() throws InterruptedException {
        BlockingQueue<Money> held = new LinkedBlockingQueue<>();
        BudgetStore watched = request -> {
            var answer = memory.sync(request);
            held.add(memory.budget("tenant").sums().held());
            return answer;
        };
        SharedBudget shared = SharedBudget.open(watched, "tenant", SHARING.withPatience(Duration.ZERO));
        Reservation late = reserve(shared.guard(), "0.20");
        shared.close();
        assertThatThrownBy(() -> shared.guard().reserve(Money.ZERO)).isInstanceOf(BudgetClosedException.class);

        late.settle(Money.usd("0.05"));
        var settled = new Sums(Money.usd("0.05"), Money.ZERO, Money.ZERO, Money.ZERO);
        while (!memory.budget("tenant").sums().equals(settled)) {
            held.take();
        }
    }

    @Test
    void breach_isToldAtOnce() throws InterruptedException {
        BlockingQueue<Boolean> breached = new LinkedBlockingQueue<>();
        BudgetStore watched = request -> {
            var answer = memory.sync(request);
            if (memory.budget("tenant").breached()) {
                breached.add(true);
            }
            return answer;
        };
        try (SharedBudget shared = SharedBudget.open(watched, "tenant", SHARING)) {
            Reservation over = reserve(shared.guard(), "0.20");
            awaitRest();
            over.settle(Money.usd("0.21"));

            assertThat(breached.poll(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Others are refused for what is set aside, as far as they know. */
    @Test
    void whatIsNotSetAsideAnyMore_isToldSoon() throws InterruptedException {
        BlockingQueue<Money> told = new LinkedBlockingQueue<>();
        BudgetStore watched = request -> {
            told.add(request.setAside());
            return memory.sync(request);
        };
        try (SharedBudget shared = SharedBudget.open(watched, "tenant", SHARING)) {
            reserve(shared.guard(), "0.40").release();
            BudgetGuard part = shared.guard().allot(Money.usd("0.20"));
            Reservation fetched = reserve(shared.guard(), "0.50");
            awaitTold(told, Money.usd("0.20"));

            part.close();

            awaitTold(told, Money.ZERO);
            fetched.release();
        }
    }

    private static void awaitTold(BlockingQueue<Money> told, Money amount) throws InterruptedException {
        Money next = null;
        while (!amount.equals(next)) {
            next = told.poll(10, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
        }
    }

    @Test
    void alert_isToldOnceInAWindow() throws InterruptedException {
        BlockingQueue<BudgetAlert> alerts = new LinkedBlockingQueue<>();
        try (SharedBudget shared = SharedBudget.open(store, "tenant", SHARING.withAlerts(alerts::add))) {
            reserve(shared.guard(), "0.79").settle(Money.usd("0.79"));
            reserve(shared.guard(), "0.10").settle(Money.usd("0.02"));
            reserve(shared.guard(), "0.10").settle(Money.usd("0.10"));
        }
        assertThat(alerts.poll(10, TimeUnit.SECONDS))
                .satisfies(alert -> assertThat(alert.percent()).isEqualTo(80))
                .satisfies(alert -> assertThat(alert.limit()).isEqualTo(Money.usd("1.00")));
        assertThat(alerts).isEmpty();
    }

    @Test
    void listenerThatThrows_doesNotEndTheThread() throws InterruptedException {
        Sharing throwing = SHARING.withAlerts(alert -> {
            throw new IllegalStateException("no pager");
        });
        try (SharedBudget shared = SharedBudget.open(store, "tenant", throwing)) {
            reserve(shared.guard(), "0.90").settle(Money.usd("0.90"));
            reserve(shared.guard(), "0.05").settle(Money.usd("0.05"));
            reserve(shared.guard(), "0.02").release();
        }
    }

    /** Waits until the thread does nothing: it does not look by itself then. */
    private static void awaitRest() {
        while (Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("cadre-shared-budget"))
                .anyMatch(thread -> thread.getState() != Thread.State.TIMED_WAITING)) {
            Thread.onSpinWait();
        }
    }

    /** Waits for the money as calls do. */
    static Reservation reserve(BudgetGuard guard, String usd) throws InterruptedException {
        BlockingQueue<Boolean> moved = new LinkedBlockingQueue<>();
        try (var watch = guard.watch(() -> moved.add(true))) {
            while (true) {
                switch (guard.reserve(Money.usd(usd))) {
                    case Admission.Granted(Reservation reservation) -> {
                        return reservation;
                    }
                    case Admission.Contended contended -> moved.take();
                    case Admission.Exhausted exhausted -> throw new AssertionError(exhausted.message());
                }
            }
        }
    }
}
