// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ModelException;
import java.time.Duration;

/**
 * The time for which a server takes no connection, such as while it restarts. Calls that fail at once would use up the work
 * of a pool in that time, so the pool pauses: longer from try to try, and no more when the server seems gone for good.
 */
final class Outage {
    /** So many connections in a row that could not be made are no single one's fault; fewer in a smaller pool. */
    private static final int MOST_IN_ROW = 10;

    /** After so many pauses, about half a minute at the defaults, calls fail as they come. */
    private static final int MOST_PAUSES = 8;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final RetryPolicy policy;
    private final int proof;
    private boolean hasAnswered;
    private int inRow;
    private int pauses;

    Outage(RetryPolicy policy, int maxParallel) {
        this.policy = policy;
        proof = Math.min(MOST_IN_ROW, maxParallel);
    }

    /** Takes a reply. A server that never sent one is not out: its address is wrong, or nobody has started it. */
    void answered() {
        hasAnswered = true;
        end();
    }

    private void end() {
        inRow = 0;
        pauses = 0;
    }

    /** Takes a failure; returns whether the pool is to pause for {@link #pauseNanos}. */
    boolean begins(ModelException failure, boolean isPaused) {
        if (!isUnconnected(failure)) {
            end();
            return false;
        }
        boolean isOut = ++inRow >= proof && hasAnswered;
        boolean isNext = isOut && !isPaused && pauses < MOST_PAUSES;
        pauses += isNext ? 1 : 0;
        return isNext;
    }

    /** Whether a failure is of a connection that was not made or not used: nothing reached the server. */
    private static boolean isUnconnected(ModelException failure) {
        return failure instanceof ModelException.ConnectionFailed && failure.charge() == ModelException.Charge.FREE;
    }

    long pauseNanos() {
        double grown = (double) policy.baseDelay().toNanos() * Math.pow(policy.factor(), pauses - 1);
        long longest = Math.min(LONGEST_PAUSE.toNanos(), policy.maxDelay().toNanos());
        return Math.min(longest, (long) grown);
    }
}
