// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.price.Money;
import dev.cadre.share.SyncRequest.Stay;
import dev.cadre.share.SyncRequest.Totals;
import dev.cadre.share.SyncRequest.Wants;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

final class BooksTest {
    private static final Duration LEASE = Duration.ofSeconds(60);

    private final MemoryBudgetStore store = new MemoryBudgetStore()
            .with("acme", "", pico(1_000), BudgetWindow.MONTH)
            .with("tenant", "acme", pico(600), BudgetWindow.DAY)
            .with("other", "acme", pico(900), BudgetWindow.DAY);
    private final Map<String, Integer> sequences = new HashMap<>();

    @Test
    void want_thatIsFree_isHeldInTheWholeChain() {
        SyncAnswer answer = ask("a", 0, 0, 0, 100);

        assertThat(answer.entitled()).isEqualTo(pico(100));
        assertThat(store.budget("tenant").sums().held()).isEqualTo(pico(100));
        assertThat(store.budget("acme").sums().held()).isEqualTo(pico(100));
        assertThat(answer.chain()).extracting(SyncAnswer.Standing::budget).containsExactly("acme", "tenant");
    }

    @Test
    void want_beyondWhatIsFree_getsNothing_notAPart() {
        ask("a", 0, 0, 0, 400);

        assertThat(ask("b", 0, 0, 0, 201).entitled()).isEqualTo(Money.ZERO);
        assertThat(ask("b", 0, 0, 0, 200).entitled()).isEqualTo(pico(200));
    }

    @Test
    void want_isBoundedByEachBudgetOfTheChain() {
        ask("a", 0, 0, 0, 600);

        assertThat(sync("b", "other", Totals.NONE, 0, wants(401, 401, 401)).entitled())
                .isEqualTo(Money.ZERO);
        assertThat(sync("b", "other", Totals.NONE, 0, wants(400, 400, 400)).entitled())
                .isEqualTo(pico(400));
    }

    @Test
    void largestWant_isGrantedIfItIsFree_elseTheSmallest() {
        ask("a", 0, 0, 0, 400);

        assertThat(sync("b", "tenant", Totals.NONE, 0, wants(50, 300, 300)).entitled())
                .isEqualTo(pico(50));
        assertThat(sync("b", "tenant", Totals.NONE, 50, wants(50, 100, 100)).entitled())
                .isEqualTo(pico(150));
    }

    @Test
    void target_getsASmallPartOfTheRestOnly() {
        store.with("large", "", pico(1_280_000), BudgetWindow.NONE);

        assertThat(sync("a", "large", Totals.NONE, 0, wants(10, 10, 5_000)).entitled())
                .isEqualTo(pico(5_000));
        assertThat(sync("b", "large", Totals.NONE, 0, wants(10, 10, 50_000)).entitled())
                .isEqualTo(pico(1_275_000 / 128));
    }

    @Test
    void whatIsSpent_movesFromHeldToSpent() {
        ask("a", 0, 0, 0, 100);
        ask("a", 30, 20, 40, 0);

        assertThat(store.budget("tenant").sums())
                .isEqualTo(new SyncAnswer.Sums(pico(30), pico(20), pico(40), Money.ZERO));
    }

    @Test
    void repeatedRequest_changesNothing_andIsAnsweredAlike() {
        SyncRequest request = request("a", "tenant", Totals.NONE, 0, wants(100, 100, 100));

        assertThat(store.sync(request)).isEqualTo(store.sync(request));
        assertThat(store.budget("tenant").sums().held()).isEqualTo(pico(100));
    }

    @Test
    void oldRequest_changesNothing_andIsToldSo() {
        ask("a", 0, 0, 0, 0);
        SyncRequest old = request("a", "tenant", Totals.NONE, 0, wants(100, 100, 100));
        ask("a", 0, 0, 0, 50);

        assertThat(store.sync(old).sequence()).isEqualTo(3);
        assertThat(store.budget("tenant").sums().held()).isEqualTo(pico(50));
    }

