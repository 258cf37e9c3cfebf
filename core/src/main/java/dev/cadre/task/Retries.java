// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * How plain code that threw is called again: exponential backoff with full jitter. The delay before a retry is drawn evenly
 * between zero and {@code baseDelay * 2^(failures - 1)}, at most {@code maxDelay}. Immutable.
 *
 * <p>Only exceptions of the named classes lead to a retry. A call that was interrupted or ran out of time is never made
 * again, and neither is one whose delay would not end before the deadline.
 *
 * @param most the retries of one subtask, the first call not counted
 * @param baseDelay the most that is waited after the first failure; default 500 ms
 * @param maxDelay the most that is waited after any failure; default 30 s
 * @param on the exceptions that may pass, their subclasses included
 */
public record Retries(int most, Duration baseDelay, Duration maxDelay, Set<Class<? extends Exception>> on) {
    private static final Duration LONGEST = Duration.ofDays(30);

    /** No retry. */
    public static final Retries NONE = new Retries(0, Duration.ofMillis(500), Duration.ofSeconds(30), Set.of());

    public Retries {
        if (most < 0 || most > 1_000) {
            throw new IllegalArgumentException("retries must be between 0 and 1,000, not " + most);
        }
        if (baseDelay.isNegative() || maxDelay.compareTo(baseDelay) < 0 || maxDelay.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("delays must satisfy 0 <= base <= max <= %s: base=%s, max=%s"
                    .formatted(LONGEST, baseDelay, maxDelay));
        }
        on = Set.copyOf(on);
    }

    /** So many retries after exceptions of these classes. */
    @SafeVarargs
    public static Retries of(int most, Class<? extends Exception>... on) {
        var named = new HashSet<Class<? extends Exception>>();
        for (Class<? extends Exception> each : on) {
            named.add(each);
        }
        return new Retries(most, NONE.baseDelay, NONE.maxDelay, named);
    }

    public Retries withDelays(Duration baseDelay, Duration maxDelay) {
        return new Retries(most, baseDelay, maxDelay, on);
    }

    /** Whether a call that threw this is made again after so many failures. */
    public boolean allow(Throwable thrown, int failures) {
        return failures <= most && on.stream().anyMatch(each -> each.isInstance(thrown));
    }

    /** The delay after so many failures of one subtask. */
    public Duration delay(int failures, RandomGenerator jitter) {
        double grown = (double) baseDelay.toNanos() * Math.pow(2, failures - 1);
        return Duration.ofNanos(jitter.nextLong(Math.min(maxDelay.toNanos(), (long) grown) + 1));
    }
}
