// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

/**
 * How many calls may be in flight: additive increase, multiplicative decrease, as in congestion control.
 *
 * <p>Grows by one for every round trip of successes, shrinks to nine tenths on overload, once per round trip: what was
 * sent before the last decrease says nothing about the limit that came after it. Whoever is told that it grew too fast
 * halves it, and comes back to where it was at a quarter of the pace.
 */
final class AdaptiveLimit {
    private static final double DECREASE = 0.9;
    private static final double SLOW_DOWN = 0.5;
    private static final double SLOW_PACE = 0.25;

    private final int most;
    private double limit;
    private double slowBelow;
    private long lastBeforeDecrease;

    /** Starts at the most that is configured: nothing speaks against it yet. */
    AdaptiveLimit(int most) {
        this.most = most;
        limit = most;
    }

    int current() {
        return (int) limit;
    }

    void onSuccess() {
        double pace = limit < slowBelow ? SLOW_PACE : 1;
        limit = Math.min(most, limit + pace / limit);
    }

    /**
     * Shrinks, unless the overloaded call belongs to the round trip that was already answered.
     *
     * @param admission the number of the overloaded call, counted from 1 in the order of admission
     * @param latest the number of the latest call
     */
    void onOverload(long admission, long latest) {
        if (admission > lastBeforeDecrease) {
            shrink(DECREASE, latest);
        }
    }

    /** Shrinks as on overload, but more, and for longer. */
    void onSlowDown(long admission, long latest) {
        if (admission > lastBeforeDecrease) {
            slowBelow = limit;
            shrink(SLOW_DOWN, latest);
        }
    }

    private void shrink(double factor, long latest) {
        limit = Math.max(1, limit * factor);
        lastBeforeDecrease = latest;
    }
}
