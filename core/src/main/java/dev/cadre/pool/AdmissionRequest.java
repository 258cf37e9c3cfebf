// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.Reservation;
import dev.cadre.pool.CallRefusedException.Reason;
import dev.cadre.price.Money;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** A call at the admission point, from its ask to its end; guarded by the lock of its {@link AdmissionPoint}. */
final class AdmissionRequest {
    final PoolEvent.Submitted ask;
    final BudgetGuard budget;
    final Money need;
    /** Signalled when the machine has decided, or when this waiter has become the timekeeper. */
    final Condition news;

    /** The money of an admitted attempt that its thread has not taken over yet. */
    @Nullable
    Reservation granted;

    @Nullable
    Reason refused;
    /** What the budget threw when it was asked, such as that it is closed. */
    @Nullable
    RuntimeException broken;

    AdmissionRequest(PoolEvent.Submitted ask, BudgetGuard budget, Money need, Condition news) {
        this.ask = ask;
        this.budget = budget;
        this.need = need;
        this.news = news;
    }

    boolean isDecided() {
        return granted != null || refused != null || broken != null;
    }

    /** Asks the budget; what it says is kept for the waiting thread. */
    MoneyGate.Verdict takeMoney() {
        try {
            return switch (budget.reserveUnannounced(need)) {
                case Admission.Granted(Reservation reservation) -> {
                    granted = reservation;
                    yield MoneyGate.Verdict.GRANTED;
                }
                case Admission.Contended contended -> MoneyGate.Verdict.CONTENDED;
                case Admission.Exhausted exhausted -> {
                    refused = new Reason.BudgetExhausted(exhausted);
                    yield MoneyGate.Verdict.EXHAUSTED;
                }
            };
        } catch (RuntimeException failure) {
            // another caller's thread may be the one that asks: the failure belongs to this waiter only
            broken = failure;
            return MoneyGate.Verdict.EXHAUSTED;
        }
    }
}
