// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.price.Money;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class LedgerTest {

    private final Ledger ledger = Ledger.of(pico(100));

    @Nested
    final class Decision {

        @Test
        void reserve_exactlyWhatIsLeft_isGranted() {
            granted(ledger, 40);
            granted(ledger, 60);

            assertThat(ledger.state()).isEqualTo(state(100, 0, 0, 100, 0));
            assertThat(ledger.available()).isEqualTo(Money.ZERO);
        }

        @Test
        void reserve_whenOnlyOutstandingMoneyIsInTheWay_isContended() {
            granted(ledger, 40);

            assertThat(ledger.reserve(pico(61))).isEqualTo(new Admission.Contended(pico(61), state(100, 0, 0, 40, 0)));
            assertThat(ledger.state()).isEqualTo(state(100, 0, 0, 40, 0));
        }

        @Test
        void reserve_aboveTheLimit_isExhaustedWithTheFigures() {
            var refused = ledger.reserve(pico(101));

            assertThat(refused).isEqualTo(new Admission.Exhausted(pico(101), state(100, 0, 0, 0, 0)));
            assertThat(((Admission.Exhausted) refused).message())
                    .isEqualTo("$0.000000000101 exceeds what is left of the budget (limit $0.0000000001, settled $0.00,"
                            + " forfeited $0.00, outstanding $0.00, set aside $0.00)");
        }

        @Test
        void reserve_settledMoneyInTheWay_isExhaustedEvenWithAttemptsInFlight() {
            granted(ledger, 30).settle(pico(30));
            granted(ledger, 10);

            assertThat(ledger.reserve(pico(71))).isInstanceOf(Admission.Exhausted.class);
            assertThat(ledger.reserve(pico(70))).isInstanceOf(Admission.Contended.class);
            assertThat(ledger.reserve(pico(60))).isInstanceOf(Admission.Granted.class);
        }

        @Test
        void reserve_forfeitedMoneyInTheWay_isExhausted() {
            granted(ledger, 30).forfeit();

            assertThat(ledger.reserve(pico(71))).isInstanceOf(Admission.Exhausted.class);
        }

        @Test
        void reserve_moneySetAsideInTheWay_isExhausted() {
            ledger.allot(pico(30));

            assertThat(ledger.reserve(pico(71))).isInstanceOf(Admission.Exhausted.class);
        }

        @Test
        void reserve_moneyLentInTheWay_isContendedUntilTheLoanIsClosed() {
            Ledger loan = ledger.lend(pico(30));
            granted(loan, 20).settle(pico(5));

            assertThat(ledger.reserve(pico(71))).isInstanceOf(Admission.Contended.class);
            assertThat(ledger.state()).isEqualTo(state(100, 5, 0, 25, 0));
            loan.close();
            assertThat(ledger.state()).isEqualTo(state(100, 5, 0, 0, 0));
            assertThat(ledger.reserve(pico(95))).isInstanceOf(Admission.Granted.class);
        }

        @Test
        void lend_withinALoan_isStillHeldByTheBudgetsAroundBoth() {
            ledger.lend(pico(80)).lend(pico(50));

            assertThat(ledger.state()).isEqualTo(state(100, 0, 0, 80, 0));
        }

        @Test
        void drawOn_spendsWhatWasSetAsideFirst_andThenWhatIsFree_whichNobodyCanHaveInBetween() {
            Ledger round = ledger.allot(pico(30));
            granted(ledger, 50).settle(pico(50));
            Ledger planner = ledger.drawOn(round);

            assertThat(ledger.reserve(pico(21))).as("20 are free").isInstanceOf(Admission.Contended.class);
            assertThat(planner.available()).isEqualTo(pico(50));
            Reservation attempt = granted(planner, 40);
            assertThat(ledger.state()).as("10 of it were free").isEqualTo(state(100, 50, 0, 40, 0));
            attempt.release();
            assertThat(ledger.state()).as("30 are kept again").isEqualTo(state(100, 50, 0, 30, 0));
            granted(planner, 40).settle(pico(25));
            assertThat(ledger.state()).isEqualTo(state(100, 75, 0, 5, 0));
            assertThat(planner.reserve(pico(26))).isInstanceOf(Admission.Exhausted.class);
            planner.close();
            assertThat(ledger.state()).isEqualTo(state(100, 75, 0, 0, 0));
        }

        @Test
        void drawOn_withAnAllotmentInIt_beyondWhatItKeeps_isHeldByTheBudgetsAround() {
            Ledger planner = ledger.drawOn(ledger.allot(pico(30)));

            Ledger within = planner.allot(pico(50));

            assertThat(ledger.state()).isEqualTo(state(100, 0, 0, 50, 0));
            within.close();
            assertThat(ledger.state()).isEqualTo(state(100, 0, 0, 30, 0));
        }

        @Test
        void drawOn_anAllotmentOfAnotherBudget_isRefused() {
            Ledger elsewhere = ledger.cap(pico(50)).allot(pico(30));

            assertThatThrownBy(() -> ledger.drawOn(elsewhere)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ledger.drawOn(ledger.cap(pico(1)))).isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void reserve_moneyInFlightInAnAllotment_isContended() {
            granted(ledger.allot(pico(30)), 30);

            assertThat(ledger.reserve(pico(71))).isInstanceOf(Admission.Contended.class);
        }

        @Test
        void reserve_nothing_isGrantedFromAnEmptyBudget() {
            assertThat(Ledger.of(Money.ZERO).reserve(Money.ZERO)).isInstanceOf(Admission.Granted.class);
            assertThat(Ledger.of(Money.ZERO).reserve(pico(1))).isInstanceOf(Admission.Exhausted.class);
        }

        @Test
        void reserve_theLargestAmount_isRefusedWithoutOverflow() {
            granted(ledger, 1);

            assertThat(ledger.reserve(pico(Long.MAX_VALUE))).isInstanceOf(Admission.Exhausted.class);
        }
    }

    @Nested
    final class Ending {

        private final Reservation reservation = granted(ledger, 40);

        @Test
        void settle_givesTheRestBack() {
            assertThat(reservation.settle(pico(25))).isEqualTo(Money.ZERO);

            assertThat(ledger.state()).isEqualTo(state(100, 25, 0, 0, 0));
            assertThat(reservation.state()).isEqualTo(Reservation.State.SETTLED);
            assertThat(ledger.openReservations()).isZero();
        }

        @Test
        void markSpent_leavesNothingToWaitFor_andIsReplacedByTheEnding() {
            reservation.markSpent();
            reservation.markSpent();

            assertThat(ledger.state()).isEqualTo(state(100, 0, 40, 0, 0));
            assertThat(ledger.openReservations()).isEqualTo(1);
            assertThat(ledger.reserve(pico(61))).isInstanceOf(Admission.Exhausted.class);

            reservation.settle(pico(30));

            assertThat(ledger.state()).isEqualTo(state(100, 30, 0, 0, 0));
            assertThat(ledger.openReservations()).isZero();
            assertThatThrownBy(reservation::markSpent).isInstanceOf(ReservationEndedException.class);
        }

        @Test
        void release_givesEverythingBack() {
            reservation.release();

            assertThat(ledger.state()).isEqualTo(state(100, 0, 0, 0, 0));
            assertThat(reservation.state()).isEqualTo(Reservation.State.RELEASED);
        }

        @Test
        void forfeit_booksTheWholeAmount() {
            reservation.forfeit();

            assertThat(ledger.state()).isEqualTo(state(100, 0, 40, 0, 0));
            assertThat(reservation.state()).isEqualTo(Reservation.State.FORFEITED);
        }

        @Test
        void forfeit_ofMoreThanTheAmount_isBookedInFull_andBreaches() {
            reservation.forfeit(pico(55));

            assertThat(ledger.state().forfeited()).isEqualTo(pico(55));
            assertThat(ledger.state().outstanding()).isEqualTo(pico(0));
            assertThat(ledger.state().breached()).isTrue();
        }

        @Test
        void forfeit_ofLessThanTheAmount_booksTheWholeAmount() {
            reservation.forfeit(pico(5));

            assertThat(ledger.state()).isEqualTo(state(100, 0, 40, 0, 0));
        }

        @Test
        void forfeitPart_booksThePart_andGivesTheRestBack() {
            reservation.forfeitPart(pico(5));

            assertThat(ledger.state()).isEqualTo(state(100, 0, 5, 0, 0));
        }

        @Test
        void forfeitPart_booksAtMostTheAmount() {
            reservation.forfeitPart(pico(55));

            assertThat(ledger.state()).isEqualTo(state(100, 0, 40, 0, 0));
        }

        @Test
        void secondEnding_isATypedErrorAndBooksNothing() {
            reservation.settle(pico(25));

            assertThatThrownBy(() -> reservation.settle(pico(25)))
                    .isInstanceOfSatisfying(
                            ReservationEndedException.class,
                            e -> assertThat(e.state()).isEqualTo(Reservation.State.SETTLED))
                    .hasMessage("the reservation of $0.00000000004 has already ended: SETTLED");
            assertThatThrownBy(reservation::release).isInstanceOf(ReservationEndedException.class);
            assertThatThrownBy(reservation::forfeit).isInstanceOf(ReservationEndedException.class);
            assertThatThrownBy(() -> reservation.forfeit(pico(55))).isInstanceOf(ReservationEndedException.class);
            assertThat(ledger.state()).isEqualTo(state(100, 25, 0, 0, 0));
        }

        @Test
        void settle_moreThanTheSumsCanHold_changesNothingAndStaysOpen() {
            var cap = Ledger.of(pico(Long.MAX_VALUE)).cap(pico(100));
            var inCap = granted(cap, 40);

            assertThatThrownBy(() -> inCap.settle(pico(Long.MAX_VALUE))).isInstanceOf(ArithmeticException.class);
            assertThat(cap.state()).isEqualTo(state(100, 0, 0, 40, 0));
            inCap.forfeit();
            assertThat(cap.state()).isEqualTo(state(100, 0, 40, 0, 0));
        }

        @Test
        void forfeit_ofMoreThanTheSumsCanHold_changesNothingAndStaysOpen() {
            var cap = Ledger.of(pico(Long.MAX_VALUE)).cap(pico(100));
            granted(cap, 10).settle(pico(10));
            var inCap = granted(cap, 40);

            assertThatThrownBy(() -> inCap.forfeit(pico(Long.MAX_VALUE))).isInstanceOf(ArithmeticException.class);

            assertThat(cap.state()).isEqualTo(state(100, 10, 0, 40, 0));
            inCap.forfeit();
            assertThat(cap.state()).isEqualTo(state(100, 10, 40, 0, 0));
        }

        @Test
        void canHold_asksEveryBudgetAround() {
            var around = Ledger.of(pico(Long.MAX_VALUE), pico(Long.MAX_VALUE - 100));
            var inCap = granted(around.cap(pico(100)), 40);

            assertThat(inCap.canHold(pico(60))).isTrue();
            assertThat(inCap.canHold(pico(61)))
                    .as("with the 40 in flight the sum is out of range")
                    .isFalse();
        }
    }

    @Nested
    final class Overrun {

        @Test
        void settle_aboveTheReservation_booksTheTrueCostAndReportsTheExcess() {
            assertThat(granted(ledger, 40).settle(pico(45))).isEqualTo(pico(5));

            assertThat(ledger.state())
                    .isEqualTo(new LedgerState(pico(100), pico(45), Money.ZERO, Money.ZERO, Money.ZERO, true));
        }

        @Test
        void breachedBudget_refusesEveryNeedInTheWholeChain() {
            var run = ledger.cap(pico(80));
            var sibling = ledger.cap(pico(80));
            var allotment = ledger.allot(pico(10));
            granted(run, 40).settle(pico(41));

            for (Ledger part : new Ledger[] {ledger, run, sibling, allotment}) {
                var refused = part.reserve(Money.ZERO);
                assertThat(refused).isInstanceOf(Admission.Exhausted.class);
                assertThat(((Admission.Exhausted) refused).message())
                        .startsWith("$0.00 refused: the budget was breached and starts no more attempts (limit ");
                assertThat(part.available()).isEqualTo(Money.ZERO);
            }
            assertThat(ledger.state().free()).isEqualTo(Money.ZERO);
        }

        @Test
        void breachedBudget_stillBooksEndings() {
            var inFlight = granted(ledger, 50);
            granted(ledger, 50).settle(pico(70));

            inFlight.settle(pico(50));

            assertThat(ledger.state().spent()).isEqualTo(pico(120));
            assertThat(ledger.state().breached()).isTrue();
        }

        @Test
        void overrunInAnAllotment_leavesNothingSetAside() {
            var allotment = ledger.allot(pico(10));

            granted(allotment, 8).settle(pico(12));

            assertThat(ledger.state().setAside()).isEqualTo(Money.ZERO);
            assertThat(ledger.state().settled()).isEqualTo(pico(12));
            allotment.close();
            assertThat(ledger.state().committed()).isEqualTo(pico(12));
        }
    }

    @Nested
    final class Chain {

        private final Ledger run = ledger.cap(pico(60));
        private final Ledger subtask = run.cap(pico(20));

        @Test
        void reserve_isBookedInTheWholeChain() {
            granted(subtask, 15).settle(pico(10));
            granted(subtask, 5);

            assertThat(subtask.state()).isEqualTo(state(20, 10, 0, 5, 0));
            assertThat(run.state()).isEqualTo(state(60, 10, 0, 5, 0));
            assertThat(ledger.state()).isEqualTo(state(100, 10, 0, 5, 0));
            assertThat(ledger.openReservations()).isEqualTo(1);
        }

        @Test
        void reserve_refusedByTheOutermost_takesNothingInside() {
            granted(ledger, 95);

            assertThat(subtask.reserve(pico(10))).isEqualTo(new Admission.Contended(pico(10), state(100, 0, 0, 95, 0)));
            assertThat(subtask.state()).isEqualTo(state(20, 0, 0, 0, 0));
            assertThat(subtask.available()).isEqualTo(pico(5));
        }

        @Test
        void reserve_contendedInsideAndExhaustedOutside_isExhausted() {
            granted(ledger, 90).forfeit();
            granted(subtask, 10);

            assertThat(subtask.reserve(pico(15))).isInstanceOf(Admission.Exhausted.class);
        }

        @Test
        void cap_holdsNoMoney() {
            assertThat(ledger.state()).isEqualTo(state(100, 0, 0, 0, 0));
        }

        @Test
        void cap_continued_countsWhatWasSpentAgainstItselfOnly() {
            var continued = ledger.cap(pico(60), pico(50));

            assertThat(continued.reserve(pico(11))).isInstanceOf(Admission.Exhausted.class);
            assertThat(ledger.state()).isEqualTo(state(100, 0, 0, 0, 0));
        }

        @Test
        void ledger_continuedBeyondItsLimit_grantsNothing() {
            var continued = Ledger.of(pico(100), pico(101));

            assertThat(continued.state().breached()).isTrue();
            assertThat(continued.reserve(Money.ZERO)).isInstanceOf(Admission.Exhausted.class);
            assertThat(Ledger.of(pico(100), pico(100)).state().breached()).isFalse();
        }
    }

    @Nested
    final class Allotment {

        private final Ledger run = ledger.cap(pico(80));
        private final Ledger merge = run.allot(pico(30));

        @Test
        void allot_setsTheMoneyAsideInTheWholeChain() {
            assertThat(run.state()).isEqualTo(state(80, 0, 0, 0, 30));
            assertThat(ledger.state()).isEqualTo(state(100, 0, 0, 0, 30));
            assertThat(merge.state()).isEqualTo(state(30, 0, 0, 0, 0));
        }

        @Test
        void reserve_inTheAllotment_drawsOnWhatWasSetAside() {
            granted(run, 50);
            var inMerge = granted(merge, 25);

            assertThat(run.state()).isEqualTo(state(80, 0, 0, 75, 5));
            inMerge.settle(pico(10));
            assertThat(run.state()).isEqualTo(state(80, 10, 0, 50, 20));
            assertThat(ledger.state()).isEqualTo(state(100, 10, 0, 50, 20));
            assertThat(merge.available()).isEqualTo(pico(20));
        }

        @Test
        void allot_moreThanIsLeft_isRefusedWithItsReason() {
            assertThatThrownBy(() -> run.allot(pico(51)))
                    .isInstanceOfSatisfying(
                            AllotmentRefusedException.class,
                            e -> assertThat(e.reason()).isInstanceOf(Admission.Exhausted.class))
                    .hasMessageStartingWith(
                            "an allotment of $0.000000000051 exceeds what is left of the budget (limit ");
            granted(run, 40);
            assertThatThrownBy(() -> run.allot(pico(11)))
                    .isInstanceOfSatisfying(
                            AllotmentRefusedException.class,
                            e -> assertThat(e.reason()).isInstanceOf(Admission.Contended.class))
                    .hasMessageStartingWith(
                            "an allotment of $0.000000000011 must wait for attempts in flight: free $0.00000000001 (limit ");
            assertThat(run.state()).isEqualTo(state(80, 0, 0, 40, 30));
        }

        @Test
        void close_givesTheRestBackOnce() {
            granted(merge, 20).settle(pico(12));

            merge.close();
            merge.close();

            assertThat(run.state()).isEqualTo(state(80, 12, 0, 0, 0));
            assertThat(ledger.state()).isEqualTo(state(100, 12, 0, 0, 0));
        }

        @Test
        void close_withAnAttemptInFlight_givesItsRestBackWhenItEnds() {
            var inFlight = granted(merge, 20);

            merge.close();

            assertThat(run.state()).isEqualTo(state(80, 0, 0, 20, 0));
            inFlight.settle(pico(5));
            assertThat(run.state()).isEqualTo(state(80, 5, 0, 0, 0));
            assertThat(ledger.state()).isEqualTo(state(100, 5, 0, 0, 0));
        }

        @Test
        void nestedAllotment_takesFromTheOneAroundItOnly() {
            var nested = merge.allot(pico(10));

            assertThat(merge.state()).isEqualTo(state(30, 0, 0, 0, 10));
            assertThat(run.state()).isEqualTo(state(80, 0, 0, 0, 30));
            granted(nested, 4).forfeit();
            assertThat(merge.state()).isEqualTo(state(30, 0, 4, 0, 6));
            assertThat(run.state()).isEqualTo(state(80, 0, 4, 0, 26));
            nested.close();
            assertThat(merge.state()).isEqualTo(state(30, 0, 4, 0, 0));
            assertThat(run.state()).isEqualTo(state(80, 0, 4, 0, 26));
        }

        @Test
        void close_ofTheRun_closesItsAllotmentsAndThoseNestedInThem() {
            merge.allot(pico(10)).cap(pico(5));

            run.close();

            assertThat(ledger.state()).isEqualTo(state(100, 0, 0, 0, 0));
            assertThat(merge.isClosed()).isTrue();
        }

        @Test
        void fullBudget_leavesTheAllotmentItsMoney() {
            granted(ledger, 70).forfeit();

            assertThat(merge.reserve(pico(30))).isInstanceOf(Admission.Granted.class);
        }
    }

    @Nested
    final class Closing {

        @Test
        void reserve_afterClose_isATypedErrorHereAndInEveryPart() {
            var part = ledger.cap(pico(10)).cap(pico(10));
            ledger.close();

            assertThatThrownBy(() -> ledger.reserve(pico(1)))
                    .isInstanceOf(BudgetClosedException.class)
                    .hasMessageStartingWith("the budget is closed (limit $0.0000000001, ");
            assertThatThrownBy(() -> part.reserve(pico(1))).isInstanceOf(BudgetClosedException.class);
            assertThatThrownBy(() -> part.allot(pico(1))).isInstanceOf(BudgetClosedException.class);
            assertThat(part.available()).isEqualTo(Money.ZERO);
        }

        @Test
        void close_ofAPart_leavesTheRestOpen() {
            ledger.cap(pico(10)).close();

            assertThat(ledger.isClosed()).isFalse();
            assertThat(ledger.reserve(pico(100))).isInstanceOf(Admission.Granted.class);
        }

        @Test
        void settle_afterClose_isBooked() {
            var run = ledger.cap(pico(50));
            var inFlight = granted(run, 20);
            run.close();

            inFlight.settle(pico(7));

            assertThat(ledger.state()).isEqualTo(state(100, 7, 0, 0, 0));
        }
    }

    static Reservation granted(Ledger ledger, long pico) {
        var admission = ledger.reserve(pico(pico));
        assertThat(admission).isInstanceOf(Admission.Granted.class);
        return ((Admission.Granted) admission).reservation();
    }

    static Money pico(long pico) {
        return Money.ofPico(pico);
    }

    static LedgerState state(long limit, long settled, long forfeited, long outstanding, long setAside) {
        return new LedgerState(pico(limit), pico(settled), pico(forfeited), pico(outstanding), pico(setAside), false);
    }
}
