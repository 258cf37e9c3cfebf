// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.model.RateLimits;
import dev.cadre.pool.PoolLimits;
import java.time.Duration;

/** The provider's own bookkeeping of one rate: a minute's allowance that refills evenly. */
final class SimRates {
    private static final double NANOS_PER_MINUTE = 60e9;

    private final double perMinute;
    private double level;
    private long filledAt;

    SimRates(long perMinute) {
        this.perMinute = (double) perMinute;
        level = this.perMinute;
    }

    /** How long to wait until so much may be taken; 0 if it may be now. */
    long nanosUntil(double amount, long now) {
        refill(now);
        double missing = Math.min(amount, perMinute) - level;
        return isUnlimited() || missing <= 0 ? 0 : (long) Math.ceil(missing / perMinute * NANOS_PER_MINUTE);
    }

    void take(double amount, long now) {
        refill(now);
        level = Math.min(perMinute, level - amount);
    }

    RateLimits.Window window(long now) {
        if (isUnlimited()) {
            return RateLimits.Window.UNKNOWN;
        }
        refill(now);
        long reset = (long) ((perMinute - level) / perMinute * NANOS_PER_MINUTE);
        return new RateLimits.Window((long) perMinute, (long) Math.max(0, level), Duration.ofNanos(reset));
    }

    private void refill(long now) {
        level = Math.min(perMinute, level + (now - filledAt) / NANOS_PER_MINUTE * perMinute);
        filledAt = now;
    }

    private boolean isUnlimited() {
        return perMinute >= (double) PoolLimits.UNLIMITED;
    }
}
