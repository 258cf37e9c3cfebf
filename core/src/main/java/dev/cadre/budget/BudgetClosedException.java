// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

/** Money was asked of a budget that was closed, itself or around it: its run or allotment is over. */
public final class BudgetClosedException extends RuntimeException {

    BudgetClosedException(LedgerState budget) {
        super("the budget is closed (%s)".formatted(budget));
    }
}
