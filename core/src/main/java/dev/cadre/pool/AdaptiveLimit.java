// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

/**
 * The number of calls that may be in flight: additive increase, multiplicative decrease, as in congestion control.
 *
 * <p>It grows by one for every round trip of successes and shrinks to nine tenths on overload, at most once per round
 * trip: calls sent before the last decrease say nothing about the limit after it. If the provider reports that the load
 * grew too fast, the limit is halved, and grows back to its former value at a quarter of the pace.
 */
final class AdaptiveLimit {
    private static final double DECREASE = 0.9;
    private static final double SLOW_DOWN = 0.5;
    private static final double SLOW_PACE = 0.25;

    private final int most;
    private double limit;
    private double slowBelow;
    private long lastBeforeDecrease;

    /** Starts at the configured maximum, because no overload is known yet. */
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
     * Shrinks, unless the overloaded call was sent before the last decrease.
     *
     * @param admission the number of the overloaded call, counted from 1 in the order of admission
     * @param latest the number of the latest admitted call
     */
    void onOverload(long admission, long latest) {
        if (admission > lastBeforeDecrease) {
            shrink(DECREASE, latest);
        }
    }

    /** Shrinks further than on overload, and for longer. */
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
