// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;
import dev.cadre.price.Spend;

/**
 * A durable record of the money spent in one budget and beneath it, so that none is lost in a crash. Safe for use by
 * many threads.
 */
@FunctionalInterface
public interface BudgetRecord {
    /** The entry of one reservation. */
    @FunctionalInterface
    interface Entry {
        /** Records the end of the reservation, before its money can be used again. Does not wait. */
        void end(Spend booked);
    }

    /**
     * Records that a request is about to be sent which costs this much at most, and waits until the entry is durable.
     *
     * @throws RuntimeException if it could not be recorded: nothing may be sent then
     */
    Entry begin(Money worstCase);
}
