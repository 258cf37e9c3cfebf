// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FallbackOrderTest {
    private static final long SECOND = 1_000_000_000;

    private final FallbackOrder order = new FallbackOrder(3, Duration.ofSeconds(30));

    @Test
    void pools_areTriedInTheirOrder() {
        assertThat(order.next(0)).containsExactly(0, 1, 2);
    }

    @Test
    void failedPool_rests_andStatesWhy() {
        order.failed(0, "failed: TimedOut", 0);

        assertThat(order.next(30 * SECOND - 1)).containsExactly(1, 2);
        assertThat(order.because(0)).isEqualTo("failed: TimedOut");
        assertThat(order.because(1)).isEmpty();
    }

    @Test
    void restedPool_isTriedByOneCall_untilItHasAnswered() {
        order.failed(0, "failed", 0);

        assertThat(order.next(30 * SECOND)).containsExactly(0, 1, 2);
        assertThat(order.next(31 * SECOND)).containsExactly(1, 2);
        order.answered(0);
        assertThat(order.next(32 * SECOND)).containsExactly(0, 1, 2);
    }

    @Test
    void trialThatNeverEnds_isFollowedByAnother() {
        order.failed(0, "failed", 0);
        order.next(30 * SECOND);

        assertThat(order.next(60 * SECOND)).containsExactly(0, 1, 2);
    }

    @Test
    void allAtRest_areAllTried() {
        for (int index = 0; index < 3; index++) {
            order.failed(index, "failed", 0);
        }

        assertThat(order.next(SECOND)).containsExactly(0, 1, 2);
    }

    @Test
    void clockThatPassesItsGreatestReading_changesNothing() {
        order.failed(0, "failed", Long.MAX_VALUE - SECOND);

        assertThat(order.next(Long.MIN_VALUE)).containsExactly(1, 2);
        assertThat(order.next(Long.MIN_VALUE + 29 * SECOND)).containsExactly(0, 1, 2);
    }
}
