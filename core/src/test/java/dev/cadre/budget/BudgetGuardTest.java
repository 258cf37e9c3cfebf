// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.price.Money;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class BudgetGuardTest {

    private final BudgetGuard tenant = Budget.usd("1.00").open();
    private final BudgetGuard run = Budget.usd("0.60").under(tenant).open();
    private final AtomicInteger calls = new AtomicInteger();

    @Test
    void reserve_granted_isOutstandingUntilItEnds() {
        var reservation = granted(run, "0.50");

        assertThat(reservation.amount()).isEqualTo(Money.usd("0.50"));
        assertThat(reservation).hasToString("Reservation[$0.50, OPEN]");
        assertThat(run.openReservations()).isEqualTo(1);
        assertThat(tenant.openReservations()).isEqualTo(1);
        assertThat(reservation.settle(Money.usd("0.20"))).isEqualTo(Money.ZERO);
        assertThat(reservation.state()).isEqualTo(Reservation.State.SETTLED);
        assertThat(run.openReservations()).isZero();
        assertThat(tenant.state().settled()).isEqualTo(Money.usd("0.20"));
        assertThat(run)
                .hasToString(
                        "BudgetGuard[limit $0.60, settled $0.20, forfeited $0.00, outstanding $0.00, set aside $0.00]");
    }

    /** Writes down what is outstanding when it is told of something. */
    private final class Notes implements BudgetRecord {
        final List<String> lines = new ArrayList<>();

        @Override
        public Entry begin(Money worstCase) {
            note("begin " + worstCase);
            return booked -> note("end " + booked.settled() + " + " + booked.forfeited());
        }

        private void note(String what) {
            lines.add(what + ", outstanding " + tenant.state().outstanding());
        }
    }

    @Test
    void cap_onRecord_takesDownEachReservation_beforeItIsSent_andBeforeItsMoneyComesBack() {
        var notes = new Notes();
        var worker = run.cap(Money.usd("0.60"), notes);
        var nested = Budget.usd("0.50").under(worker).open();

        granted(nested, "0.10").settle(Money.usd("0.02"));
        granted(nested, "0.20").release();
        granted(worker, "0.30").forfeit();
        granted(run, "0.04").settle(Money.usd("0.01"));

        assertThat(notes.lines)
                .containsExactly(
                        "begin $0.10, outstanding $0.10",
                        "end $0.02 + $0.00, outstanding $0.10",
                        "begin $0.20, outstanding $0.20",
                        "end $0.00 + $0.00, outstanding $0.20",
                        "begin $0.30, outstanding $0.30",
                        "end $0.00 + $0.30, outstanding $0.30");
    }

    @Test
    void cap_onRecord_ofAnother_isOnBothRecords_andEndsOnBothOnce() {
        var outer = new Notes();
        var inner = new Notes();
        var reservation = granted(run.cap(Money.usd("0.60"), outer).cap(Money.usd("0.60"), inner), "0.10");

        reservation.announce();
        reservation.forfeit();
        assertThatThrownBy(reservation::release).isInstanceOf(ReservationEndedException.class);

        assertThat(outer.lines)
                .containsExactly("begin $0.10, outstanding $0.10", "end $0.00 + $0.10, outstanding $0.10")
                .isEqualTo(inner.lines);
    }

    @Test
    void reserve_thatCannotBeRecorded_reservesNothing() {
        BudgetRecord full = worstCase -> {
            throw new IllegalStateException("no space left");
        };
        var notes = new Notes();
        var worker = run.cap(Money.usd("0.60"), notes).cap(Money.usd("0.60"), full);

        assertThatThrownBy(() -> worker.reserve(Money.usd("0.10"))).hasMessage("no space left");

        assertThat(run.openReservations()).isZero();
        assertThat(notes.lines).last().isEqualTo("end $0.00 + $0.00, outstanding $0.10");
    }

    @Test
    void cost_thatNoSumCanHold_isRefusedBeforeItIsOnRecord() {
        var notes = new Notes();
        var reservation = granted(run.cap(Money.usd("0.60"), notes), "0.50");
        var most = Money.ofPico(Long.MAX_VALUE);

        assertThat(reservation.canHold(Money.usd("0.50"))).isTrue();
        assertThat(reservation.canHold(most)).isFalse();
        assertThatThrownBy(() -> reservation.settle(most))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("a cost of %s is more than the sums can hold", most);
        assertThatThrownBy(() -> reservation.forfeit(most)).isInstanceOf(ArithmeticException.class);

        assertThat(notes.lines).as("no end").hasSize(1);
        reservation.settle(Money.usd("0.20"));
        assertThat(notes.lines).hasSize(2);
    }

    @Test
    void forfeit_ofMoreThanTheAmount_isOnRecordInFull() {
        var notes = new Notes();

        granted(run.cap(Money.usd("0.60"), notes), "0.50").forfeit(Money.usd("0.70"));

        assertThat(notes.lines).last().asString().startsWith("end $0.00 + $0.70");
        assertThat(run.state().forfeited()).isEqualTo(Money.usd("0.70"));
        assertThat(run.state().breached()).isTrue();
    }

    @Test
    void reserveUnannounced_isOnRecordOnceItIsAnnounced() {
        var notes = new Notes();
        var worker = run.cap(Money.usd("0.60"), notes);

        var reservation = ((Admission.Granted) worker.reserveUnannounced(Money.usd("0.10"))).reservation();
        assertThat(notes.lines).isEmpty();
        reservation.announce();

        assertThat(notes.lines).containsExactly("begin $0.10, outstanding $0.10");
    }

    @Test
    void recordThatFailsAtTheEnd_leavesNoMoneyOutstanding() {
        var worker = run.cap(Money.usd("0.60"), worstCase -> booked -> {
            throw new IllegalStateException("the journal is closed");
        });

        granted(worker, "0.10").settle(Money.usd("0.03"));

        assertThat(tenant.state().settled()).isEqualTo(Money.usd("0.03"));
        assertThat(tenant.openReservations()).isZero();
    }

    @Test
    void reserve_refused_saysWhy() {
        granted(run, "0.50");

        assertThat(run.reserve(Money.usd("0.20")))
                .isInstanceOfSatisfying(
                        Admission.Contended.class,
                        contended -> assertThat(contended.message())
                                .isEqualTo(
                                        "$0.20 must wait for attempts in flight: free $0.10 (limit $0.60, settled $0.00,"
                                                + " forfeited $0.00, outstanding $0.50, set aside $0.00)"));
    }

    @Test
    void allot_keepsMoneyForAPart() {
        try (var merge = run.allot(Money.usd("0.20"))) {
            assertThat(run.reserve(Money.usd("0.41"))).isInstanceOf(Admission.Exhausted.class);
            granted(merge, "0.20").settle(Money.usd("0.15"));
        }

        assertThat(run.available()).isEqualTo(Money.usd("0.45"));
        assertThat(run.state().setAside()).isEqualTo(Money.ZERO);
    }

    @Test
    void cap_limitsAPart() {
        assertThat(run.cap(Money.usd("0.10")).reserve(Money.usd("0.11"))).isInstanceOf(Admission.Exhausted.class);
    }

    @Test
    void close_endsTheRunAndLeavesTheTenantOpen() {
        run.allot(Money.usd("0.20"));

        run.close();
        run.close();

        assertThatThrownBy(() -> run.reserve(Money.ZERO)).isInstanceOf(BudgetClosedException.class);
        assertThat(tenant.available()).isEqualTo(Money.usd("1.00"));
    }

    @Test
    void watcher_isToldOfEveryEndingInTheTree() {
        var sibling = Budget.usd("0.60").under(tenant).open();
        var reservations = List.of(granted(run, "0.01"), granted(sibling, "0.01"), granted(tenant, "0.01"));
        var allotment = tenant.allot(Money.usd("0.10"));
        run.watch(calls::incrementAndGet);
        assertThat(calls).hasValue(0);

        reservations.get(0).settle(Money.ZERO);
        assertThat(calls).hasValue(1);
        reservations.get(1).release();
        assertThat(calls).hasValue(2);
        reservations.get(2).forfeit();
        assertThat(calls).as("a contended need may have become exhausted").hasValue(3);
        allotment.close();
        assertThat(calls).as("what was set aside is free again").hasValue(4);
    }

    @Test
    void watcher_isNotToldOfARefusedEnding() {
        var reservation = granted(run, "0.01");
        reservation.release();
        run.watch(calls::incrementAndGet);

        assertThatThrownBy(reservation::release).isInstanceOf(ReservationEndedException.class);

        assertThat(calls).hasValue(0);
    }

    @Test
    void watcher_mayReserveAgain() {
        var first = granted(run, "0.60");
        var second = new ArrayList<Admission>();
        run.watch(() -> second.add(run.reserve(Money.usd("0.60"))));

        first.release();

        assertThat(second).singleElement().isInstanceOf(Admission.Granted.class);
    }

    @Test
    void watcher_runsOutsideTheLockOnTheThreadThatEnded() {
        var first = granted(run, "0.60");
        var threads = new ArrayList<Thread>();
        var states = new ArrayList<LedgerState>();
        // another thread gets through the guard while the watcher waits for it: the lock is free
        run.watch(() -> {
            threads.add(Thread.currentThread());
            states.add(CompletableFuture.supplyAsync(run::state)
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join());
        });

        first.release();

        assertThat(threads).containsExactly(Thread.currentThread());
        assertThat(states).containsExactly(run.state());
    }

    @Test
    void watcher_closed_isToldNothingMore() {
        var watch = run.watch(calls::incrementAndGet);
        run.watch(calls::incrementAndGet);

        watch.close();
        granted(run, "0.01").release();

        assertThat(calls).as("the same action, registered a second time, stays").hasValue(1);
    }

    @Test
    void watcher_thatFails_neitherStopsTheOthersNorTheEnding() {
        run.watch(() -> {
            throw new IllegalStateException("a broken watcher");
        });
        run.watch(calls::incrementAndGet);
        var reservation = granted(run, "0.10");

        reservation.settle(Money.usd("0.10"));

        assertThat(calls).hasValue(1);
        assertThat(run.state().settled()).isEqualTo(Money.usd("0.10"));
    }

    static Reservation granted(BudgetGuard guard, String usd) {
        var admission = guard.reserve(Money.usd(usd));
        assertThat(admission).isInstanceOf(Admission.Granted.class);
        return ((Admission.Granted) admission).reservation();
    }
}
