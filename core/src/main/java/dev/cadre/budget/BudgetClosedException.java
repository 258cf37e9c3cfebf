// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

/**
 * Thrown if money is asked of a closed budget: it or one around it was closed, because its run or allotment is over.
 */
public final class BudgetClosedException extends RuntimeException {

    BudgetClosedException(LedgerState budget) {
        super("the budget is closed (%s)".formatted(budget));
    }
}
