// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cache;

import static dev.cadre.cache.Entries.A;
import static dev.cadre.cache.Entries.B;
import static dev.cadre.cache.Entries.C;
import static dev.cadre.cache.Entries.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MemoryCacheTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Entries.SetClock clock = new Entries.SetClock();
    private final MemoryCache cache = new MemoryCache(2, HOUR, clock);

    @Test
    void find_ofWhatWasKept_hasItsAge() {
        cache.keep(A, outcome("purr"));
        clock.pass(HOUR);

        assertThat(cache.find(A)).hasValue(new OutcomeCache.Hit(outcome("purr"), HOUR));
        assertThat(cache.find(B)).isEmpty();
    }

    @Test
    void find_ofWhatIsTooOld_isEmpty_andStaysSo() {
        cache.keep(A, outcome("purr"));
        clock.pass(HOUR.plusMillis(1));

        assertThat(cache.find(A)).isEmpty();
        clock.pass(Duration.ofMillis(-1));
        assertThat(cache.find(A)).isEmpty();
    }

    @Test
    void find_ofWhatIsOfTheFuture_isEmpty_saveForTheSlipOfAClock() {
        cache.keep(A, outcome("purr"));
        clock.pass(Duration.ofSeconds(-60));
        assertThat(cache.find(A)).hasValue(new OutcomeCache.Hit(outcome("purr"), Duration.ZERO));
        clock.pass(Duration.ofMillis(-1));
        assertThat(cache.find(A)).isEmpty();
    }

    @Test
    void keep_beyondTheSize_dropsWhatWasUsedLeastRecently() {
        cache.keep(A, outcome("a"));
        cache.keep(B, outcome("b"));
        assertThat(cache.find(A)).isPresent();

        cache.keep(C, outcome("c"));

        assertThat(cache.find(B)).isEmpty();
        assertThat(cache.find(A)).isPresent();
        assertThat(cache.find(C)).isPresent();
    }

    @Test
    void hit_withAnAgeThatCannotBe_isRefused() {
        assertThatThrownBy(() -> new OutcomeCache.Hit(outcome("a"), Duration.ofMillis(-1)))
                .hasMessageContaining("must be 0 to 36500 days, not PT-0.001S");
        assertThatThrownBy(() -> new OutcomeCache.Hit(outcome("a"), Duration.ofSeconds(Long.MAX_VALUE)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void limits_thatLetNothingIn_areRefused() {
        assertThatThrownBy(() -> OutcomeCache.inMemory(0, HOUR)).hasMessageContaining("not 0 and PT1H");
        assertThatThrownBy(() -> OutcomeCache.inMemory(1, Duration.ZERO)).hasMessageContaining("not 1 and PT0S");
        assertThatThrownBy(() -> new FileCache.Limits(0, HOUR)).hasMessageContaining("not 0 and PT1H");
    }
}
