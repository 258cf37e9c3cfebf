// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.price.Money;
import dev.cadre.price.Spend;

/** What a command spent, as every document says it. */
record Cost(long picoUsd, String usd, long budgetPicoUsd, long forfeitedPicoUsd, long attempts) {
    /** The cost of a command that ran nothing. */
    static final Cost NONE = of(Spend.NONE, Money.ZERO);

    static Cost of(Spend spend, Money budget) {
        return new Cost(
                spend.total().picoUsd(),
                spend.total().toUsd(),
                budget.picoUsd(),
                spend.forfeited().picoUsd(),
                spend.attempts());
    }
}
