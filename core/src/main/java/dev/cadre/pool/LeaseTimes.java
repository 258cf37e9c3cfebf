// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import java.time.Duration;

/**
 * How a process takes part in {@link SharedLimits}.
 *
 * @param heartbeat how often the store is told what is used, and asked what is due; 2 seconds by default. While nothing is
 *     sent the pauses double, up to a third of the lease.
 * @param lease how long a share is used after the store was asked last, and how long the share of a process that was killed
 *     is used by nobody; 20 seconds by default
 * @param patience how long {@link SharedLimits#close} waits for the store; 5 seconds by default
 */
public record LeaseTimes(Duration heartbeat, Duration lease, Duration patience) {
    private static final Duration LONGEST = Duration.ofDays(1);

    /** The defaults. */
    public static final LeaseTimes DEFAULT =
            new LeaseTimes(Duration.ofSeconds(2), Duration.ofSeconds(20), Duration.ofSeconds(5));

    /** @throws IllegalArgumentException if a time is not positive (patience: negative), or longer than a day */
    public LeaseTimes {
        requireFits("heartbeat", heartbeat, heartbeat.isPositive());
        requireFits("lease", lease, lease.isPositive());
        requireFits("patience", patience, !patience.isNegative());
    }

    private static void requireFits(String what, Duration time, boolean isLongEnough) {
        if (!isLongEnough || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("the %s is %s; it may be %s at most".formatted(what, time, LONGEST));
        }
    }

    /** This with another heartbeat. */
    public LeaseTimes withHeartbeat(Duration heartbeat) {
        return new LeaseTimes(heartbeat, lease, patience);
    }

    /** This with another lease. */
    public LeaseTimes withLease(Duration lease) {
        return new LeaseTimes(heartbeat, lease, patience);
    }

    /** This with another time to wait for when it is closed. */
    public LeaseTimes withPatience(Duration patience) {
        return new LeaseTimes(heartbeat, lease, patience);
    }
}
