// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;

/** What a {@link PoolMachine} is told. Carries no compatibility promise. */
public sealed interface PoolEvent {
    /** An event about one ask, named by its ticket. */
    sealed interface OfTicket extends PoolEvent {
        long ticket();
    }

    /** An event after which the ticket is unknown. */
    sealed interface Ending extends OfTicket {}

    /**
     * Somebody wants to make a call, and retries of it.
     *
     * @param ticket a number that no other ask of this machine has
     * @param run the turn-taking key
     * @param kind the part of the run that asks, which sets the urgency inside the run
     * @param order the plan order; lower goes first
     * @param tokenEstimate input and output tokens that the call will probably use, at least 0
     * @param deadlineNanos the clock reading after which nothing may be sent for it
     */
    record Submitted(long ticket, String run, CallPurpose.Kind kind, long order, long tokenEstimate, long deadlineNanos)
            implements OfTicket {
        public Submitted {
            if (tokenEstimate < 0) {
                throw new IllegalArgumentException("negative token estimate: " + tokenEstimate);
            }
        }
    }

    /** The caller has gone while waiting: cancelled before admission, or between two attempts. */
    record Withdrawn(long ticket) implements Ending {}

    /** An admitted call was never sent. */
    record Released(long ticket) implements Ending {}

    /** An admitted call was sent and ended without a word: interrupted, or its client broke. */
    record Forfeited(long ticket) implements Ending {}

    /**
     * A call was answered.
     *
     * @param tokens what it used, or -1 if unknown
     * @param limits what the provider said about its limits
     */
    record Replied(long ticket, long tokens, RateLimits limits) implements Ending {}

    /**
     * A call failed.
     *
     * @param again whether another attempt is wanted at all
     */
    record Failed(long ticket, ModelException failure, RetryScope again) implements OfTicket {}

    /** Money may have come back to some budget. */
    record BudgetChanged() implements PoolEvent {}

    /** Time has passed. */
    record Tick() implements PoolEvent {}

    /** Another pool of the same key met a failure that concerns them all. */
    record Stopped(ModelException failure) implements PoolEvent {}

    /** What stopped or paused the pool has been mended: whoever waits for the end of a delay may go at once. */
    record Resumed() implements PoolEvent {}

    /** Whether a failed call may be made once more. */
    enum RetryScope {
        SAME_TIER,
        /** It asks another service tier then, of whose room the failure says nothing. */
        OTHER_TIER,
        /** Part of the answer has been used already. */
        NONE
    }
}
