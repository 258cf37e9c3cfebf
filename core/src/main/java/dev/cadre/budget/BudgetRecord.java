// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;
import dev.cadre.price.Spend;

/**
 * A durable record of what is spent in one budget and beneath it, so that a crash forgets none of it. Safe for use by many
 * threads.
 */
@FunctionalInterface
public interface BudgetRecord {
    /** What is on record of one reservation. */
    @FunctionalInterface
    interface Entry {
        /** Takes down how it ended, before its money can be used again. Does not wait. */
        void end(Spend booked);
    }

    /**
     * Takes down that something is about to be sent which costs this much at most, and waits until that is durable.
     *
     * @throws RuntimeException if it is not: nothing may be sent then
     */
    Entry begin(Money worstCase);
}