    @Test
    void leaseThatExpires_isForfeited_andComesBackWithItsHolder() {
        ask("a", 0, 0, 0, 100);
        store.setTime(store.time().plus(LEASE).plusMillis(1));
        ask("b", 0, 0, 0, 1);

        assertThat(store.budget("tenant").sums().forfeited()).isEqualTo(pico(100));
        assertThat(store.budget("acme").sums().held()).isEqualTo(pico(1));

        SyncAnswer alive = ask("a", 30, 0, 20, 0);

        assertThat(alive.hadExpired()).isTrue();
        assertThat(store.budget("tenant").sums())
                .isEqualTo(new SyncAnswer.Sums(pico(30), Money.ZERO, pico(21), Money.ZERO));
    }

    @Test
    void leaseOfAnotherTenant_isForfeitedToo_ifItExpires() {
        ask("a", 0, 0, 0, 100);
        store.setTime(store.time().plus(LEASE).plusMillis(1));
        sync("b", "other", Totals.NONE, 0, Wants.NONE);

        assertThat(store.budget("tenant").sums().forfeited()).isEqualTo(pico(100));
        assertThat(store.budget("acme").sums().forfeited()).isEqualTo(pico(100));
    }

    @Test
    void leaseRenewedWhileTheClockWasAhead_runsFromNow_onceTheClockIsRight() {
        store.setTime(store.time().plus(Duration.ofHours(2)));
        ask("a", 0, 0, 0, 100);
        store.setTime(store.time().minus(Duration.ofHours(2)));
        ask("b", 0, 0, 0, 1);
        store.setTime(store.time().plus(LEASE));
        ask("b", 0, 0, 1, 0);
        assertThat(store.budget("tenant").sums().held()).isEqualTo(pico(101));

        store.setTime(store.time().plusMillis(1));
        ask("b", 0, 0, 1, 0);

        assertThat(store.budget("tenant").sums().held()).isEqualTo(pico(1));
        assertThat(store.budget("acme").sums().forfeited()).isEqualTo(pico(100));
    }

    @Test
    void newDay_beginsAtZero_withWhatIsHeld() {
        ask("a", 10, 0, 0, 100);
        store.setTime(store.time().plus(Duration.ofHours(12)));
        ask("a", 40, 0, 70, 0);

        assertThat(store.budget("tenant").windowStart()).isEqualTo(LocalDate.of(2026, 12, 1));
        assertThat(store.budget("tenant").sums())
                .isEqualTo(new SyncAnswer.Sums(pico(30), Money.ZERO, pico(70), Money.ZERO));
        assertThat(store.history())
                .extracting(BudgetRow::name, row -> row.sums().settled())
                .containsExactlyInAnyOrder(Tuple.tuple("tenant", pico(10)), Tuple.tuple("acme", pico(10)));
    }

    @Test
    void clockThatGoesBack_beginsNoWindow() {
        ask("a", 0, 0, 0, 600);
        ask("a", 600, 0, 0, 0);
        store.setTime(store.time().minus(Duration.ofDays(40)));

        assertThat(ask("b", 0, 0, 0, 1).entitled()).isEqualTo(Money.ZERO);
        assertThat(store.history()).isEmpty();
    }

    @Test
    void leaseForfeitedYesterday_isSpentWithoutCountingAgain() {
        ask("a", 0, 0, 0, 100);
        store.setTime(store.time().plus(LEASE).plusMillis(1));
        ask("b", 0, 0, 0, 1);
        store.setTime(store.time().plus(Duration.ofHours(12)));
        ask("b", 0, 0, 0, 600);

        assertThat(ask("a", 60, 0, 40, 0).entitled()).isEqualTo(pico(100));
        assertThat(store.budget("tenant").sums())
                .isEqualTo(new SyncAnswer.Sums(Money.ZERO, Money.ZERO, pico(600), Money.ZERO));
    }

    @Test
    void overrun_stopsTheChain() {
        ask("a", 0, 0, 0, 100);
        sync("a", "tenant", new Totals(pico(150), Money.ZERO, 1), 0, Wants.NONE);

        SyncAnswer refused = ask("b", 0, 0, 0, 1);

        assertThat(refused.entitled()).isEqualTo(Money.ZERO);
        assertThat(refused.chain()).extracting(SyncAnswer.Standing::breached).containsExactly(true, true);
    }

