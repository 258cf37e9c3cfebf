// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.RateLimits;
import java.time.Duration;

/**
 * A rate per minute, as a token bucket in exact integers: a limit of n per minute refills n units a microsecond.
 *
 * <p>A configured rate holds a sixth of a minute's allowance, so that no minute sees more than 7/6 of it (and one amount
 * that is larger than the bucket, which is let through when the bucket is full). A rate that only the provider reported
 * holds a whole minute's allowance, as the provider's own bucket does.
 *
 * <p>What the provider says is left was so when it took the call in, not when its reply arrived: it is compared with
 * what this bucket would have held then if nobody else used the rate. The difference lowers the level, until the provider
 * says otherwise; nothing that it says raises the level above what was taken and refilled here.
 *
 * <p>When nothing is left, and the rate is whole again in a minute, that is either a bucket that refills evenly, of which
 * the next unit comes at once, or a window of a minute, of which none does. What the provider said while much was left
 * tells them apart: a bucket is whole as soon as what was used has come back.
 */
final class TokenBucket {
    private static final long UNITS = 60_000_000; // microseconds of a minute
    private static final long MOST = 50_000_000_000L; // more per minute than this is no limit: level * UNITS fits
    private static final int BURSTS_PER_MINUTE = 6;
    private static final long MILLIS_PER_MINUTE = 60_000;
    private static final long TOLERANCE_MILLIS = 6_000;
    private static final Duration LEAST_REFILL = Duration.ofSeconds(54);
    private static final Duration MOST_REFILL = Duration.ofSeconds(66);

    private final long configured;
    private long limit;
    private long level;
    /** The level if nobody else used the rate. */
    private long own;

    private long filledAt;
    /** What full means to a mark: while no limit is known, what was taken is counted down from zero. */
    private long base;

    private boolean closed;
    private long closedUntil;
    /** Reports that told of a window, less those that told of a refill. */
    private long windows;

    TokenBucket(long perMinute, long now) {
        configured = perMinute;
        limit = perMinute;
        base = capacity();
        fill(now);
    }

    /** When the amount may be taken, as a reading of the clock; not after {@code now} if at once. */
    long opensAt(long amount, long now) {
        if (closed) {
            return closedUntil;
        }
        if (isUnlimited()) {
            return now;
        }
        long missing = Math.min(units(amount), capacity()) - level;
        return filledAt + Math.ceilDiv(missing, limit) * 1_000;
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

    /** What it would hold if nobody else used the rate, to be compared with what the provider says of this instant. */
    long mark() {
        return own - base;
    }

    /**
     * Follows what the provider said: up to the configured rate, and down.
     *
     * @param mark what {@link #mark()} was when the call was sent that brought this
     */
    void learn(RateLimits.Window window, long mark, long now) {
        refill(now);
        if (window.isKnown()) {
            adopt(Math.min(configured, window.limitPerMinute()), now);
            tellApart(window);
        }
        if (window.remaining() >= 0 && !isUnlimited()) {
            long others = Math.max(0, base + mark - units(window.remaining()));
            level = bounded(own - others);
        }
        if (window.remaining() == 0 && window.reset().isPositive() && (isUnlimited() || !isRefill(window.reset()))) {
            closeUntil(now + NanoTime.boundedNanos(window.reset()));
        }
    }

    /** Lets units be taken again, whatever the provider has said: all of them. */
    void reopen(long now) {
        if (closed) {
            closed = false;
            fill(now);
        }
    }

    /** Counts a report made while a fifth or more was left; later both kinds may say the same. */
    private void tellApart(RateLimits.Window window) {
        long stated = window.limitPerMinute();
        long used = stated - window.remaining();
        if (stated > MOST
                || used < 0
                || used > stated - stated / 5
                || !window.reset().isPositive()) {
            return;
        }
        long reset = NanoTime.boundedNanos(window.reset()) / 1_000_000;
        windows += Math.abs(reset - used * MILLIS_PER_MINUTE / stated) > TOLERANCE_MILLIS ? 1 : -1;
    }

    /** Whether an empty bucket that refills evenly is whole after this time; if not, it is the end of a window. */
    private boolean isRefill(Duration reset) {
        return windows <= 0 && reset.compareTo(LEAST_REFILL) >= 0 && reset.compareTo(MOST_REFILL) <= 0;
    }

    private void adopt(long perMinute, long now) {
        boolean first = isUnlimited();
        limit = perMinute;
        if (first) {
            base = capacity();
            own += base;
            level += base;
            filledAt = now;
        }
        shift(0);
    }

    private void closeUntil(long time) {
        closedUntil = closed ? NanoTime.later(closedUntil, time) : time;
        closed = true;
    }

    private void refill(long now) {
        if (closed && now - closedUntil >= 0) {
            closed = false;
            fill(closedUntil);
        }
        long micros = (now - filledAt) / 1_000;
        if (closed || isUnlimited()) {
            return;
        }
        if (micros > (capacity() - level) / limit) {
            fill(now);
        } else {
            shift(micros * limit);
            filledAt += micros * 1_000;
        }
    }

    private void fill(long now) {
        own = capacity();
        level = own;
        filledAt = now;
    }

    private void shift(long units) {
        own = bounded(own + units);
        level = bounded(level + units);
    }

    private long bounded(long units) {
        return Math.clamp(units, -units(MOST), capacity());
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
