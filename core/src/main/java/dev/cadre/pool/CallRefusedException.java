// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.Admission;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a call, or the retry of a call, was not sent. If an attempt went before, its {@link ModelException} is the
 * cause; otherwise nothing was spent.
 */
public final class CallRefusedException extends RuntimeException {

    /** The reason for a refusal. */
    public sealed interface Reason {
        /** The budget can never pay for the call; the admission has the need and the sums. */
        record BudgetExhausted(Admission.Exhausted admission) implements Reason {}

        /** The call could not be sent before its deadline. */
        record DeadlinePassed() implements Reason {}

        /**
         * The provider asked the pool to wait, or a rate of the pool is used up, and the wait ends after the call's
         * deadline. A call with a later deadline waits; {@link ModelPool#resume} ends a pause that the provider asked
         * for.
         *
         * @param until the end of the pause, by the pool's calendar or the system's clock
         * @param because the failure that caused it, met by this or another call of the pool; for a rate of the pool, a
         *     {@link ModelException.RateLimited} that the pool itself made
         */
        record PoolPaused(Instant until, ModelException because) implements Reason {}

        /**
         * A failure stopped every call of this key or model until {@link ModelPool#resume}. This or another call of the
         * pool met it.
         */
        record PoolStopped(ModelException failure) implements Reason {}
    }

    private final transient Reason reason;
    private final boolean attempted;

    CallRefusedException(String model, CallPurpose purpose, Reason reason, @Nullable ModelException last) {
        super(message(model, purpose, reason, last), last != null ? last : stopper(reason));
        this.reason = reason;
        this.attempted = last != null;
    }

    /** The reason for the refusal. */
    public Reason reason() {
        return reason;
    }

    /** Whether an earlier attempt of the same call was sent, which may have been billed. */
    public boolean wasAttempted() {
        return attempted;
    }

    private static String message(String model, CallPurpose purpose, Reason reason, @Nullable ModelException last) {
        String why = switch (reason) {
            case Reason.BudgetExhausted exhausted -> exhausted.admission().message();
            case Reason.DeadlinePassed passed -> "it cannot be sent before its deadline";
            case Reason.PoolPaused(Instant until, ModelException because) ->
                "the pool is paused until %s because %s".formatted(until, because.getMessage());
            case Reason.PoolStopped stopped ->
                "the pool has stopped: " + stopped.failure().getMessage();
        };
        String who = purpose.subtaskId().isEmpty() ? purpose.subtaskType() : "subtask '" + purpose.subtaskId() + "'";
        boolean isOfLast = reason instanceof Reason.BudgetExhausted || reason instanceof Reason.DeadlinePassed;
        return last != null && isOfLast
                ? "call of %s by %s failed: %s; it is not tried again, because %s"
                        .formatted(model, who, last.getMessage(), why)
                : "call of %s by %s refused: %s".formatted(model, who, why);
    }

    private static @Nullable Throwable stopper(Reason reason) {
        return switch (reason) {
            case Reason.PoolStopped(ModelException failure) -> failure;
            case Reason.PoolPaused(Instant until, ModelException because) -> because;
            case Reason.BudgetExhausted exhausted -> null;
            case Reason.DeadlinePassed passed -> null;
        };
    }
}
