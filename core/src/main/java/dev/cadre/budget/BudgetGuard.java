// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;

/**
 * Lets a need pass only if the money is there: in this budget and in every one around it.
 *
 * <p>Safe for use by many threads. Nothing here waits for money or spends it; a lock shared by the whole tree of budgets
 * is held for the length of a few additions, and never while a watcher runs. Opened by {@link Budget#open()}.
 */
public final class BudgetGuard implements AutoCloseable {

    /** A registration of a watcher; closing it ends the calls, save one that is already under way. */
    @FunctionalInterface
    public interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    private final Ledger ledger;
    private final Gate gate;

    private BudgetGuard(Ledger ledger, Gate gate) {
        this.ledger = ledger;
        this.gate = gate;
    }

    static BudgetGuard of(Ledger outermost) {
        return new BudgetGuard(outermost, new Gate());
    }

    /**
     * Reserves money for one attempt, before it is sent.
     *
     * <p>The amount is the worst case that the attempt can cost. Whoever is granted it must
     * {@linkplain Reservation#settle settle}, {@linkplain Reservation#release release} or
     * {@linkplain Reservation#forfeit forfeit} the reservation, once; until then the money is outstanding. Does not
     * block: whoever is told that the budget is contended may {@linkplain #watch watch} it and ask again.
     *
     * @return the reservation, or why there is none
     * @throws BudgetClosedException if this budget or one around it is closed
     */
    public Admission reserve(Money worstCase) {
        return switch (gate.locked(() -> ledger.reserve(worstCase))) {
            case Admission.Granted granted ->
                new Admission.Granted(new GuardedReservation(granted.reservation(), gate));
            case Admission.Refused refused -> refused;
        };
    }

    /**
     * Sets money aside for a part of this budget, so that no other part can spend it. Closing the allotment gives back
     * what it has not used, once; so does closing this budget.
     *
     * @throws AllotmentRefusedException if a reservation of this amount would be refused
     * @throws BudgetClosedException if this budget or one around it is closed
     */
    public BudgetGuard allot(Money amount) {
        return new BudgetGuard(gate.locked(() -> ledger.allot(amount)), gate);
    }

    /** Limits a part of this budget, without setting money aside for it. */
    public BudgetGuard cap(Money limit) {
        return cap(limit, Money.ZERO);
    }

    BudgetGuard cap(Money limit, Money alreadySpent) {
        return new BudgetGuard(ledger.cap(limit, alreadySpent), gate);
    }

    /**
     * Calls back whenever a need that was contended may be answered otherwise: a reservation has ended or a budget was
     * closed, here or anywhere in the same tree of budgets.
     *
     * <p>The watcher runs on the thread that caused it, outside the lock, perhaps on several at once; it should be short.
     * What it throws is logged and otherwise ignored. To miss nothing, watch first, then reserve.
     */
    public Watch watch(Runnable watcher) {
        return gate.watch(watcher);
    }

    /** The sums of this budget at this instant. */
    public LedgerState state() {
        return gate.locked(ledger::state);
    }

    /**
     * The sums of this budget at this instant with regard to those around it: what is free, contended or exhausted is so
     * in the whole chain. What the others lack counts as settled here, what they have in flight as outstanding.
     */
    public LedgerState chainState() {
        return gate.locked(ledger::chainState);
    }

    /** The largest need that would be granted now, with regard to the budgets around this one; nothing once closed. */
    public Money available() {
        return gate.locked(ledger::available);
    }

    /** Attempts in flight in this budget and its parts. */
    public long openReservations() {
        return gate.locked(ledger::openReservations);
    }

    /**
     * Ends this budget: later needs in it or its parts are a {@link BudgetClosedException}, its allotments give back
     * what they have not used. Attempts in flight may still end. Closing again does nothing.
     */
    @Override
    public void close() {
        gate.lockedThenTold(() -> {
            ledger.close();
            return ledger;
        });
    }

    @Override
    public String toString() {
        return "BudgetGuard[" + state() + "]";
    }
}
