// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ModelException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * The time for which no server answers, such as while it restarts: no connection is made, or what stands before it says so.
 * Calls that fail at once would use up the work of a pool in that time, so the pool pauses: longer from try to try, and no
 * more when the server seems gone for good. As a failure behind a connection may cost money, a single call then tries
 * whether the server is back.
 */
final class Outage {
    /** So many connections in a row that could not be made are no single one's fault; fewer in a smaller pool. */
    private static final int MOST_IN_ROW = 10;

    /** After so many pauses, about half a minute at the defaults, calls fail as they come. */
    private static final int MOST_PAUSES = 8;

    private static final int BAD_GATEWAY = 502;
    private static final int GATEWAY_TIMEOUT = 504;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final RetryPolicy policy;
    private final int proof;

    /** The calls that failed behind a connection since the last answer: each of them counts once. */
    private final Set<Long> lost = new HashSet<>();

    private boolean hasAnswered;
    private int inRow;
    private int pauses;
    private int othersInFlight;

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
        lost.clear();
    }

    /**
     * Takes a failure; returns whether the pool is to pause for {@link #pauseNanos}.
     *
     * @param ticket the call that failed
     * @param othersInFlight the calls that have not ended
     */
    boolean begins(ModelException failure, long ticket, boolean isPaused, int othersInFlight) {
        this.othersInFlight = othersInFlight;
        if (isUnconnected(failure)) {
            inRow++;
        } else if (isOfNoServer(failure)) {
            if (lost.size() < MOST_IN_ROW) {
                lost.add(ticket);
            }
        } else {
            end();
            return false;
        }
        boolean isNext = isOut() && !isPaused && pauses < MOST_PAUSES;
        pauses += isNext ? 1 : 0;
        return isNext;
    }

    private boolean isOut() {
        return hasAnswered && (inRow >= proof || lost.size() >= MOST_IN_ROW);
    }

    /** How many calls may be in flight: those that are, and one that tries, as long as failures may cost money. */
    int mostInFlight(int usual) {
        boolean isTried = hasAnswered && lost.size() >= MOST_IN_ROW && pauses < MOST_PAUSES;
        return isTried ? Math.min(usual, othersInFlight + 1) : usual;
    }

    /** Whether a failure is of a connection that was not made or not used: nothing reached the server. */
    private static boolean isUnconnected(ModelException failure) {
        return failure instanceof ModelException.ConnectionFailed && failure.charge() == ModelException.Charge.FREE;
    }

    /** Whether a connection broke, or a proxy or a starting server says that there is nobody to answer. */
    private static boolean isOfNoServer(ModelException failure) {
        return switch (failure) {
            case ModelException.ConnectionFailed broken -> true;
            case ModelException.ServerFailed failed ->
                failed.isRetryable() && failed.status() >= BAD_GATEWAY && failed.status() <= GATEWAY_TIMEOUT;
            default -> false;
        };
    }

    long pauseNanos() {
        double grown = (double) policy.baseDelay().toNanos() * Math.pow(policy.factor(), pauses - 1);
        long longest = Math.min(LONGEST_PAUSE.toNanos(), policy.maxDelay().toNanos());
        return Math.min(longest, (long) grown);
    }
}
