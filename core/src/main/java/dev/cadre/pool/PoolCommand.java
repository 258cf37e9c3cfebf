// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ModelException;

/** What a {@link PoolMachine} wants done, in this order. Carries no compatibility promise. */
public sealed interface PoolCommand {
    /** Permit, rates and money are taken: make the call. */
    record Admit(long ticket) implements PoolCommand {}

    /** The ask has ended without (another) call. */
    record Refuse(long ticket, Refusal refusal) implements PoolCommand {}

    /**
     * The failed call waits for another attempt; an {@link Admit} or {@link Refuse} follows.
     *
     * @param failures the attempts made so far
     * @param notBefore the clock reading before which it is not sent
     */
    record Retry(long ticket, int failures, long notBefore) implements PoolCommand {}

    /** The failed call has ended: its failure is final. */
    record GiveUp(long ticket, GiveUpReason why) implements PoolCommand {}

    /** Every pool of the same key must stop. */
    record Stop(ModelException failure) implements PoolCommand {}

    /** Send a {@link PoolEvent.Tick} at this clock reading, later than the present one; replaces the earlier wish. */
    record WakeAt(long nanoTime) implements PoolCommand {}

    /** Why an ask got no call. */
    sealed interface Refusal {
        /** No budget on the chain can ever pay for it. */
        record BudgetExhausted() implements Refusal {}

        /** It could not be sent before its deadline. */
        record DeadlinePassed() implements Refusal {}

        /**
         * The provider asked the pool to wait, or a rate is used up, and the deadline lies before the end of that wait.
         *
         * @param untilNanos the clock reading at which the pause ends
         * @param because the failure that asked for it, or one that says which rate is used up
         */
        record PoolPaused(long untilNanos, ModelException because) implements Refusal {}

        /** A failure that concerns every call of this key or model. */
        record PoolStopped(ModelException failure) implements Refusal {}
    }

    /** Why a failed call is not made again. */
    enum GiveUpReason {
        /** The failure's kind, or what was already used of the answer, rules it out. */
        NOT_RETRYABLE,
        /** The attempts of one call are used up. */
        ATTEMPTS,
        /** The pool's retry budget is used up. */
        RETRY_BUDGET,
        /** The next attempt would start after the deadline. */
        DEADLINE
    }
}
