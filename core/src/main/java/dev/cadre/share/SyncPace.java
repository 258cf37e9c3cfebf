// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import java.time.Duration;

/**
 * Decides when a store is asked next. Pure; used by one thread. Public for those who talk to stores, without a promise of
 * compatibility.
 */
public final class SyncPace {
    private static final long FIRST_RETRY = Duration.ofMillis(50).toNanos();
    private static final long LAST_RETRY = Duration.ofSeconds(5).toNanos();
    private static final long FIRST_LOOK = Duration.ofMillis(5).toNanos();
    private static final long LAST_LOOK = Duration.ofMillis(200).toNanos();
    /** So many requests may fail before a lease expires. */
    private static final int BEATS_OF_A_LEASE = 3;

    private static final int MOST_DOUBLINGS = 30;

    private final long heartbeat;
    private final long idleHeartbeat;
    private long lastNanos;
    private int failed;
    /** How often in a row the store had nothing for those who wait. */
    private int unmet;

    private int idle;

    /**
     * The pace of a holder whose first request has been answered.
     *
     * @param heartbeat how often the store is asked while something happens; at least three times in a lease
     */
    public SyncPace(Duration heartbeat, Duration lease, long nowNanos) {
        idleHeartbeat = lease.dividedBy(BEATS_OF_A_LEASE).toNanos();
        this.heartbeat = Math.min(heartbeat.toNanos(), idleHeartbeat);
        lastNanos = nowNanos;
    }

    /**
     * How long the store need not be asked, in nanoseconds.
     *
     * @param isSought whether somebody waits for what the store has, or what it said last holds for a moment only
     */
    public long waitNanos(boolean isSought, long nowNanos) {
        long pause;
        if (failed > 0) {
            pause = doubled(FIRST_RETRY, failed - 1, LAST_RETRY);
        } else if (isSought) {
            pause = unmet == 0 ? 0 : doubled(FIRST_LOOK, unmet - 1, LAST_LOOK);
        } else {
            pause = doubled(heartbeat, idle, idleHeartbeat);
        }
        return Math.max(0, pause - (nowNanos - lastNanos));
    }

    /** How long there is time before others must hear of what has come back for them, in nanoseconds. */
    public long soonNanos(long nowNanos) {
        return failed > 0 ? waitNanos(false, nowNanos) : Math.max(0, LAST_LOOK - (nowNanos - lastNanos));
    }

    /**
     * Notes an answer.
     *
     * @param isUnmet whether the store had nothing for those who wait
     * @param isIdle whether there was nothing to say
     */
    public void answered(boolean isUnmet, boolean isIdle, long nowNanos) {
        lastNanos = nowNanos;
        failed = 0;
        unmet = isUnmet ? unmet + 1 : 0;
        idle = isIdle ? idle + 1 : 0;
    }

    /** Notes that there was no answer. */
    public void failed(long nowNanos) {
        lastNanos = nowNanos;
        failed++;
    }

    private static long doubled(long first, int times, long most) {
        return times > MOST_DOUBLINGS ? most : Math.min(most, first << Math.min(times, MOST_DOUBLINGS));
    }
}
