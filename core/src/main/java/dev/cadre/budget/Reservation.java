// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;

/**
 * Money for one attempt, until it ends. It ends exactly once: a second ending is a {@link ReservationEndedException} and
 * changes nothing. Endings do not block and are allowed after the budget was closed.
 */
public sealed interface Reservation permits Ledger.Hold, GuardedReservation {

    /** Where a reservation stands. */
    enum State {
        /** In flight. */
        OPEN,
        /** The usage was known: its cost is booked. */
        SETTLED,
        /** Never sent, or turned away unpaid: nothing is booked. */
        RELEASED,
        /** Sent, and its usage is unknown: the whole amount is booked. */
        FORFEITED
    }

    /** The worst case that was reserved. */
    Money amount();

    State state();

    /**
     * Makes it durable that what this money pays for is about to be sent, where the budget is {@linkplain BudgetRecord on
     * record}; waits for that. Does nothing otherwise, and when called again. {@link BudgetGuard#reserve} has done so.
     *
     * @throws RuntimeException as the record does; nothing may be sent then
     */
    void announce();

    /** Whether the sums of every budget of the chain can hold this cost: false only beyond the largest {@link Money}. */
    boolean canHold(Money cost);

    /**
     * Books what the attempt really cost and gives the rest back.
     *
     * <p>A cost above the amount is booked in full and marks every budget of the chain as breached: they start no more
     * attempts, because the bound that the promise rests on did not hold.
     *
     * @return the excess of the cost over the amount; nothing unless the provider broke its own cap or price
     * @throws ArithmeticException if the sums would exceed the largest {@link Money}; the reservation stays open
     */
    Money settle(Money cost);

    /**
     * Books the whole amount as forfeited while the attempt is still under way: it will cost all of it, so that nobody
     * waits for a part of it to come back. The reservation stays open; what it {@linkplain #settle settles} at later takes
     * the place of this booking. Doing it again does nothing.
     */
    void markSpent();

    /** Gives everything back: the attempt was never sent, or turned away unpaid. */
    void release();

    /** Books the whole amount: the attempt was sent and nobody knows what it used. */
    void forfeit();

    /**
     * Books more than the amount, because whoever answered may have used more of it than was reserved; breaches the
     * budgets as an excess of {@link #settle} does.
     *
     * @param worstCase the amount at least
     * @throws ArithmeticException as {@link #settle} does
     */
    void forfeit(Money worstCase);
}
