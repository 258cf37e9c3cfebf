// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

/**
 * The port to the rate limits that several processes share: who holds which share of them, and what the provider has told
 * whom. An implementation that keeps rows in a database leaves the decisions to {@link ShareBooks}.
 *
 * <p>Safe for use by many threads.
 */
@FunctionalInterface
public interface LimitStore {
    /**
     * Renews the share of a holder, and moves it towards what is due to it by the demand of all. Atomic. Figures are
     * absolute, so that a request whose answer was lost can be followed by the next one; a request that is older than the
     * last one of its holder changes nothing. A limit that nobody has named before is new, and all of it is free.
     *
     * <p>Blocks until the store has answered; it should give up after some seconds.
     *
     * @throws BudgetStoreException if the store is of another version, or does not answer; in the last case the request may
     *     have been booked or not
     */
    ShareAnswer share(ShareRequest request);
}
