// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;
import dev.cadre.share.SyncRequest.Totals;

/**
 * The sums that a ledger keeps of its own process, since it was opened.
 *
 * @param forfeited includes what is marked
 * @param marked what is booked as forfeited of attempts that may still end with less
 * @param overruns how many attempts cost more than their worst case
 */
record LedgerSums(Money settled, Money forfeited, Money outstanding, Money setAside, Money marked, long overruns) {
    static final LedgerSums NONE = new LedgerSums(Money.ZERO, Money.ZERO, Money.ZERO, Money.ZERO, Money.ZERO, 0);

    Money committed() {
        return settled.plus(forfeited).plus(outstanding).plus(setAside);
    }

    boolean breached() {
        return overruns > 0;
    }

    /** What is spent for good: none of it comes back. */
    Totals totals() {
        return new Totals(settled, forfeited.minus(marked), overruns);
    }

    /** What may still come back. */
    Money inFlight() {
        return outstanding.plus(setAside).plus(marked);
    }
}
