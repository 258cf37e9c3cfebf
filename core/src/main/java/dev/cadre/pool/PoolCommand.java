// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Reservation;
import dev.cadre.model.ModelException;

/** A command of a {@link PoolMachine} to its driver, to be obeyed in order. Carries no compatibility promise. */
public sealed interface PoolCommand {
    /** Permit, rates and money are taken: make the call. */
    record Admit(long ticket, Reservation money) implements PoolCommand {}

    /** The call has ended without another attempt. */
    record Refuse(long ticket, Refusal refusal) implements PoolCommand {}

    /**
     * The failed call waits for another attempt; an {@link Admit} or {@link Refuse} follows.
     *
     * @param failures the number of attempts made so far
     * @param notBefore the clock reading before which the next attempt is not sent
     */
    record Retry(long ticket, int failures, long notBefore) implements PoolCommand {}

    /** The failed call has ended: its failure is final. */
    record GiveUp(long ticket, GiveUpReason reason) implements PoolCommand {}

    /** Every pool of the same key must stop. */
    record Stop(ModelException failure) implements PoolCommand {}

    /**
     * Send a {@link PoolEvent.Tick} at this clock reading, later than the present one; replaces the earlier command.
     */
    record WakeAt(long nanoTime) implements PoolCommand {}

    /** The reason why a call was refused. */
    sealed interface Refusal {
        /** No budget of the chain can ever pay for the call. */
        record BudgetExhausted(Admission.Exhausted admission) implements Refusal {}

        /** The budget threw an exception when it was asked, for example because it is closed. */
        record BudgetFailed(RuntimeException failure) implements Refusal {}

        /** The call could not be sent before its deadline. */
        record DeadlinePassed() implements Refusal {}

        /**
         * The provider asked the pool to wait, or a rate is used up, and the deadline lies before the end of that wait.
         *
         * @param untilNanos the clock reading at which the pause ends
         * @param because the failure that asked for the pause, or one that names the rate that is used up
         */
        record PoolPaused(long untilNanos, ModelException because) implements Refusal {}

        /** A failure concerns every call of this key or model. */
        record PoolStopped(ModelException failure) implements Refusal {}
    }

    /** The reason why a failed call is not retried. */
    enum GiveUpReason {
        /** The kind of the failure rules it out, or part of the answer was already used. */
        NOT_RETRYABLE,
        /** All attempts of the call are used up. */
        ATTEMPTS,
        /** The pool's retry budget is used up. */
        RETRY_BUDGET,
        /** The next attempt would start after the deadline. */
        DEADLINE
    }
}
