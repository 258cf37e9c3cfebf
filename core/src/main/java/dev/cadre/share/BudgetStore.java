// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

/**
 * The port to what several processes share: the budgets, what is spent of them, and who holds a lease of them. An
 * implementation that keeps rows in a database leaves the decisions to {@link Books}.
 *
 * <p>Safe for use by many threads.
 */
@FunctionalInterface
public interface BudgetStore {
    /**
     * Books what a holder has spent, renews its lease, and grants what it wants if that is there. Atomic. Figures are
     * absolute, so that a request whose answer was lost can be followed by the next one; a request that is older than
     * the last one of its holder changes nothing.
     *
     * <p>Blocks until the store has answered; it should give up after some seconds.
     *
     * @throws BudgetStoreException if the store has no such budget, is of another version, or does not answer; in the last
     *     case the request may have been booked or not
     */
    SyncAnswer sync(SyncRequest request);
}
