// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.PoolLimits.UNLIMITED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.RateLimits.Window;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000;
    private static final long MINUTE = 60 * SECOND;

    @Test
    void unlimitedBucket_isAlwaysOpen() {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.take(Long.MAX_VALUE, 0);

        assertThat(bucket.opensAt(Long.MAX_VALUE, 5)).isEqualTo(5);
    }

    @Test
    void configuredRate_holdsASixthOfAMinute() {
        var bucket = new TokenBucket(60, 0);
        bucket.take(10, 0);

        assertThat(bucket.opensAt(1, 0)).isEqualTo(SECOND);
        assertThat(bucket.opensAt(10, 0)).isEqualTo(10 * SECOND);
    }

    @Test
    void amountBeyondTheBucket_passesWhenItIsFull_andLeavesDebt() {
        var bucket = new TokenBucket(60, 0);
        assertThat(bucket.opensAt(30, 0)).isZero();
        bucket.take(30, 0);

        assertThat(bucket.opensAt(1, 0)).isEqualTo(21 * SECOND);
    }

    @Test
    void slowestRate_stillHoldsOne() {
        var bucket = new TokenBucket(1, 0);
        bucket.take(1, 0);

        assertThat(bucket.opensAt(1, 0)).isEqualTo(MINUTE);
    }

    @Test
    void whatIsGivenBack_neverOverfillsIt() {
        var bucket = new TokenBucket(60, 0);
        bucket.giveBack(1_000, 0);
        bucket.take(10, 0);

        assertThat(bucket.opensAt(1, 0)).isEqualTo(SECOND);
    }

    @Test
    void reportedLimit_lowersAConfiguredOne_butNeverRaisesIt() {
        var bucket = new TokenBucket(60, 0);
        bucket.learn(new Window(6_000, 6_000, Duration.ZERO), bucket.mark(), 0);
        bucket.take(10, 0);
        assertThat(bucket.opensAt(1, 0)).isEqualTo(SECOND);

        bucket.learn(new Window(30, -1, Duration.ZERO), bucket.mark(), 0);
        assertThat(bucket.opensAt(1, 0)).isEqualTo(2 * SECOND);
        bucket.learn(new Window(6_000, -1, Duration.ZERO), bucket.mark(), 0);
        assertThat(bucket.opensAt(1, 0)).isEqualTo(SECOND);
    }

    @Test
    void remainder_neverRaisesTheLevelAboveWhatWasTakenHere() {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.learn(new Window(60, 40, Duration.ofSeconds(20)), bucket.mark(), 0);
        bucket.take(40, 0);
        bucket.learn(new Window(60, 59, Duration.ofSeconds(1)), bucket.mark(), 0);

        assertThat(bucket.opensAt(20, 0)).isZero();
        assertThat(bucket.opensAt(21, 0)).isEqualTo(SECOND);
    }

    @Test
    void remainder_isComparedWithTheLevelOfItsTime() {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.learn(new Window(60, 60, Duration.ZERO), bucket.mark(), 0);
        bucket.take(50, 0);
        long mark = bucket.mark();
        bucket.giveBack(45, SECOND);
        bucket.learn(new Window(60, 10, Duration.ofSeconds(50)), mark, SECOND);

        assertThat(bucket.opensAt(56, SECOND)).as("only 4 are in use").isEqualTo(SECOND);
        assertThat(bucket.opensAt(57, SECOND)).isEqualTo(2 * SECOND);
    }

    @Test
    void remainderThatOthersLowered_rises_whenTheProviderSaysSo() {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.learn(new Window(60, 20, Duration.ofSeconds(40)), bucket.mark(), 0);
        assertThat(bucket.opensAt(30, 0)).isEqualTo(10 * SECOND);

        bucket.learn(new Window(60, 50, Duration.ofSeconds(10)), bucket.mark(), 0);
        assertThat(bucket.opensAt(50, 0)).isZero();
        assertThat(bucket.opensAt(51, 0)).isEqualTo(SECOND);
    }

    @Test
    void whatWasTakenBeforeALimitWasKnown_isInUse() {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.take(1, 0);
        long mark = bucket.mark();
        bucket.take(40, 0);
        bucket.learn(new Window(60, 59, Duration.ofSeconds(1)), mark, 0);

        assertThat(bucket.opensAt(19, 0)).isZero();
        assertThat(bucket.opensAt(20, 0)).isEqualTo(SECOND);
    }

    @Test
    void emptyBucketThatRefillsEvenly_isNotClosed() {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.learn(new Window(60, 0, Duration.ofSeconds(60)), bucket.mark(), 0);
        assertThat(bucket.opensAt(1, 0)).isEqualTo(SECOND);

        bucket.learn(new Window(60, 0, Duration.ofSeconds(30)), bucket.mark(), 0);
        assertThat(bucket.opensAt(1, 0)).as("a window of half a minute").isEqualTo(30 * SECOND);
    }

    @Test
    void emptyWindowOfAMinute_closesIt_ifWhatWasSaidBeforeToldOfOne() {
        var windowed = new TokenBucket(UNLIMITED, 0);
        windowed.learn(new Window(60, 59, Duration.ofSeconds(60)), windowed.mark(), 0);
        windowed.learn(new Window(60, 0, Duration.ofSeconds(58)), windowed.mark(), 0);
        assertThat(windowed.opensAt(1, 0)).isEqualTo(58 * SECOND);
        assertThat(windowed.opensAt(60, 58 * SECOND)).isEqualTo(58 * SECOND);

        var refilling = new TokenBucket(UNLIMITED, 0);
        refilling.learn(new Window(60, 59, Duration.ofSeconds(1)), refilling.mark(), 0);
        refilling.learn(new Window(60, 0, Duration.ofSeconds(58)), refilling.mark(), 0);
        assertThat(refilling.opensAt(1, 0)).isEqualTo(SECOND);
    }

    /** Near its end a window looks like a refill, and once in a while in between. */
    @Test
    void kindOfARate_followsFromMostOfWhatWasSaid() {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.learn(new Window(60, 50, Duration.ofSeconds(55)), bucket.mark(), 0);
        bucket.learn(new Window(60, 40, Duration.ofSeconds(50)), bucket.mark(), 0);
        bucket.learn(new Window(60, 30, Duration.ofSeconds(30)), bucket.mark(), 0);
        for (int remaining = 11; remaining > 0; remaining--) {
            bucket.learn(new Window(60, remaining, Duration.ofSeconds(55)), bucket.mark(), 0);
        }
        bucket.learn(new Window(60, 0, Duration.ofSeconds(55)), bucket.mark(), 0);

        assertThat(bucket.opensAt(1, 0)).isEqualTo(55 * SECOND);
    }

    @Test
    void absurdReports_tellNothing() {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.learn(new Window(60, 90, Duration.ofSeconds(59)), bucket.mark(), 0);
        bucket.learn(new Window(Long.MAX_VALUE, 1, Duration.ofSeconds(Long.MAX_VALUE)), bucket.mark(), 0);
        bucket.learn(new Window(60, 60, Duration.ZERO), bucket.mark(), 0);
        bucket.learn(new Window(60, 0, Duration.ofSeconds(60)), bucket.mark(), 0);

        assertThat(bucket.opensAt(1, 0)).isEqualTo(SECOND);
    }

    @Test
    void exhaustedWindowOfAnUnknownLimit_closesItUntilTheReset() {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.learn(new Window(-1, 0, Duration.ofSeconds(3)), bucket.mark(), 0);

        assertThat(bucket.opensAt(1, 0)).isEqualTo(3 * SECOND);
        assertThat(bucket.opensAt(1, 3 * SECOND)).isEqualTo(3 * SECOND);
    }

    @Test
    void lowerLimit_takesAwayWhatTheSmallerBucketCannotHold() {
        var bucket = new TokenBucket(60, 0);
        bucket.learn(new Window(30, -1, Duration.ZERO), bucket.mark(), 0);
        bucket.take(5, 0);

        assertThat(bucket.opensAt(1, 0)).isEqualTo(2 * SECOND);
    }

    @Test
    void largestLimit_isALimit() {
        long most = 50_000_000_000L;
        var bucket = new TokenBucket(most, 0);
        bucket.take(most / 6 + 1, 0);
        assertThat(bucket.opensAt(1, 0)).isPositive();

        var windowed = new TokenBucket(UNLIMITED, 0);
        windowed.learn(new Window(most, most - 1, Duration.ofSeconds(60)), windowed.mark(), 0);
        windowed.learn(new Window(most, 0, Duration.ofSeconds(58)), windowed.mark(), 0);
        assertThat(windowed.opensAt(1, 0)).isEqualTo(58 * SECOND);
    }

    @Test
    void idleBucket_savesNoMoreThanItHolds() {
        var used = new TokenBucket(60, 0);
        used.take(10, 0);
        used.take(10, MINUTE);
        assertThat(used.opensAt(1, MINUTE)).isEqualTo(MINUTE + SECOND);

        var untouched = new TokenBucket(60, 0);
        untouched.take(10, MINUTE);
        assertThat(untouched.opensAt(1, MINUTE)).isEqualTo(MINUTE + SECOND);
    }

    @Test
    void debt_isPaidOffBeforeAnythingElse() {
        var bucket = new TokenBucket(60, 0);
        bucket.take(30, 0);
        bucket.take(1, 5 * SECOND);

        assertThat(bucket.opensAt(1, 5 * SECOND)).isEqualTo(22 * SECOND);
    }

    @Test
    void whatExceedsTheEstimate_isTakenFromWhatIsThereAtThatInstant() {
        var bucket = new TokenBucket(60, 0);
        bucket.giveBack(-5, 10 * SECOND);

        assertThat(bucket.opensAt(10, 10 * SECOND)).isEqualTo(15 * SECOND);
    }

    @Test
    void remainder_countsFromTheInstantOfItsReport() {
        var bucket = new TokenBucket(60, 0);
        bucket.learn(new Window(60, 4, Duration.ofSeconds(6)), bucket.mark(), MINUTE);

        assertThat(bucket.opensAt(4, MINUTE)).isLessThanOrEqualTo(MINUTE);
        assertThat(bucket.opensAt(5, MINUTE)).isEqualTo(MINUTE + SECOND);
    }

    @ParameterizedTest
    @ValueSource(longs = {54 * SECOND, 66 * SECOND})
    void emptyBucketThatIsWholeInAboutAMinute_isNotClosed(long reset) {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.learn(new Window(60, 0, Duration.ofNanos(reset)), bucket.mark(), 0);

        assertThat(bucket.opensAt(1, 0)).isEqualTo(SECOND);
    }

    @ParameterizedTest
    @ValueSource(longs = {54 * SECOND - 1, 66 * SECOND + 1})
    void emptyBucketThatIsWholeSoonerOrLater_isClosedUntilThen(long reset) {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.learn(new Window(60, 0, Duration.ofNanos(reset)), bucket.mark(), 0);

        assertThat(bucket.opensAt(1, 0)).isEqualTo(reset);
    }

    @Test
    void closedBucket_opensAtTheLatestResetThatWasReported() {
        var bucket = new TokenBucket(UNLIMITED, 0);
        for (long seconds : new long[] {30, 10, 40}) {
            bucket.learn(new Window(60, 0, Duration.ofSeconds(seconds)), bucket.mark(), 0);
            assertThat(bucket.opensAt(1, 0)).isEqualTo(Math.max(30, seconds) * SECOND);
        }
    }

    @Test
    void bucketThatOpens_isFullAtThatInstant_andNotAgain() {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.learn(new Window(60, 0, Duration.ofSeconds(3)), bucket.mark(), 0);
        bucket.take(60, 3 * SECOND);

        assertThat(bucket.opensAt(1, 3 * SECOND)).isEqualTo(4 * SECOND);
    }

    /** The second report, of an empty bucket, shows what the first one was taken for. */
    @ParameterizedTest
    @CsvSource({"60, 59, 58", "12, 60, 58", "11, 60, 1", "59, 7, 1", "59, 8, 58"})
    void report_tellsAWindowFromARefill_whileAFifthIsLeft(long remaining, long resetSeconds, long opensAfterSeconds) {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.learn(new Window(60, remaining, Duration.ofSeconds(resetSeconds)), bucket.mark(), 0);
        bucket.learn(new Window(60, 0, Duration.ofSeconds(58)), bucket.mark(), 0);

        assertThat(bucket.opensAt(1, 0)).isEqualTo(opensAfterSeconds * SECOND);
    }

    @Test
    void clock_mayWrapAround() {
        long start = Long.MAX_VALUE - SECOND;
        var bucket = new TokenBucket(60, start);
        bucket.take(10, start);

        assertThat(bucket.opensAt(2, start) - start).isEqualTo(2 * SECOND);
        assertThat(bucket.opensAt(2, start + 2 * SECOND)).isEqualTo(start + 2 * SECOND);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 60, 999, 6_000, 1_000_000_007, 49_999_999_999L})
    void greedyTaker_getsAtMostTheLimitAndABurstInAnyMinute_andTheLimitInTheLongRun(long perMinute) {
        var random = new SplittableRandom(perMinute);
        var bucket = new TokenBucket(perMinute, 0);
        long largest = Math.max(1, perMinute / 20);
        long burst = Math.max(1, perMinute / 6);
        var window = new ArrayDeque<long[]>();
        long inWindow = 0;
        long total = 0;
        long now = 0;
        while (now < 10 * MINUTE) {
            long amount = random.nextLong(largest) + 1;
            now = Math.max(now, bucket.opensAt(amount, now)) + random.nextLong(1_000);
            assertThat(bucket.opensAt(amount, now)).as("at %d ns", now).isLessThanOrEqualTo(now);
            bucket.take(amount, now);
            window.add(new long[] {now, amount});
            inWindow += amount;
            total += amount;
            while (window.getFirst()[0] <= now - MINUTE) {
                inWindow -= window.removeFirst()[1];
            }
            assertThat(inWindow).as("in the minute up to %d ns", now).isLessThanOrEqualTo(perMinute + burst + 1);
        }
        assertThat(total).isBetween(perMinute * 9, perMinute * 10 + burst + largest);
    }
}
