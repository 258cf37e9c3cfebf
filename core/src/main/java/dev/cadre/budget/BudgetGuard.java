// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * An open budget. It grants a need only if the money is there: in this budget and in every one around it.
 *
 * <p>Safe for use by many threads. No method waits for money or spends it; the lock of the whole tree of budgets is
 * held for a few additions only, and never while a watcher runs. Opened by {@link Budget#open()}.
 */
public final class BudgetGuard implements AutoCloseable {

    /** The registration of a watcher. Closing it ends the calls, except one that is already under way. */
    @FunctionalInterface
    public interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    private final Ledger ledger;
    private final BudgetLock lock;
    private final List<BudgetRecord> records;

    private BudgetGuard(Ledger ledger, BudgetLock lock, List<BudgetRecord> records) {
        this.ledger = ledger;
        this.lock = lock;
        this.records = records;
    }

    static BudgetGuard of(Ledger outermost) {
        return of(outermost, new BudgetLock());
    }

    static BudgetGuard of(Ledger ledger, BudgetLock lock) {
        return new BudgetGuard(ledger, lock, List.of());
    }

    /**
     * Reserves money for one attempt, before it is sent.
     *
     * <p>The amount is the worst case that the attempt can cost. The caller must {@linkplain Reservation#settle
     * settle}, {@linkplain Reservation#release release} or {@linkplain Reservation#forfeit() forfeit} a granted
     * reservation, once; until then the money is outstanding. Does not wait for money: if the budget is contended, the
     * caller may {@linkplain #watch watch} it and ask again.
     *
     * <p>Waits for the disk if this budget is {@linkplain #cap(Money, BudgetRecord) on record}, like the budget of a
     * worker in a run with a journal; an exception of the record is rethrown, and then nothing is reserved.
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
     * Reserves without waiting for a record, for callers that hold a lock: they must {@linkplain Reservation#announce
     * announce} the reservation before anything is sent.
     */
    public Admission reserveUnannounced(Money worstCase) {
        return switch (lock.locked(() -> ledger.reserve(worstCase))) {
            case Admission.Granted granted ->
                new Admission.Granted(new GuardedReservation(granted.reservation(), lock, records));
            case Admission.Contended contended -> {
                lock.moneyIsSought();
                yield contended;
            }
            case Admission.Exhausted exhausted -> exhausted;
        };
    }

    /**
     * Sets money aside for a part of this budget, so that no other part can spend it. Closing the allotment, or this
     * budget, gives the unused money back, once.
     *
     * @throws AllotmentRefusedException if a reservation of this amount would be refused
     * @throws BudgetClosedException if this budget or one around it is closed
     */
    public BudgetGuard allot(Money amount) {
        return part(() -> ledger.allot(amount));
    }

    private BudgetGuard part(Supplier<Ledger> part) {
        try {
            return new BudgetGuard(lock.locked(part), lock, records);
        } catch (AllotmentRefusedException refused) {
            lock.moneyIsSought();
            throw refused;
        }
    }

    /**
     * Says that somebody waits for a need without asking for it. A budget that other processes {@linkplain SharedBudget
     * share} fetches money for it if that is what it lacks, as after a contended {@link #reserve}; other budgets do nothing.
     * Does not wait: {@link #watch} tells when to look again, and then this must be said again.
     */
    public void seek(Money need) {
        lock.locked(() -> {
            ledger.seek(need);
            return ledger;
        });
        lock.moneyIsSought();
    }

    /**
     * Sets money aside for a part of this budget that ends before others need it, such as a run within a run. As
     * {@link #allot}, but the money counts as outstanding until the loan is closed: whoever lacks it waits, as for an attempt
     * in flight, instead of being refused.
     *
     * @throws AllotmentRefusedException if a reservation of this amount would be refused
     * @throws BudgetClosedException if this budget or one around it is closed
     */
    public BudgetGuard lend(Money amount) {
        return part(() -> ledger.lend(amount));
    }

    /**
     * Makes a part of this budget out of an allotment of it, which is closed: what that has not used stays set aside for
     * the part, which spends it first, and then what is free here. It changes hands in one step, so that nobody can have it
     * in between, and what comes back of an attempt is kept again. As with a {@link #lend loan}, others wait for what it
     * keeps; closing it gives back what is left.
     *
     * @throws IllegalArgumentException if it is no allotment or loan that was taken from this very budget
     * @throws BudgetClosedException if this budget or one around it is closed
     */
    public BudgetGuard drawOn(BudgetGuard allotment) {
        return new BudgetGuard(lock.locked(() -> ledger.drawOn(allotment.ledger)), lock, records);
    }

    /** Limits a part of this budget, without setting money aside for it. */
    public BudgetGuard cap(Money limit) {
        return cap(limit, Money.ZERO);
    }

    BudgetGuard cap(Money limit, Money alreadySpent) {
        return new BudgetGuard(ledger.cap(limit, alreadySpent), lock, records);
    }

    /**
     * Limits a part of this budget that is on record: each reservation in it or beneath it is durable before it is
     * sent.
     */
    public BudgetGuard cap(Money limit, BudgetRecord record) {
        List<BudgetRecord> all =
                Stream.concat(records.stream(), Stream.of(record)).toList();
        return new BudgetGuard(ledger.cap(limit), lock, all);
    }

    /**
     * Calls the watcher whenever the answer to a contended need may have changed: a reservation has ended or a budget
     * was closed, here or anywhere in the same tree of budgets, or the store of a shared budget has answered.
     *
     * <p>The watcher runs on the thread that caused the change, outside the lock, perhaps on several threads at once;
     * it should be short. Its exceptions are logged and otherwise ignored. To miss no change, watch first, then
     * reserve.
     */
    public Watch watch(Runnable watcher) {
        return lock.watch(watcher);
    }

    /** The sums of this budget at this instant. */
    public LedgerState state() {
        return lock.locked(ledger::state);
    }

    /**
     * The sums of this budget at this instant with regard to those around it: what is free, contended or exhausted is
     * so in the whole chain. Money that the others lack counts as settled here, their attempts in flight as
     * outstanding.
     */
    public LedgerState chainState() {
        return lock.locked(ledger::chainState);
    }

    /**
     * The largest need that would be granted now, with regard to the budgets around this one; zero once closed. Of a budget
     * that other processes {@linkplain SharedBudget share}, what is free in the store counts, although it must be fetched.
     */
    public Money available() {
        return lock.locked(ledger::available);
    }

    /** The number of attempts in flight in this budget and its parts. */
    public long openReservations() {
        return lock.locked(ledger::openReservations);
    }

    /**
     * Ends this budget: later needs in it or its parts throw a {@link BudgetClosedException}, and its allotments give
     * back the money they have not used. Attempts in flight may still end. Closing again does nothing.
     */
    @Override
    public void close() {
        lock.lockedThenNotify(() -> {
            ledger.close();
            return ledger;
        });
    }

    @Override
    public String toString() {
        return "BudgetGuard[" + state() + "]";
    }
}
