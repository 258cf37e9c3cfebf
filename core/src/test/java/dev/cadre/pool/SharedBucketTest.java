// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.PoolLimits.UNLIMITED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.RateLimits.Window;
import dev.cadre.pool.PoolShare.Saving;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A bucket that is shared with other processes. */
class SharedBucketTest {
    private static final long SECOND = 1_000_000_000;

    private static PoolShare share(int percent) {
        return new PoolShare(percent * 10_000, Long.MAX_VALUE, Saving.NONE);
    }

    /** With this share and nothing in it. */
    private static TokenBucket empty(long perMinute, int percent) {
        var bucket = new TokenBucket(perMinute, 0);
        bucket.share(share(0), 0);
        bucket.share(share(percent), 0);
        return bucket;
    }

    @Test
    void share_isAPartOfTheRateAndOfTheBurst() {
        var bucket = empty(60, 50);
        assertThat(bucket.opensAt(1, 0)).isBetween(2 * SECOND, 2 * SECOND + 1_000);

        bucket.take(5, 60 * SECOND); // full by then
        assertThat(bucket.opensAt(1, 60 * SECOND)).isBetween(62 * SECOND, 62 * SECOND + 1_000);
    }

    @Test
    void amountBeyondTheBurst_isOwed_untilItHasComeIn() {
        var bucket = empty(60, 50); // a burst of ten of all together
        assertThat(bucket.beyondBurst(25)).isEqualTo(15);
        assertThat(bucket.beyondBurst(10)).isZero();
        bucket.take(3, 2 * SECOND); // there is one
        assertThat(bucket.owed(2 * SECOND)).isEqualTo(2);
        bucket.share(share(0), 4 * SECOND);
        assertThat(bucket.owed(60 * SECOND)).isEqualTo(1);
        bucket.share(share(100), 60 * SECOND);
        assertThat(bucket.owed(61 * SECOND)).isZero();
    }

    @Test
    void limitThatNobodyKnows_leavesNothingOwing() {
        var bucket = empty(UNLIMITED, 50);
        bucket.take(1_000, SECOND);

        assertThat(bucket.owed(SECOND)).isZero();
        assertThat(bucket.beyondBurst(1_000)).isZero();
    }

    @Test
    void shareThatGrows_leavesTheLevelAsItIs() {
        var bucket = empty(60, 10);
        bucket.share(share(100), 10 * SECOND); // by then there is one

        assertThat(bucket.opensAt(2, 10 * SECOND)).isBetween(11 * SECOND, 11 * SECOND + 1_000);
    }

    @Test
    void shareThatShrinks_takesItsPartOfTheLevel_whichDoesNotComeBack() {
        var bucket = empty(60, 100);
        assertThat(bucket.opensAt(10, 60 * SECOND)).isLessThanOrEqualTo(60 * SECOND);
        bucket.share(share(20), 60 * SECOND);
        bucket.share(share(100), 60 * SECOND);

        assertThat(bucket.opensAt(2, 60 * SECOND)).isLessThanOrEqualTo(60 * SECOND);
        assertThat(bucket.opensAt(3, 60 * SECOND)).isBetween(61 * SECOND, 61 * SECOND + 1_000);
    }

    @Test
    void levelsOfSeveral_areNeverMoreThanOneBucket_howeverTheyAreMoved() {
        var one = empty(60, 100);
        var other = empty(60, 0);
        assertThat(one.opensAt(10, 60 * SECOND)).isLessThanOrEqualTo(60 * SECOND);
        one.take(10, 60 * SECOND);
        one.share(share(0), 60 * SECOND);
        other.share(share(100), 60 * SECOND);

        assertThat(other.opensAt(1, 60 * SECOND)).isGreaterThan(60 * SECOND);
    }

