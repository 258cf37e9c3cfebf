// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import java.time.Instant;
import java.util.List;

/**
 * The rows of a store within one transaction, which is for the {@link Books}. What is written becomes visible to others
 * all at once, or not at all. A budget that was locked is changed by nobody else until the transaction ends; whoever holds
 * the lock of an outermost budget may change every row beneath it.
 */
public interface BudgetRows {
    /** The time of the store's clock. */
    Instant now();

    /**
     * Locks a budget and those around it, and reads them, the outermost first.
     *
     * @throws BudgetStoreException if there is no such budget
     */
    List<BudgetRow> lockChain(String budget);

    /** Locks and reads another budget beneath an outermost one that is locked. */
    BudgetRow lock(String budget);

    /** The leases of a holder, in no order; empty if it is new. */
    List<LeaseRow> leasesOf(String holder);

    /**
     * Notes for the leases of these budgets that the first one is their outermost: one of the budgets may have been moved
     * since its leases were written.
     */
    void adoptLeases(List<String> chain);

    /**
     * The leases beneath this outermost budget of those holders that hold something there, and should have renewed it,
     * or have renewed it later than now, which happens if the clock goes back; none of a budget that was moved elsewhere.
     */
    List<LeaseRow> overdue(String outermost, Instant now);

    /** Replaces a budget's row. */
    void write(BudgetRow budget);

    /** Adds or replaces a lease's row. */
    void write(LeaseRow lease);

    /** Deletes the leases of a holder. */
    void forget(String holder);

    /** Keeps the sums of a window that is over. */
    void keep(BudgetRow ended);

    /** Deletes the leases beneath an outermost budget that hold nothing and ended before a time. */
    void forgetLeases(String outermost, Instant endedBefore);
}
