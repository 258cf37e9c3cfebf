// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.budget.AllotmentRefusedException;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.LedgerState;
import dev.cadre.price.Money;

/** The money of all calls of a process. Each call has its own set aside, so that none takes what another was promised. */
record ProcessBudget(BudgetGuard guard) {

    /** Sets money aside for a call; closing it gives back what was not spent. */
    BudgetGuard allot(Money amount) throws UsageException {
        try {
            return guard.allot(amount);
        } catch (AllotmentRefusedException refused) {
            LedgerState state = guard.state();
            throw new UsageException(
                    "budget_too_small",
                    "budgetUsd: %s is more than what is left of this server's budget: %s of %s (%s is spent, %s is held for calls under way); ask for less, or set offline to true, which costs nothing"
                            .formatted(
                                    amount,
                                    state.free(),
                                    state.limit(),
                                    state.spent(),
                                    state.outstanding().plus(state.setAside())));
        }
    }

    /** What no call has spent or was promised. */
    Money left() {
        return guard.available();
    }
}
