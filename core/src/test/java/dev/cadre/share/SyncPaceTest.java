// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SyncPaceTest {
    private final SyncPace pace = new SyncPace(Duration.ofSeconds(2), Duration.ofSeconds(60), 0);

    @Test
    void need_isAskedForAtOnce() {
        assertThat(wait(true)).isZero();
        assertThat(wait(false)).isEqualTo(2_000);
    }

    @Test
    void storeThatHasNothing_isAskedEverMoreRarely_fiveTimesASecondAtLeast() {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            pace.answered(true, false, 0);
            waits.add(wait(true));
        }
        assertThat(waits).containsExactly(5L, 10L, 20L, 40L, 80L, 160L, 200L, 200L);
        pace.answered(false, false, 0);
        assertThat(wait(true)).isZero();
    }

    @Test
    void idleProcess_speaksEverMoreRarely_threeTimesInALeaseAtLeast() {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            pace.answered(false, true, 0);
            waits.add(wait(false));
        }
        assertThat(waits).containsExactly(4_000L, 8_000L, 16_000L, 20_000L, 20_000L);
        pace.answered(false, false, 0);
        assertThat(wait(false)).isEqualTo(2_000);
    }

    @Test
    void storeThatDoesNotAnswer_isAskedEverMoreRarely_everyFiveSecondsAtLeast() {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            pace.failed(0);
            waits.add(wait(true));
        }
        assertThat(waits.subList(0, 9)).containsExactly(50L, 100L, 200L, 400L, 800L, 1_600L, 3_200L, 5_000L, 5_000L);
        assertThat(waits.getLast()).isEqualTo(5_000);
    }

    @Test
    void timeThatHasPassed_isNotWaitedForAgain() {
        pace.answered(false, false, 0);

        assertThat(pace.waitNanos(false, Duration.ofMillis(1_500).toNanos())).isEqualTo(500_000_000);
        assertThat(pace.waitNanos(false, Duration.ofSeconds(3).toNanos())).isZero();
    }

    private long wait(boolean isSought) {
        return Duration.ofNanos(pace.waitNanos(isSought, 0)).toMillis();
    }
}
