// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

/**
 * How many calls may be in flight: additive increase, multiplicative decrease, as in congestion control.
 *
 * <p>Grows by one for every round trip of successes, shrinks to nine tenths on overload, once per round trip: what was
 * sent before the last decrease says nothing about the limit that came after it.
 */
final class AdaptiveLimit {
    private static final double DECREASE = 0.9;

    private final int most;
    private double limit;
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
        limit = Math.min(most, limit + 1 / limit);
    }

    /**
     * Shrinks, unless the overloaded call belongs to the round trip that was already answered.
     *
     * @param admission the number of the overloaded call, counted from 1 in the order of admission
     * @param latest the number of the latest call
     */
    void onOverload(long admission, long latest) {
        if (admission > lastBeforeDecrease) {
            limit = Math.max(1, limit * DECREASE);
            lastBeforeDecrease = latest;
        }
    }
}
