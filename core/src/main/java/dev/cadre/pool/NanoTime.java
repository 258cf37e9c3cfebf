// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import java.time.Duration;

/** Arithmetic on readings of {@link System#nanoTime()}. They may wrap around, so only differences have a meaning. */
final class NanoTime {
    /** The longest wait that a provider may ask for; added to a reading, it never overflows. */
    static final Duration LONGEST = Duration.ofDays(30);

    private NanoTime() {}

    static long earlier(long a, long b) {
        return a - b <= 0 ? a : b;
    }

    static long later(long a, long b) {
        return a - b >= 0 ? a : b;
    }

    /** The duration in nanoseconds, between zero and {@link #LONGEST}. */
    static long boundedNanos(Duration duration) {
        if (duration.isNegative()) {
            return 0;
        }
        return duration.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : duration.toNanos();
    }
}
