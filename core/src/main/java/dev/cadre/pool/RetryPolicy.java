// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The number and delays of the retries of a failed model call: exponential backoff with full jitter.
 *
 * <p>The delay before the next attempt is drawn evenly between zero and {@code baseDelay * factor^(failures - 1)}, at
 * most {@code maxDelay}. A provider's {@code Retry-After}, at most {@code maxRetryAfter}, is added to it as a floor and
 * pauses the whole pool. A call whose deadline lies before the end of a pause is refused at once. Every pool also has a
 * retry budget: its retries are at most a fifth of its first tries, plus ten. If a server that has answered takes no
 * connection several times in a row, the whole pool pauses, for {@code baseDelay} at first and for 5 s at most, up to eight
 * times. A call is retried only once after a
 * malformed reply, because each of them may have been billed.
 *
 * @param maxAttempts the attempts of one call, the first included; default 4
 * @param baseDelay the longest delay after the first failure; default 500 ms
 * @param maxDelay the longest delay after any failure, unless the provider asks for more; default 30 s
 * @param factor the growth from one failure to the next; default 2
 * @param maxRetryAfter the longest {@code Retry-After} that is obeyed, and the longest time for which reported rate
 *     limits hold calls back. A longer time is cut to it, so that no server can pause a pool for ever; default 1 hour,
 *     at most 30 days
 */
public record RetryPolicy(
        int maxAttempts, Duration baseDelay, Duration maxDelay, double factor, Duration maxRetryAfter) {
    private static final RetryPolicy STANDARD =
            new RetryPolicy(4, Duration.ofMillis(500), Duration.ofSeconds(30), 2.0, Duration.ofHours(1));

    public RetryPolicy {
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("a call needs at least one attempt, not " + maxAttempts);
        }
        if (baseDelay.isNegative() || maxDelay.compareTo(baseDelay) < 0 || maxDelay.compareTo(NanoTime.LONGEST) > 0) {
            throw new IllegalArgumentException("delays must satisfy 0 <= base <= max <= %s: base=%s, max=%s"
                    .formatted(NanoTime.LONGEST, baseDelay, maxDelay));
        }
        if (maxRetryAfter.isNegative() || maxRetryAfter.compareTo(NanoTime.LONGEST) > 0) {
            throw new IllegalArgumentException("the longest Retry-After must be between zero and %s, not %s"
                    .formatted(NanoTime.LONGEST, maxRetryAfter));
        }
        if (!(factor >= 1.0 && factor <= 100.0)) {
            throw new IllegalArgumentException("the factor must be between 1 and 100, not " + factor);
        }
    }

    /** The defaults. */
    public static RetryPolicy standard() {
        return STANDARD;
    }

    /** One attempt and no retry. */
    public static RetryPolicy none() {
        return STANDARD.withMaxAttempts(1);
    }

    public RetryPolicy withMaxAttempts(int maxAttempts) {
        return new RetryPolicy(maxAttempts, baseDelay, maxDelay, factor, maxRetryAfter);
    }

    public RetryPolicy withDelays(Duration baseDelay, Duration maxDelay) {
        return new RetryPolicy(maxAttempts, baseDelay, maxDelay, factor, maxRetryAfter);
    }

    public RetryPolicy withFactor(double factor) {
        return new RetryPolicy(maxAttempts, baseDelay, maxDelay, factor, maxRetryAfter);
    }

    public RetryPolicy withMaxRetryAfter(Duration maxRetryAfter) {
        return new RetryPolicy(maxAttempts, baseDelay, maxDelay, factor, maxRetryAfter);
    }

    /** The time for which a provider's {@code Retry-After} is obeyed, in nanoseconds. */
    long floorNanos(Duration retryAfter) {
        return NanoTime.boundedNanos(retryAfter.compareTo(maxRetryAfter) > 0 ? maxRetryAfter : retryAfter);
    }

    /** A delay after the given number of failures of one call, in nanoseconds. */
    long delayNanos(int failures, RandomGenerator jitter) {
        double grown = (double) baseDelay.toNanos() * Math.pow(factor, failures - 1);
        return jitter.nextLong(Math.min(maxDelay.toNanos(), (long) grown) + 1);
    }
}
