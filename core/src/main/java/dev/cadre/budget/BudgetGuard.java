// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;
import java.util.List;
import java.util.stream.Stream;

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
    private final BudgetLock gate;
    private final List<BudgetRecord> records;

    private BudgetGuard(Ledger ledger, BudgetLock gate, List<BudgetRecord> records) {
        this.ledger = ledger;
        this.gate = gate;
        this.records = records;
    }

    static BudgetGuard of(Ledger outermost) {
        return new BudgetGuard(outermost, new BudgetLock(), List.of());
    }

    /**
     * Reserves money for one attempt, before it is sent.
     *
     * <p>The amount is the worst case that the attempt can cost. Whoever is granted it must
     * {@linkplain Reservation#settle settle}, {@linkplain Reservation#release release} or
     * {@linkplain Reservation#forfeit() forfeit} the reservation, once; until then the money is outstanding. Does not
     * wait for money: whoever is told that the budget is contended may {@linkplain #watch watch} it and ask again.
     *
     * <p>Waits for the disk if this budget is {@linkplain #cap(Money, BudgetRecord) on record}, as is that of a worker in a
     * run with a journal; throws what the record throws, and then has reserved nothing.
     *
     * @return the reservation, or why there is none
     * @throws BudgetClosedException if this budget or one around it is closed
     */
    public Admission reserve(Money worstCase) {
        Admission admission = reserveUnannounced(worstCase);
        if (admission instanceof Admission.Granted(Reservation reservation)) {
            try {
                reservation.announce();
            } catch (RuntimeException | Error unrecorded) {
                reservation.release();
                throw unrecorded;
            }
        }
        return admission;
    }

    /**
     * The same without waiting for a record, for those who hold a lock: they must {@linkplain Reservation#announce
     * announce} the reservation before anything is sent.
     */
    public Admission reserveUnannounced(Money worstCase) {
        return switch (gate.locked(() -> ledger.reserve(worstCase))) {
            case Admission.Granted granted ->
                new Admission.Granted(new GuardedReservation(granted.reservation(), gate, records));
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
        return new BudgetGuard(gate.locked(() -> ledger.allot(amount)), gate, records);
    }

    /** Limits a part of this budget, without setting money aside for it. */
    public BudgetGuard cap(Money limit) {
        return cap(limit, Money.ZERO);
    }

    BudgetGuard cap(Money limit, Money alreadySpent) {
        return new BudgetGuard(ledger.cap(limit, alreadySpent), gate, records);
    }

    /** The same for a part that is kept on record: whatever is reserved in it or beneath it is durable before it is sent. */
    public BudgetGuard cap(Money limit, BudgetRecord record) {
        List<BudgetRecord> all =
                Stream.concat(records.stream(), Stream.of(record)).toList();
        return new BudgetGuard(ledger.cap(limit), gate, all);
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
