// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.RateLimits;
import java.time.Duration;

/**
 * A rate per minute, as a token bucket in exact integers: a limit of n per minute refills n units a microsecond.
 *
 * <p>A configured rate holds a sixth of a minute's allowance, so that no minute sees more than 7/6 of it (and one
 * amount that is larger than the bucket, which is let through when the bucket is full). A rate that only the provider
 * reported holds a whole minute's allowance, as the provider's own bucket does.
 *
 * <p>The remaining amount that the provider reports is the amount at the time when it accepted the call, not when its
 * reply arrived. It is compared with the amount that this bucket would have held then if nobody else used the rate. The
 * difference lowers the level until the next report; no report raises the level above the amounts taken and refilled
 * here.
 *
 * <p>If nothing remains and the rate is full again in a minute, the provider has either a bucket that refills evenly,
 * whose next unit comes at once, or a window of a minute, in which no unit comes. Reports made while much remained tell
 * them apart: a bucket is full as soon as the used amount has come back.
 */
final class TokenBucket {
    private static final long UNITS = 60_000_000; // microseconds of a minute
    static final long MOST = 50_000_000_000L; // a higher limit counts as none: level * UNITS fits
    private static final int BURSTS_PER_MINUTE = 6;
    private static final long MILLIS_PER_MINUTE = 60_000;
    private static final long TOLERANCE_MILLIS = 6_000;
    private static final Duration LEAST_REFILL = Duration.ofSeconds(54);
    private static final Duration MOST_REFILL = Duration.ofSeconds(66);

    private final long configured;
    private long limit;
    private long level;
    /** The level that there would be if nobody else used the rate. */
    private long own;

    private long filledAt;
    /** The full level, to which marks are relative: while no limit is known, taken amounts count down from zero. */
    private long base;

    private boolean closed;
    private long closedUntil;
    /** The number of reports that fit a window, less those that fit a refill. */
    private long windows;

    private PoolShare share = new PoolShare(PoolShare.WHOLE, 0, PoolShare.Saving.NONE);
    private boolean isShared;
    /** What may be held beyond the capacity, for one call that is larger; zero if none waits. */
    private long saved;
    /** The most that a closed bucket has when it opens: what it gained meanwhile may have been used by others before. */
    private long heldClosed = Long.MAX_VALUE;

    TokenBucket(long perMinute, long now) {
        configured = perMinute;
        limit = perMinute;
        base = capacity();
        fill(now);
    }

    /** The clock reading at which the amount may be taken; not after {@code now} if at once. */
    long opensAt(long amount, long now) {
        if (closed) {
            return closedUntil;
        }
        if (isUnlimited()) {
            return now;
        }
        long needed = Math.min(units(amount), wholeCapacity());
        if (isShared) {
            return shareOpensAt(needed, now);
        }
        return filledAt + Math.ceilDiv(needed - level, limit) * 1_000;
    }

    /** What never fits into the share gets a time all the same: the share may grow until then. */
    private long shareOpensAt(long needed, long now) {
        refill(now);
        long most = Math.max(capacity(), saved);
        return filledAt + shareNanos(needed > most && saved == 0 ? needed : needed - level);
    }

    /** The time in which a share of the limit refills so many units. */
    private long shareNanos(long missing) {
        if (missing <= 0) {
            return 0;
        }
        long most = NanoTime.LONGEST.toNanos();
        if (share.partsPerMillion() == 0) {
            return most;
        }
        long micros = PoolShare.scaled(missing, PoolShare.WHOLE, limit * share.partsPerMillion()) + 1;
        return Math.min(most / 1_000, micros) * 1_000;
    }

    /** Sets the part of the rate that may be used from now on; the next refill cuts the level to it. */
    void share(PoolShare part, long now) {
        refill(now);
        isShared = true;
        share = part;
        if (closed) {
            heldClosed = Math.min(heldClosed, capacity());
        }
    }

    /** Lets the level rise to an amount that waits and is larger than the share of the capacity, if that is agreed. */
    void saveFor(long amount) {
        saved = share.saving() == PoolShare.Saving.ONE_CALL ? Math.min(units(amount), wholeCapacity()) : 0;
    }

    /** The part of the capacity, in parts per million, that holds this amount; zero if no limit is known. */
    int shareFor(long amount) {
        if (isUnlimited()) {
            return 0;
        }
        long whole = wholeCapacity();
        long exact = PoolShare.scaled(Math.min(units(amount), whole), PoolShare.WHOLE, whole);
        return (int) Math.min(PoolShare.WHOLE, exact + 1);
    }

    /** What was used beyond what had come in, rounded up: what comes in next is to pay for it. */
    long owed(long now) {
        refill(now);
        return closed || isUnlimited() || level >= 0 ? 0 : Math.ceilDiv(-level, UNITS);
    }

    /** What an amount takes that a full bucket of all processes together does not hold. */
    long beyondBurst(long amount) {
        return isUnlimited() ? 0 : Math.max(0, amount - wholeCapacity() / UNITS);
    }

    /** The limit of all processes together; above {@link #MOST} if there is none. */
    long limit() {
        return limit;
    }

    void take(long amount, long now) {
        refill(now);
        shift(-units(amount));
    }

    /** Gives back an amount that was taken and not used. */
    void giveBack(long amount, long now) {
        refill(now);
        shift(units(amount));
    }

    /**
     * The level that there would be if nobody else used the rate, to compare with the provider's report on this
     * instant.
     */
    long mark() {
        return own - base;
    }

    /**
     * Follows a report of the provider, upwards to the configured rate at most.
     *
     * @param mark the value of {@link #mark()} when the reported call was sent
     */
    void learn(RateLimits.Window window, long mark, long now) {
        refill(now);
        if (window.isKnown()) {
            adopt(Math.min(configured, window.limitPerMinute()), now);
            tellApart(window);
        }
        if (window.remaining() >= 0 && !isUnlimited()) {
            long expected = isShared ? Math.min(base + mark, capacity()) : base + mark;
            long others = Math.max(0, expected - share.of(units(window.remaining())));
            level = bounded(own - others);
        }
        if (window.remaining() == 0 && window.reset().isPositive() && (isUnlimited() || !isRefill(window.reset()))) {
            closeUntil(now + NanoTime.boundedNanos(window.reset()));
        }
    }

    /** Opens and fills a bucket that the provider's report has closed. */
    void reopen(long now) {
        if (closed) {
            closed = false;
            fill(now);
        }
    }

    /** Counts a report made while at least a fifth remained; with less, both kinds may report the same. */
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

    /** Whether this is the time in which an empty bucket refills evenly; if not, it is the rest of a window. */
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
        heldClosed = Math.min(heldClosed, isShared ? capacity() : Long.MAX_VALUE);
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
        if (isShared) {
            long gained = PoolShare.scaled(micros, limit * share.partsPerMillion(), PoolShare.WHOLE);
            shift(Math.min(gained, 2 * units(MOST)));
            filledAt += micros * 1_000;
        } else if (micros > (capacity() - level) / limit) {
            fill(now);
        } else {
            shift(micros * limit);
            filledAt += micros * 1_000;
        }
    }

    private void fill(long now) {
        own = Math.min(capacity(), heldClosed);
        level = own;
        filledAt = now;
        heldClosed = Long.MAX_VALUE;
    }

    private void shift(long units) {
        own = bounded(own + units);
        level = bounded(level + units);
    }

    private long bounded(long units) {
        return Math.clamp(units, -units(MOST), Math.max(capacity(), saved));
    }

    private long capacity() {
        return share.of(wholeCapacity());
    }

    private long wholeCapacity() {
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
