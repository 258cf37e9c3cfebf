// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.Admission;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import org.jspecify.annotations.Nullable;

/**
 * A call, or the retry of one, was not sent. If an attempt went before, its {@link ModelException} is the cause; otherwise
 * nothing was spent.
 */
public final class CallRefusedException extends RuntimeException {

    /** Why a call was refused. */
    public sealed interface Reason {
        /** The budget can never pay for it; the admission has the need and the sums. */
        record BudgetExhausted(Admission.Exhausted admission) implements Reason {}

        /** It could not be sent before its deadline. */
        record DeadlinePassed() implements Reason {}

        /** A failure that concerns every call of this key or model, met by this or another call of the pool. */
        record PoolStopped(ModelException failure) implements Reason {}
    }

    private final transient Reason reason;

    CallRefusedException(String model, CallPurpose purpose, Reason reason, @Nullable ModelException last) {
        super(message(model, purpose, reason), last != null ? last : stopper(reason));
        this.reason = reason;
    }

    /** Why it was refused. */
    public Reason reason() {
        return reason;
    }

    private static String message(String model, CallPurpose purpose, Reason reason) {
        String why = switch (reason) {
            case Reason.BudgetExhausted exhausted -> exhausted.admission().message();
            case Reason.DeadlinePassed passed -> "it cannot be sent before its deadline";
            case Reason.PoolStopped stopped ->
                "the pool has stopped: " + stopped.failure().getMessage();
        };
        String who = purpose.subtaskId().isEmpty() ? purpose.subtaskType() : "subtask '" + purpose.subtaskId() + "'";
        return "call of %s by %s refused: %s".formatted(model, who, why);
    }

    private static @Nullable Throwable stopper(Reason reason) {
        return reason instanceof Reason.PoolStopped stopped ? stopped.failure() : null;
    }
}
