// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;
import java.time.Duration;

/** An event for a {@link PoolMachine}. Carries no compatibility promise. */
public sealed interface PoolEvent {
    /** An event about one call, named by its ticket. */
    sealed interface OfTicket extends PoolEvent {
        long ticket();
    }

    /** An event after which the ticket is unknown. */
    sealed interface Ending extends OfTicket {}

    /**
     * A call asks to be admitted, and to be retried if it fails.
     *
     * @param ticket a number that no other call of this machine has
     * @param run the key by which runs take turns
     * @param kind the part of the run that calls, which sets the urgency inside the run
     * @param order the plan order; lower goes first
     * @param tokenEstimate the input and output tokens that the call will probably use, at least 0
     * @param deadlineNanos the clock reading after which no attempt may be sent
     */
    record Submitted(long ticket, String run, CallPurpose.Kind kind, long order, long tokenEstimate, long deadlineNanos)
            implements OfTicket {
        public Submitted {
            if (tokenEstimate < 0) {
                throw new IllegalArgumentException("negative token estimate: " + tokenEstimate);
            }
        }
    }

    /** The caller has gone while the call waited: cancelled before its admission, or between two attempts. */
    record Withdrawn(long ticket) implements Ending {}

    /** An admitted call was never sent. */
    record Released(long ticket) implements Ending {}

    /** An admitted call was sent and ended without an answer: it was interrupted, or its client broke. */
    record Forfeited(long ticket) implements Ending {}

    /**
     * A call was answered.
     *
     * @param tokens the tokens it used, or -1 if unknown
     * @param limits the limits that the provider reported
     */
    record Replied(long ticket, long tokens, RateLimits limits) implements Ending {}

    /**
     * A call failed.
     *
     * @param retry where the call may be retried
     */
    record Failed(long ticket, ModelException failure, RetryScope retry) implements OfTicket {}

    /** Money may have come back to some budget. */
    record BudgetChanged() implements PoolEvent {}

    /** Time has passed. */
    record Tick() implements PoolEvent {}

    /** Another pool of the same key met a failure that concerns them all. */
    record Stopped(ModelException failure) implements PoolEvent {}

    /** The cause of a stop or pause was removed: calls that wait for the end of a delay may go at once. */
    record Resumed() implements PoolEvent {}

    /**
     * The pool shares its rates with other processes, and has this part of them from now on. A pool without this event has
     * the whole for ever.
     *
     * @param heard the limits that the provider has reported to another process; unknown if there is nothing new
     * @param pause the time for which the provider has asked another process to wait; zero if there is nothing new
     */
    record Shared(PoolShare share, RateLimits heard, Duration pause) implements PoolEvent {}

    /** Where a failed call may be retried. */
    enum RetryScope {
        /** In the service tier that failed. */
        SAME_TIER,
        /** In another service tier, about whose capacity the failure says nothing. */
        OTHER_TIER,
        /** Nowhere: part of the answer has been used already. */
        NONE
    }
}
