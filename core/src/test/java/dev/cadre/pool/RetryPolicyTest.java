// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    @Test
    void delay_isSpreadFromZeroToItsCeiling() {
        for (int failures = 1; failures <= 10; failures++) {
            long ceiling = Math.min(30_000, 500L << (failures - 1)) * 1_000_000;
            var random = new SplittableRandom(failures);
            int n = failures;
            var delays = LongStream.generate(() -> RetryPolicy.standard().delayNanos(n, random))
                    .limit(10_000)
                    .summaryStatistics();

            assertThat(delays.getMin()).as("after %d failures", failures).isBetween(0L, ceiling / 100);
            assertThat(delays.getMax()).isBetween(ceiling / 100 * 99, ceiling);
            assertThat(delays.getAverage()).isBetween(ceiling * 0.48, ceiling * 0.52);
        }
    }

    @Test
    void delay_afterManyFailures_doesNotOverflow() {
        assertThat(RetryPolicy.standard().withFactor(100).delayNanos(1_000, new SplittableRandom(1)))
                .isBetween(0L, ofSeconds(30).toNanos());
    }

    @Test
    void none_isOneAttempt() {
        assertThat(RetryPolicy.none().maxAttempts()).isEqualTo(1);
    }

    @Test
    void badValues_areRejected() {
        assertThatThrownBy(() -> RetryPolicy.standard().withMaxAttempts(0))
                .hasMessage("a call needs at least one attempt, not 0");
        assertThatThrownBy(() -> RetryPolicy.standard().withDelays(ofSeconds(2), ofMillis(1)))
                .hasMessage("delays must satisfy 0 <= base <= max <= PT720H: base=PT2S, max=PT0.001S");
        assertThatThrownBy(() -> RetryPolicy.standard().withFactor(Double.NaN))
                .hasMessage("the factor must be between 1 and 100, not NaN");
    }

    @Test
    void bounds_areAllowed() {
        var longest = Duration.ofDays(30);
        var policy = RetryPolicy.standard()
                .withDelays(longest, longest)
                .withMaxRetryAfter(longest)
                .withFactor(1);

        assertThat(policy.maxDelay()).isEqualTo(longest);
        assertThat(policy.withMaxRetryAfter(Duration.ZERO).floorNanos(ofSeconds(1)))
                .isZero();
        assertThat(policy.withMaxRetryAfter(ofSeconds(2)).floorNanos(ofSeconds(1)))
                .isEqualTo(1_000_000_000);
        assertThat(policy.withMaxRetryAfter(ofSeconds(2)).floorNanos(ofSeconds(3)))
                .isEqualTo(2_000_000_000);
        assertThat(policy.withFactor(100).factor()).isEqualTo(100);
        assertThatThrownBy(() -> policy.withMaxRetryAfter(longest.plusNanos(1)))
                .hasMessage("the longest Retry-After must be between zero and PT720H, not PT720H0.000000001S");
        assertThatThrownBy(() -> policy.withMaxRetryAfter(ofSeconds(-1)))
                .hasMessage("the longest Retry-After must be between zero and PT720H, not PT-1S");
        assertThatThrownBy(() -> policy.withDelays(ofSeconds(-1), longest)).hasMessageContaining("base=PT-1S");
    }
}
