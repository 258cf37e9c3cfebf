// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.price.Money;
import java.time.Duration;

/** The part of a run's money and time that is kept for a merger. Pure. */
public final class MergeShare {
    private static final int PERCENT_OF_MONEY = 30;
    private static final int PART_OF_TIME = 5;
    private static final Duration LEAST_TIME = Duration.ofSeconds(5);

    private MergeShare() {}

    /** The money that a merger should have: 30 % of the limit, more if it needs more; none if it needs none. */
    public static Money wanted(Money limit, Money least) {
        return least.isZero() ? least : least.atLeast(limit.percent(PERCENT_OF_MONEY));
    }

    /**
     * The money that is set aside.
     *
     * @param least what the merger needs at least
     * @param free what the run has
     * @param others what the planner and one subtask need
     */
    public static Money setAside(Money limit, Money least, Money free, Money others) {
        return wanted(limit, least).atMost(free.minusOrZero(others)).atLeast(least);
    }

    /** The time that a merger has: a fifth of the run's, at least five seconds, at most half of the run's. */
    public static Duration time(Duration deadline) {
        Duration fifth = deadline.dividedBy(PART_OF_TIME);
        Duration wanted = fifth.compareTo(LEAST_TIME) < 0 ? LEAST_TIME : fifth;
        Duration half = deadline.dividedBy(2);
        return wanted.compareTo(half) > 0 ? half : wanted;
    }
}