    @Test
    void amountBeyondTheBurstOfTheShare_waitsForALargerShare() {
        var bucket = empty(60, 20); // bursts of 2
        bucket.saveFor(3);
        assertThat(bucket.opensAt(3, 600 * SECOND)).isGreaterThan(601 * SECOND);
        assertThat(bucket.shareFor(3)).isEqualTo(300_001);

        bucket.share(share(31), 600 * SECOND);
        assertThat(bucket.opensAt(3, 604 * SECOND)).isLessThanOrEqualTo(604 * SECOND);
    }

    @Test
    void amountBeyondTheBurst_isSavedUpFor_ifThereAreTooManyProcesses() {
        var bucket = empty(60, 0);
        bucket.share(new PoolShare(200_000, Long.MAX_VALUE, Saving.ONE_CALL), 0);
        bucket.saveFor(3);

        assertThat(bucket.opensAt(3, 10 * SECOND)).isBetween(15 * SECOND, 15 * SECOND + 1_000);
        assertThat(bucket.opensAt(3, 15 * SECOND)).isLessThanOrEqualTo(15 * SECOND);
        bucket.saveFor(0);
        assertThat(bucket.opensAt(2, 15 * SECOND)).isLessThanOrEqualTo(15 * SECOND);
        bucket.take(2, 15 * SECOND);
        assertThat(bucket.opensAt(1, 15 * SECOND)).isBetween(20 * SECOND, 20 * SECOND + 1_000);
    }

    @Test
    void whatTheProviderSaysRemains_isDivided() {
        var bucket = empty(60, 50);
        assertThat(bucket.opensAt(5, 60 * SECOND)).isLessThanOrEqualTo(60 * SECOND);
        bucket.learn(new Window(60, 4, Duration.ofSeconds(56)), bucket.mark(), 60 * SECOND);

        assertThat(bucket.opensAt(2, 60 * SECOND)).isLessThanOrEqualTo(60 * SECOND);
        assertThat(bucket.opensAt(3, 60 * SECOND)).isBetween(62 * SECOND, 62 * SECOND + 1_000);
    }

    @Test
    void limitThatIsLearned_isDivided_andFillsNothing() {
        var bucket = new TokenBucket(UNLIMITED, 0);
        bucket.share(share(0), 0);
        bucket.learn(new Window(60, -1, Duration.ZERO), bucket.mark(), 0);
        bucket.share(share(50), 0);

        assertThat(bucket.opensAt(1, 0)).isBetween(2 * SECOND, 2 * SECOND + 1_000);
        assertThat(bucket.opensAt(30, 60 * SECOND)).isLessThanOrEqualTo(60 * SECOND); // a minute's burst
    }

    @Test
    void bucketThatOpens_hasNoMoreThanTheSmallestShareOfMeanwhile() {
        var bucket = empty(60, 20);
        bucket.learn(new Window(60, 0, Duration.ofSeconds(30)), bucket.mark(), 0);
        bucket.share(share(100), SECOND);

        assertThat(bucket.opensAt(2, 30 * SECOND)).isEqualTo(30 * SECOND);
        bucket.take(2, 30 * SECOND);
        assertThat(bucket.opensAt(1, 30 * SECOND)).isBetween(31 * SECOND, 31 * SECOND + 1_000);
    }

    @Test
    void largestLimits_doNotOverflow() {
        var bucket = empty(50_000_000_000L, 100);
        assertThat(bucket.opensAt(8_000_000_000L, 60 * SECOND)).isLessThanOrEqualTo(60 * SECOND);
        bucket.take(50_000_000_000L, 60 * SECOND);
        assertThat(bucket.opensAt(50_000_000_000L, 60 * SECOND)).isBetween(119 * SECOND, 121 * SECOND);
        bucket.share(share(1), Duration.ofDays(20_000).toNanos());
        assertThat(bucket.opensAt(1, Duration.ofDays(20_000).toNanos()))
                .isLessThanOrEqualTo(Duration.ofDays(20_000).toNanos());
    }
}
