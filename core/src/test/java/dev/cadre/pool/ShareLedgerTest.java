// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.share.ShareRequest.WHOLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.RateLimits;
import dev.cadre.pool.PoolDemand.Amounts;
import dev.cadre.pool.PoolDemand.News;
import dev.cadre.pool.PoolShare.Saving;
import dev.cadre.share.ShareAnswer;
import dev.cadre.share.ShareAnswer.Limits;
import dev.cadre.share.ShareAnswer.Other;
import dev.cadre.share.ShareAnswer.Pause;
import dev.cadre.share.ShareRequest;
import dev.cadre.share.ShareRequest.Heard;
import dev.cadre.share.ShareRequest.Silent;
import dev.cadre.share.SyncRequest.Stay;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShareLedgerTest {
    private static final long SECOND = 1_000_000_000;
    private static final Duration LEASE = Duration.ofSeconds(16);
    private static final News SILENCE = new News(0, RateLimits.UNKNOWN, 0);

    private final ShareLedger ledger = new ShareLedger("gpt", "me", LEASE, 0);
    private long now;

    private static PoolDemand demand(long used, long waiting) {
        return demand(used, waiting, SILENCE);
    }

    private static PoolDemand demand(long used, long waiting, News news) {
        return new PoolDemand(
                new Amounts(used, used * 10),
                new Amounts(waiting, waiting * 10),
                Amounts.NONE,
                Amounts.NONE,
                new Amounts(600, 60_000),
                0,
                news);
    }

    private static ShareAnswer answer(ShareRequest request, int share, int due, Other... others) {
        return new ShareAnswer(request.sequence(), share, due, List.of(others), Limits.NONE, Pause.NONE);
    }

    private ShareRequest write(PoolDemand demand) {
        return ledger.write(Stay.GOES_ON, demand, now);
    }

    private void sync(PoolDemand demand, int share, int due, Other... others) {
        ShareRequest request = write(demand);
        assertThat(ledger.take(request, answer(request, share, due, others), now))
                .isPresent();
    }

    @Test
    void lease_beginsBeforeTheStoreIsAsked() {
        ShareRequest request = write(demand(0, 0));
        now = 10 * SECOND;
        PoolEvent.Shared taken =
                ledger.take(request, answer(request, WHOLE, WHOLE), now).orElseThrow();

        assertThat(taken.share()).isEqualTo(new PoolShare(WHOLE, 16 * SECOND, Saving.NONE));
        assertThat(ledger.partsPerMillion(16 * SECOND - 1)).isEqualTo(WHOLE);
        assertThat(ledger.partsPerMillion(16 * SECOND)).isZero();
        now = 16 * SECOND;
        assertThat(write(demand(0, 0)).keeps()).isZero();
    }

    @Test
    void answerToAnEarlierRequest_isIgnored() {
        ShareRequest earlier = write(demand(0, 0));
        ShareRequest later = write(demand(0, 0));

        assertThat(ledger.take(earlier, answer(earlier, WHOLE, WHOLE), now)).isEmpty();
        assertThat(ledger.take(later, answer(earlier, WHOLE, WHOLE), now)).isEmpty();
        assertThat(ledger.take(later, answer(later, 5, 5), now)).isPresent();
    }

    @Test
    void shareThatIsTooLarge_isUsedNoMore_andTheStoreIsToldAtOnce() {
        sync(demand(0, 0), WHOLE, WHOLE);
        assertThat(ledger.isSought(demand(0, 0))).isFalse();
        sync(demand(0, 0), WHOLE, 400_000);
        assertThat(ledger.partsPerMillion(now)).isEqualTo(400_000);
        assertThat(ledger.isSought(demand(0, 0))).isTrue();

        assertThat(write(demand(0, 0)).keeps()).isEqualTo(400_000);
        assertThat(ledger.isSought(demand(0, 0))).isFalse();
    }

    @Test
    void callsThatWait_areToldAtOnce_andAgainWhileOthersMustGiveBack() {
        sync(demand(0, 0), 10_000, 10_000);
        assertThat(ledger.isSought(demand(0, 1))).isTrue();
        sync(demand(0, 1), 10_000, 500_000);
        assertThat(ledger.isSought(demand(0, 1))).isTrue();
        assertThat(ledger.isUnmet()).isTrue();

        sync(demand(0, 1), 500_000, 500_000);
        assertThat(ledger.isSought(demand(0, 1))).isFalse();
        assertThat(ledger.isUnmet()).isFalse();
    }

    @Test
    void otherHolder_isSilentAfterItsLeaseAndALittle_unlessItSpeaks() {
        Other other = new Other("other", 7, Duration.ofSeconds(32));
        sync(demand(0, 0), 0, 0, other);
        now = 34 * SECOND - 1;
        assertThat(write(demand(0, 0)).silent()).isEmpty();
        now++;
        assertThat(write(demand(0, 0)).silent()).containsExactly(new Silent("other", 7, Duration.ZERO));

        Other later = new Other("other", 8, Duration.ofSeconds(32));
        sync(demand(0, 0), 0, 0, later);
        assertThat(write(demand(0, 0)).silent()).isEmpty();
        now += 34 * SECOND;
        assertThat(write(demand(0, 0)).silent()).containsExactly(new Silent("other", 8, Duration.ZERO));
        sync(demand(0, 0), 0, 0);
        assertThat(write(demand(0, 0)).silent()).isEmpty();
    }

    @Test
    void demand_isWhatWasUsedAndWhatWaits_asAPartOfTheTighterLimit() {
        sync(demand(0, 0), WHOLE, WHOLE);
        now = 6 * SECOND;
        assertThat(write(demand(12, 0)).demand().share()).isEqualTo(250_000); // 120 a minute, and a quarter more
        assertThat(write(demand(12, 6)).demand().share()).isEqualTo(350_000); // in the same second
        assertThat(write(demand(12, 6_000)).demand().share()).isEqualTo(WHOLE);
    }

    @Test
    void demand_fallsByHalf_untilItIsNone() {
        sync(demand(0, 6_000), WHOLE, WHOLE);
        for (int i = 1; i <= 4; i++) {
            now += 2 * SECOND;
            assertThat(write(demand(0, 0)).demand().share()).isEqualTo(WHOLE >> i);
        }
        for (int i = 0; i < 16; i++) {
            now += 2 * SECOND;
            sync(demand(0, 0), 10_000, 10_000);
        }
        assertThat(ledger.isIdle()).isTrue();
    }

    @Test
    void demandWithoutAKnownLimit_isWhoDoesMore() {
        var unlimited = new Amounts(PoolLimits.UNLIMITED, PoolLimits.UNLIMITED);
        sync(
                new PoolDemand(Amounts.NONE, Amounts.NONE, Amounts.NONE, Amounts.NONE, unlimited, 0, SILENCE),
                WHOLE,
                WHOLE);
        now = 60 * SECOND;
        var used = new PoolDemand(new Amounts(100, 1), Amounts.NONE, Amounts.NONE, Amounts.NONE, unlimited, 0, SILENCE);
        assertThat(write(used).demand().share()).isEqualTo(125);
    }

    @Test
    void news_areToldUntilTheStoreHasAnswered() {
        var limits = new RateLimits(new RateLimits.Window(500, 3, Duration.ofSeconds(1)), RateLimits.Window.UNKNOWN);
        var news = new News(1, limits, 10 * SECOND);
        now = 4 * SECOND;
        var told = new Heard(500, -1, Duration.ofSeconds(6));
        assertThat(write(demand(0, 0, news)).heard()).isEqualTo(told);
        assertThat(write(demand(0, 0, news)).heard()).isEqualTo(told);
        sync(demand(0, 0, news), 0, 0);

        assertThat(write(demand(0, 0, news)).heard()).isEqualTo(Heard.NOTHING);
        assertThat(write(demand(0, 0, new News(2, limits, 10 * SECOND))).heard())
                .isEqualTo(new Heard(500, -1, Duration.ZERO));
    }

    @Test
    void newsOfOthers_areTakenOnce() {
        assertThat(news(3, 500, 2, 30).heard().requests().limitPerMinute()).isEqualTo(500);
        assertThat(news(3, 500, 2, 20))
                .isEqualTo(new PoolEvent.Shared(
                        new PoolShare(0, 16 * SECOND, Saving.NONE), RateLimits.UNKNOWN, Duration.ZERO));
        assertThat(news(4, 600, 3, 40).pause()).isEqualTo(Duration.ofSeconds(40));
    }

    private PoolEvent.Shared news(long limits, long perMinute, long pauses, int seconds) {
        ShareRequest request = write(demand(0, 0));
        var answer = new ShareAnswer(
                request.sequence(),
                0,
                0,
                List.of(),
                new Limits(limits, perMinute, -1),
                new Pause(pauses, Duration.ofSeconds(seconds)));
        return ledger.take(request, answer, now).orElseThrow();
    }

    @Test
    void ownPause_doesNotComeBackAsThatOfOthers() {
        ShareRequest request = write(demand(0, 0, new News(0, RateLimits.UNKNOWN, 30 * SECOND)));
        var answer = new ShareAnswer(1, 0, 0, List.of(), Limits.NONE, new Pause(1, Duration.ofSeconds(30)));

        assertThat(ledger.take(request, answer, now).orElseThrow().pause()).isZero();
    }

    @Test
    void savingUp_isAgreed_ifEqualPartsAreTooSmallForTheCall() {
        assertThat(saving(500_001, 1)).isEqualTo(Saving.ONE_CALL);
        assertThat(saving(500_000, 1)).isEqualTo(Saving.NONE);
        assertThat(saving(250_001, 3)).isEqualTo(Saving.ONE_CALL);
        assertThat(saving(WHOLE, 0)).isEqualTo(Saving.NONE);
    }

    private Saving saving(int least, int others) {
        ShareRequest request = write(new PoolDemand(
                Amounts.NONE, new Amounts(1, 1), Amounts.NONE, Amounts.NONE, new Amounts(600, 600), least, SILENCE));
        Other[] all = new Other[others];
        for (int i = 0; i < others; i++) {
            all[i] = new Other("other" + i, 1, LEASE);
        }
        return ledger.take(request, answer(request, 1, 1, all), now)
                .orElseThrow()
                .share()
                .saving();
    }

    private static PoolDemand debt(long owed, long ahead) {
        return new PoolDemand(
                Amounts.NONE,
                Amounts.NONE,
                new Amounts(0, owed),
                new Amounts(0, ahead),
                new Amounts(600, 60_000),
                0,
                SILENCE);
    }

    @Test
    void whatIsOwed_orWillBe_prolongsTheLeaseThatOthersAreTold() {
        sync(demand(0, 0), WHOLE, WHOLE);
        assertThat(write(debt(30_000, 0)).lease()).isEqualTo(LEASE.plusSeconds(30));
        assertThat(write(debt(0, 30_000)).lease()).isEqualTo(LEASE.plusSeconds(30));
        sync(debt(0, 0), WHOLE / 2, WHOLE / 2);
        assertThat(write(debt(30_000, 10_000)).lease()).isEqualTo(LEASE.plusSeconds(60));
        assertThat(write(debt(Long.MAX_VALUE / 2, 0)).lease()).isEqualTo(LEASE.plus(Duration.ofHours(1)));
    }

    @Test
    void whatWillBeOwed_isToldAtOnce_ifItIsMoreThanALittle() {
        sync(demand(0, 0), WHOLE, WHOLE);
        assertThat(ledger.isSought(debt(0, 1_000))).isFalse();
        assertThat(ledger.isSought(debt(0, 1_001))).isTrue();
        write(debt(0, 1_001));
        assertThat(ledger.isSought(debt(0, 1_001))).isFalse();
    }

    @Test
    void holderThatLeavesAndOwes_keepsItsShare_untilThatIsPaid() {
        sync(demand(0, 0), WHOLE / 2, WHOLE / 2);
        ShareRequest last = ledger.write(Stay.LEAVES, debt(10_000, 50_000), now);
        assertThat(last.keeps()).isEqualTo(WHOLE / 2);
        assertThat(last.lease()).isEqualTo(Duration.ofSeconds(20));

        now = LEASE.toNanos();
        assertThat(ledger.endsUntold(debt(10_000, 0), now)).isTrue();
        assertThat(ledger.endsUntold(debt(0, 0), now)).isFalse();
    }

    @Test
    void holderThatLeaves_handsOnWhatItHasSeenOfSilences() {
        Other other = new Other("other", 7, LEASE);
        sync(demand(0, 0), 0, 0, other);
        now = Duration.ofMillis(8_500).toNanos(); // half of the lease and a sixteenth

        assertThat(write(demand(0, 0)).silent()).isEmpty();
        assertThat(ledger.write(Stay.LEAVES, demand(0, 0), now).silent())
                .containsExactly(new Silent("other", 7, LEASE.dividedBy(2)));
    }

    @Test
    void holderThatLeaves_keepsNothing() {
        sync(demand(0, 0), WHOLE, WHOLE);

        assertThat(ledger.write(Stay.LEAVES, demand(0, 0), now).keeps()).isZero();
    }
}