    @Test
    void limitBelowWhatIsSpent_grantsNothing_andTakesNothing() {
        ask("a", 0, 0, 0, 100);
        store.setLimit("tenant", pico(50));

        assertThat(ask("a", 30, 0, 70, 1).entitled()).isEqualTo(pico(100));
    }

    @Test
    void holderWhoseRowIsGone_isNotCountedAgain() {
        assertThat(sync("gone", "tenant", Totals.NONE, 0, Wants.NONE).sequence())
                .isEqualTo(1);
        store.setTime(store.time().plus(Duration.ofDays(8)));
        ask("new", 0, 0, 0, 0);
        assertThat(store.leases()).extracting(LeaseRow::holder).containsOnly("new");

        sync("gone", "tenant", new Totals(pico(20), Money.ZERO, 0), 0, Wants.NONE);

        assertThat(store.budget("tenant").sums()).isEqualTo(SyncAnswer.Sums.NONE);
    }

    @Test
    void holderWhoseRowIsGone_maySpendWhatWasForfeited_andItCountsOnce() {
        ask("gone", 0, 0, 0, 100);
        store.setTime(store.time().plus(LEASE).plusMillis(1));
        ask("new", 0, 0, 0, 0);
        store.setTime(store.time().plus(Duration.ofDays(8)));
        ask("newer", 0, 0, 0, 0);
        assertThat(store.leases()).extracting(LeaseRow::holder).doesNotContain("gone");

        assertThat(ask("gone", 30, 0, 70, 50).entitled()).isEqualTo(pico(100));
        assertThat(store.budget("tenant").sums()).isEqualTo(SyncAnswer.Sums.NONE); // of the new day
        assertThat(store.history()).extracting(row -> row.sums().forfeited()).contains(pico(100));

        assertThat(ask("gone", 60, 0, 40, 50).entitled()).isEqualTo(pico(150));
        assertThat(store.budget("tenant").sums().held()).isEqualTo(pico(50));
    }

    @Test
    void holderThatLeaves_isForgotten_andALateRequestOfItDoesNoHarm() {
        ask("a", 0, 0, 0, 100);
        SyncRequest late = request("a", "tenant", new Totals(pico(10), Money.ZERO, 0), 90, wants(50, 50, 50));
        store.sync(new SyncRequest(
                "tenant",
                "a",
                3,
                new Totals(pico(40), Money.ZERO, 0),
                Money.ZERO,
                Money.ZERO,
                Wants.NONE,
                LEASE,
                Stay.LEAVES));
        assertThat(store.leases()).isEmpty();

        store.sync(late);

        assertThat(store.budget("tenant").sums())
                .isEqualTo(new SyncAnswer.Sums(pico(40), Money.ZERO, Money.ZERO, Money.ZERO));
    }

    @Test
    void unknownBudget_isRefused() {
        assertThatThrownBy(() -> sync("a", "nobody", Totals.NONE, 0, Wants.NONE))
                .isInstanceOfSatisfying(
                        BudgetStoreException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(BudgetStoreException.Kind.UNKNOWN_BUDGET));
    }

    private SyncAnswer ask(String holder, long settled, long forfeited, long keeps, long want) {
        return sync(holder, "tenant", new Totals(pico(settled), pico(forfeited), 0), keeps, wants(want, want, want));
    }

    private SyncAnswer sync(String holder, String budget, Totals totals, long keeps, Wants wants) {
        return store.sync(request(holder, budget, totals, keeps, wants));
    }

    private SyncRequest request(String holder, String budget, Totals totals, long keeps, Wants wants) {
        int sequence = sequences.merge(holder, 1, Integer::sum);
        return new SyncRequest(budget, holder, sequence, totals, pico(keeps), Money.ZERO, wants, LEASE, Stay.GOES_ON);
    }

    private static Wants wants(long least, long most, long target) {
        return new Wants(pico(least), pico(most), pico(target));
    }

    private static Money pico(long amount) {
        return Money.ofPico(amount);
    }
}
