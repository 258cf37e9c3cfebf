// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.Reservation;
import dev.cadre.pool.CallRefusedException.Reason;
import dev.cadre.price.Money;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * A call's request for admission, open from its submission to its end. Guarded by the lock of the {@link
 * AdmissionPoint}.
 */
final class AdmissionRequest {
    /** The decision about the next attempt of a call. */
    sealed interface Decision {
        /** The attempt may be sent, and this money pays for it. */
        record Admitted(Reservation money) implements Decision {}

        /** The call has ended without another attempt. */
        record Refused(Reason reason) implements Decision {}

        /** The call has ended because its budget threw an exception, for example because it is closed. */
        record BudgetFailed(RuntimeException failure) implements Decision {}
    }

    final long ticket;
    final BudgetGuard budget;
    final Money need;
    /** Signalled when there is a decision, and when this request's thread becomes the timekeeper. */
    final Condition changed;

    /** Null until the machine has decided, and again once the call's thread has taken the decision. */
    @Nullable
    Decision decision;

    AdmissionRequest(long ticket, BudgetGuard budget, Money need, Condition changed) {
        this.ticket = ticket;
        this.budget = budget;
        this.need = need;
        this.changed = changed;
    }
}
