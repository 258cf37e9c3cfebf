// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.RateLimits;

/**
 * A rate per minute, as a token bucket in exact integers: a limit of n per minute refills n units a microsecond.
 *
 * <p>A configured rate holds a sixth of a minute's allowance, so that no minute sees more than 7/6 of it (and one amount
 * that is larger than the bucket, which is let through when the bucket is full). A rate that only the provider reported
 * holds a whole minute's allowance, as the provider's own bucket does; what the provider says is left lowers it.
 */
final class TokenBucket {
    private static final long UNITS = 60_000_000; // microseconds of a minute
    private static final long MOST = 50_000_000_000L; // more per minute than this is no limit: level * UNITS fits
    private static final int BURSTS_PER_MINUTE = 6;

    private final long configured;
    private long limit;
    private long level;
    private long filledAt;
    private boolean closed;
    private long closedUntil;

    TokenBucket(long perMinute, long now) {
        configured = perMinute;
        limit = perMinute;
        level = capacity();
        filledAt = now;
    }

    /** When the amount may be taken, as a reading of the clock; not after {@code now} if at once. */
    long opensAt(long amount, long now) {
        refill(now);
        if (closed) {
            return closedUntil;
        }
        if (isUnlimited()) {
            return now;
        }
        long missing = Math.min(units(amount), capacity()) - level;
        return missing <= 0 ? now : filledAt + Math.ceilDiv(missing, limit) * 1_000;
    }

    void take(long amount, long now) {
        refill(now);
        shift(-units(amount));
    }

    /** Gives back what was taken and not used. */
    void giveBack(long amount, long now) {
        refill(now);
        shift(units(amount));
    }

    /** Follows what the provider said: up to the configured rate, and down. */
    void learn(RateLimits.Window window, long now) {
        refill(now);
        if (window.isKnown()) {
            adopt(Math.min(configured, window.limitPerMinute()), now);
        }
        if (window.remaining() >= 0 && !isUnlimited()) {
            level = Math.min(level, units(window.remaining()));
        }
        if (window.remaining() == 0 && window.reset().isPositive()) {
            closeUntil(now + Clock.boundedNanos(window.reset()));
        }
    }

    private void adopt(long perMinute, long now) {
        boolean first = isUnlimited();
        limit = perMinute;
        if (first) {
            level = capacity();
            filledAt = now;
        }
        level = Math.min(level, capacity());
    }

    private void closeUntil(long time) {
        if (!closed || time - closedUntil > 0) {
            closed = true;
            closedUntil = time;
        }
    }

    private void refill(long now) {
        if (closed && now - closedUntil >= 0) {
            closed = false;
            level = capacity();
            filledAt = closedUntil;
        }
        long micros = (now - filledAt) / 1_000;
        if (closed || isUnlimited() || micros <= 0) {
            return;
        }
        if (micros > (capacity() - level) / limit) {
            level = capacity();
            filledAt = now;
        } else {
            level += micros * limit;
            filledAt += micros * 1_000;
        }
    }

    private void shift(long units) {
        if (!isUnlimited()) {
            level = Math.clamp(level + units, -units(MOST), capacity());
        }
    }

    private long capacity() {
        if (isUnlimited()) {
            return 0;
        }
        return units(configured > MOST ? limit : Math.max(1, limit / BURSTS_PER_MINUTE));
    }

    private boolean isUnlimited() {
        return limit > MOST;
    }

    private static long units(long amount) {
        return Math.clamp(amount, -MOST, MOST) * UNITS;
    }
}
