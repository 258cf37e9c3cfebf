// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;

/**
 * Money that is set aside for one attempt until the attempt ends. A reservation ends exactly once: a second ending
 * throws a {@link ReservationEndedException} and changes nothing. Endings do not block and are allowed after the budget
 * was closed.
 */
public abstract sealed class Reservation permits LedgerReservation, GuardedReservation {

    /** The states of a reservation. */
    public enum State {
        /** In flight. */
        OPEN,
        /** The usage was known: its cost is booked. */
        SETTLED,
        /** Never sent, or turned away unpaid: nothing is booked. */
        RELEASED,
        /** Sent, and its usage is unknown: the whole amount is booked. */
        FORFEITED
    }

    private final Money amount;

    Reservation(Money amount) {
        this.amount = amount;
    }

    /** The worst case that was reserved. */
    public final Money amount() {
        return amount;
    }

    /** The present state. */
    public abstract State state();

    /**
     * Records durably that the attempt is about to be sent, if the budget is {@linkplain BudgetRecord on record}; waits
     * for that. Does nothing otherwise, and when called again. {@link BudgetGuard#reserve} has done so.
     *
     * @throws RuntimeException as the record does; nothing may be sent then
     */
    public abstract void announce();

    /**
     * Whether the sums of every budget of the chain can hold this cost: false only beyond the largest {@link Money}.
     */
    public abstract boolean canHold(Money cost);

    /**
     * Books the whole amount as forfeited while the attempt is still under way: it will cost all of it, so nobody waits
     * for a part of it to come back. The reservation stays open; the {@linkplain #settle settled} cost replaces this
     * booking later. Repeated calls are ignored.
     */
    public abstract void markSpent();

    /**
     * Books the real cost of the attempt and gives the rest back.
     *
     * <p>A cost above the amount is booked in full and marks every budget of the chain as breached: they start no more
     * attempts, because the bound that the promise rests on did not hold.
     *
     * @return the excess of the cost over the amount; zero unless the provider broke its own cap or price
     * @throws ArithmeticException if the sums would exceed the largest {@link Money}; the reservation stays open
     */
    public final Money settle(Money cost) {
        return end(State.SETTLED, cost);
    }

    /** Gives everything back: the attempt was never sent, or was turned away unpaid. */
    public final void release() {
        end(State.RELEASED, Money.ZERO);
    }

    /** Books the whole amount: the attempt was sent and its usage is unknown. */
    public final void forfeit() {
        end(State.FORFEITED, amount);
    }

    /**
     * Books more than the amount, because the model that answered may have used more of it than was reserved; breaches
     * the budgets as an excess of {@link #settle} does.
     *
     * @param worstCase at least the amount; the amount if it is less
     * @throws ArithmeticException as {@link #settle} does
     */
    public final void forfeit(Money worstCase) {
        end(State.FORFEITED, worstCase.atLeast(amount));
    }

    /**
     * Books a part of the amount and gives the rest back: the attempt was sent, its usage is unknown, and it can have
     * cost no more than this, because the amount was reserved for a dearer attempt in its place.
     *
     * @param worstCase at most the amount; the amount if it is more
     */
    public final void forfeitPart(Money worstCase) {
        end(State.FORFEITED, worstCase.atMost(amount));
    }

    /**
     * Throws before anything is booked or recorded, so that a chain is never left half changed. Forfeiting the amount
     * always fits.
     */
    final void requireFits(State how, Money booked) {
        if ((how == State.SETTLED || booked.isMoreThan(amount)) && !canHold(booked)) {
            throw new ArithmeticException("a cost of %s is more than the sums can hold".formatted(booked));
        }
    }

    /** Ends the reservation; returns the excess of the booked money over the amount. */
    abstract Money end(State how, Money booked);

    @Override
    public final String toString() {
        return "Reservation[%s, %s]".formatted(amount, state());
    }
}
