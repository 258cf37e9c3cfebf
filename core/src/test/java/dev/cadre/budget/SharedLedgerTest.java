// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.price.Money;
import dev.cadre.share.BudgetWindow;
import dev.cadre.share.MemoryBudgetStore;
import dev.cadre.share.SyncRequest;
import dev.cadre.share.SyncRequest.Stay;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class SharedLedgerTest {
    private final MemoryBudgetStore store = new MemoryBudgetStore()
            .with("acme", "", pico(1_000), BudgetWindow.NONE)
            .with("tenant", "acme", pico(800), BudgetWindow.DAY);
    private final SharedLedger here = opened("here");
    private final SharedLedger there = opened("there");

    @Test
    void need_beyondTheSlice_isContended_untilTheStoreHasAnswered() {
        assertThat(here.isSought()).isFalse();
        assertThat(here.ledger().reserve(pico(100))).isInstanceOf(Admission.Contended.class);
        assertThat(here.isSought()).isTrue();
        talk(here);

        assertThat(here.isSought()).isFalse();
        assertThat(here.ledger().reserve(pico(100))).isInstanceOf(Admission.Granted.class);
    }

    @Test
    void need_thatTheStoreSaysCanNeverCome_isExhausted() {
        granted(there, 500).forfeit();
        talk(there);
        talk(here);

        assertThat(here.ledger().reserve(pico(301))).isInstanceOf(Admission.Exhausted.class);
        assertThat(here.ledger().reserve(pico(300))).isInstanceOf(Admission.Contended.class);
    }

    @Test
    void need_thatOthersHold_isContended() {
        Reservation held = granted(there, 500);
        talk(here);

        assertThat(here.ledger().reserve(pico(400))).isInstanceOf(Admission.Contended.class);
        talk(here);
        assertThat(here.ledger().reserve(pico(400))).isInstanceOf(Admission.Contended.class);
        held.settle(pico(10));
        talk(there);
        talk(there);
        talk(here);
        assertThat(here.ledger().reserve(pico(400))).isInstanceOf(Admission.Granted.class);
    }

    @Test
    void need_thatOthersHaveSetMoneyAsideBefore_isExhausted_onceTheStoreSaysSo() {
        allotted(there, 350);
        talk(there);
        allotted(here, 350);
        talk(here);

        assertThat(here.ledger().reserve(pico(200))).isInstanceOf(Admission.Contended.class);
        talk(here);
        assertThat(here.ledger().reserve(pico(200))).isInstanceOf(Admission.Exhausted.class);
        assertThat(here.ledger().reserve(pico(100))).isInstanceOf(Admission.Contended.class);
        assertThat(here.ledger().chainState().room()).isEqualTo(pico(100));
    }

    @Test
    void whatOthersHaveSetAside_mayHaveComeBack_onceAnotherRequestIsWritten() {
        Ledger allotment = allotted(there, 700);
        talk(there);
        here.ledger().reserve(pico(200));
        talk(here);
        assertThat(here.ledger().reserve(pico(200))).isInstanceOf(Admission.Exhausted.class);

        assertThat(here.isSought()).isFalse();
        assertThat(here.looksAgain()).isTrue();
        talk(here);
        assertThat(here.looksAgain()).isFalse();
        assertThat(here.ledger().reserve(pico(200))).isInstanceOf(Admission.Contended.class);
        allotment.close();
        talk(there);
        talk(there);
        talk(here);
        assertThat(here.ledger().reserve(pico(200))).isInstanceOf(Admission.Granted.class);
    }

    private Ledger allotted(SharedLedger shared, long amount) {
        granted(shared, amount).release();
        return shared.ledger().allot(pico(amount));
    }

    @Test
    void state_isThatOfAllProcesses() {
        granted(there, 500).settle(pico(120));
        talk(there);
        talk(there);
        granted(there, 50);
        granted(here, 30);

        assertThat(here.ledger().state())
                .isEqualTo(new LedgerState(pico(800), pico(120), Money.ZERO, pico(80), Money.ZERO, false));
        assertThat(here.ledger().available()).isEqualTo(pico(600));
    }

    @Test
    void refusal_namesTheBudgetOfTheStoreThatRefuses() {
        store.setLimit("acme", pico(100));
        talk(here);

        assertThat(here.ledger().reserve(pico(101)))
                .isInstanceOfSatisfying(
                        Admission.Exhausted.class,
                        refused -> assertThat(refused.budget().limit()).isEqualTo(pico(100)));
    }

    @Test
    void reservationsWhileTheRequestIsUnderWay_areNotLost() {
        granted(here, 100).release();
        here.ledger().reserve(pico(150));
        SyncRequest request = here.write(Stay.GOES_ON);
        assertThat(here.ledger().reserve(pico(100))).isInstanceOf(Admission.Granted.class);
        here.take(request, store.sync(request));

        assertThat(here.ledger().sums().outstanding()).isEqualTo(pico(100));
        assertThat(here.ledger().reserve(pico(51))).isInstanceOf(Admission.Contended.class);
        assertThat(here.ledger().reserve(pico(50))).isInstanceOf(Admission.Granted.class);
    }

    @Test
    void whatIsGivenBack_cannotBeReserved_fromTheMomentTheRequestIsWritten() {
        granted(here, 100).release();
        talk(here);
        SyncRequest unanswered = here.write(Stay.GOES_ON);

        assertThat(unanswered.keeps()).isEqualTo(Money.ZERO);
        assertThat(here.ledger().reserve(pico(1))).isInstanceOf(Admission.Contended.class);
    }

    @Test
    void slice_staysWhileTheStoreDoesNotAnswer() {
        granted(here, 100).release();
        here.ledger().reserve(pico(200));
        here.write(Stay.GOES_ON);
        here.write(Stay.GOES_ON);

        assertThat(here.ledger().reserve(pico(100))).isInstanceOf(Admission.Granted.class);
    }

    @Test
    void whoWaitsInVain_givesItsRestBack() {
        granted(here, 300).release();
        granted(there, 500);
        here.ledger().reserve(pico(400));
        SyncRequest first = here.write(Stay.GOES_ON);
        assertThat(first.keeps()).isEqualTo(pico(300));
        assertThat(first.wants().most()).isEqualTo(pico(100));
        here.take(first, store.sync(first));
        here.ledger().reserve(pico(400));
        SyncRequest second = here.write(Stay.GOES_ON);

        assertThat(second.keeps()).isEqualTo(Money.ZERO);
        assertThat(second.wants().most()).isEqualTo(pico(400));
    }

    @Test
    void needThatOnlyAttemptsOfThisProcessStandInTheWayOf_isNotAskedFor() {
        granted(here, 700);

        assertThat(here.ledger().reserve(pico(200))).isInstanceOf(Admission.Contended.class);
        assertThat(here.isSought()).isFalse();
    }

    @Test
    void needThatALimitOfItsOwnStandsInTheWayOf_isNotAskedFor() {
        Ledger run = here.ledger().cap(pico(100));
        granted(here, 80).release();
        run.reserve(pico(80));

        assertThat(run.reserve(pico(30))).isInstanceOf(Admission.Contended.class);
        assertThat(here.isSought()).isFalse();
    }

    @Test
    void seek_asksForMoneyWithoutReserving() {
        Ledger run = here.ledger().cap(pico(100));
        run.seek(pico(90));

        assertThat(here.write(Stay.GOES_ON).wants().most()).isEqualTo(pico(90));
        assertThat(run.sums().outstanding()).isEqualTo(Money.ZERO);
    }

    @Test
    void idleSlice_goesBack_andASliceInUseGrows() {
        store.setLimit("acme", pico(1_000_000));
        store.setLimit("tenant", pico(1_000_000));
        talk(here);
        assertThat(targetOfTheNext(6_000)).isEqualTo(pico(6_000));
        assertThat(targetOfTheNext(6_000)).isEqualTo(pico(12_000));
        assertThat(targetOfTheNext(6_000)).isEqualTo(pico(24_000));

        talk(here);
        talk(here);
        assertThat(here.isIdle()).isTrue();
        assertThat(here.write(Stay.GOES_ON).keeps()).isEqualTo(pico(18_000));
    }

    @Test
    void requestThatFetchesMoney_isNotIdle() {
        talk(here);
        assertThat(here.isIdle()).isTrue();

        here.ledger().reserve(pico(100));
        talk(here);

        assertThat(here.isIdle()).isFalse();
    }

    private Money targetOfTheNext(long need) {
        here.ledger().reserve(pico(need));
        SyncRequest request = here.write(Stay.GOES_ON);
        here.take(request, store.sync(request));
        assertThat(here.ledger().reserve(pico(need))).isInstanceOf(Admission.Granted.class);
        return request.wants().target();
    }

    @Test
    void loweredLimit_leavesNothing_butNoException() {
        Reservation held = granted(here, 300);
        granted(there, 100).settle(pico(100));
        talk(there);
        store.setLimit("tenant", pico(200));
        talk(here);

        assertThat(here.ledger().state().limit()).isEqualTo(pico(400)); // what is in use: no sum exceeds it
        assertThat(here.ledger().reserve(pico(1))).isInstanceOf(Admission.Contended.class);
        held.settle(pico(150));
        assertThat(here.ledger().reserve(pico(1))).isInstanceOf(Admission.Exhausted.class);
        assertThat(here.ledger().available()).isEqualTo(Money.ZERO);
    }

    @Test
    void newWindow_leavesWhatWasSpentBehind() {
        granted(here, 700).settle(pico(700));
        talk(here);
        assertThat(here.ledger().reserve(pico(101))).isInstanceOf(Admission.Exhausted.class);

        store.setTime(store.time().plus(Duration.ofDays(1)));
        talk(here);

        assertThat(here.ledger().state().spent()).isEqualTo(Money.ZERO);
        assertThat(here.ledger().chainState().room()).isEqualTo(pico(300)); // of the organisation, which has no window
    }

    @Test
    void overrunElsewhere_stopsThisProcess() {
        Reservation over = granted(there, 10);
        granted(here, 10).release();
        over.settle(pico(11));
        talk(there);
        talk(here);

        assertThat(here.ledger().reserve(pico(1))).isInstanceOf(Admission.Exhausted.class);
        assertThat(here.ledger().state().breached()).isTrue();
    }

    @Test
    void wholeBudget_canBeUsedByTwo() {
        int granted = 0;
        for (int i = 0; i < 100; i++) {
            SharedLedger next = i % 2 == 0 ? here : there;
            Admission answer = next.ledger().reserve(pico(16));
            for (int tries = 0; tries < 3 && answer instanceof Admission.Contended; tries++) {
                talk(next);
                answer = next.ledger().reserve(pico(16));
            }
            if (answer instanceof Admission.Granted(Reservation reservation)) {
                reservation.settle(pico(16));
                granted++;
            }
        }
        assertThat(granted).isEqualTo(50);
    }

    private Reservation granted(SharedLedger shared, long amount) {
        shared.ledger().reserve(pico(amount));
        talk(shared);
        return ((Admission.Granted) shared.ledger().reserve(pico(amount))).reservation();
    }

    private SharedLedger opened(String holder) {
        var shared = new SharedLedger("tenant", holder, Duration.ofSeconds(60));
        talk(shared);
        return shared;
    }

    private void talk(SharedLedger shared) {
        SyncRequest request = shared.write(Stay.GOES_ON);
        assertThat(shared.take(request, store.sync(request))).isTrue();
    }

    private static Money pico(long amount) {
        return Money.ofPico(amount);
    }
}
