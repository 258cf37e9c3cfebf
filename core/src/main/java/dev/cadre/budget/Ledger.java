// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The account of one budget in a chain of budgets: a tenant, a run, a part of a run. Reserve and commit, as in
 * two-phase accounting.
 *
 * <p>Pure: no threads, clock, locks or I/O; not safe for use by several threads. {@link BudgetGuard} is the shell
 * around it. Public for simulation and replay, without a promise of compatibility.
 *
 * <p>A ledger keeps four sums: settled, forfeited, outstanding, set aside. A need is <em>exhausted</em> if settled +
 * forfeited + set aside + need exceed the limit, <em>contended</em> if only the outstanding money stands in the way,
 * else granted. Every budget of the chain grants a need, or none of them books it. Only the budgets up to the innermost
 * allotment are asked: its money is already set aside in those around it. The money of a loan, which is an allotment that
 * comes back, counts as outstanding instead of set aside: others wait for it.
 */
public final class Ledger {
    /** What the limit of a ledger does to those around it. */
    private enum Hold {
        /** Nothing: it is a cap. */
        NONE,
        /** Its unused money is set aside in them. */
        SET_ASIDE,
        /** Its unused money is outstanding in them. */
        LENT,
        /** The same of what it keeps; it draws on their free money, too. */
        KEPT
    }

    private final Money limit;
    private final @Nullable Ledger parent;
    private final Hold hold;
    /** How much of its limit an allotment holds: all of it, unless it draws on free money, too. */
    private final Money held;
    /** Open allotments anywhere beneath, oldest first. */
    private final Set<Ledger> allotments = new LinkedHashSet<>();

    private Money settled;
    private Money forfeited = Money.ZERO;
    private Money outstanding = Money.ZERO;
    private Money setAside = Money.ZERO;
    /** What loans beneath have not used; apart from the attempts in flight, because a loan has unused money, too. */
    private Money lent = Money.ZERO;

    /** The part of what is forfeited that belongs to attempts which have not ended. */
    private Money marked = Money.ZERO;

    private long openReservations;
    private long overruns;
    private boolean breached;
    private boolean closed;
    /** Null unless other processes spend from this budget, too. */
    private @Nullable Outside outside;

    private @Nullable WaitingNeeds needs;

    private Ledger(Money limit, Money alreadySpent, @Nullable Ledger parent, Hold hold) {
        this(limit, alreadySpent, parent, hold, limit);
    }

    private Ledger(Money limit, Money alreadySpent, @Nullable Ledger parent, Hold hold, Money held) {
        this.limit = limit;
        this.held = held;
        this.settled = alreadySpent;
        this.breached = alreadySpent.isMoreThan(limit);
        this.parent = parent;
        this.hold = hold;
    }

    /** The ledger of an outermost budget. */
    public static Ledger of(Money limit) {
        return of(limit, Money.ZERO);
    }

    /** The continued ledger of an outermost budget; breached from the start if more than the limit is already spent. */
    public static Ledger of(Money limit, Money alreadySpent) {
        return new Ledger(limit, alreadySpent, null, Hold.NONE);
    }

    /**
     * The ledger of a budget that other processes spend from, too, or of one of those around it.
     *
     * @param needs is told of what this process has to fetch; the same for all of a chain
     */
    static Ledger shared(Outside outside, @Nullable Ledger parent, WaitingNeeds needs) {
        var ledger = new Ledger(outside.limit(), Money.ZERO, parent, Hold.NONE);
        ledger.outside = outside;
        ledger.needs = needs;
        return ledger;
    }

    /** Replaces what other processes do to this budget; what this process has booked since is not touched. */
    void setOutside(Outside changed) {
        outside = changed;
    }

    /** The sums of this process alone. */
    LedgerSums sums() {
        return new LedgerSums(settled, forfeited, outstanding.plus(lent), setAside, marked, overruns);
    }

    /** A limit within this budget that holds no money; it may be larger than what is left here. */
    public Ledger cap(Money limit) {
        return cap(limit, Money.ZERO);
    }

    /** A continued limit within this budget; the money already spent counts against the new limit only. */
    public Ledger cap(Money limit, Money alreadySpent) {
        return new Ledger(limit, alreadySpent, this, Hold.NONE);
    }

    /**
     * Sets money aside for a part of this budget: only attempts in the allotment draw on it, until it is closed.
     *
     * @throws AllotmentRefusedException if a reservation of this amount would be refused
     * @throws BudgetClosedException if this budget or one around it is closed
     */
    public Ledger allot(Money amount) {
        return allot(amount, Hold.SET_ASIDE);
    }

    /**
     * Sets money aside for a part of this budget that ends before the others need it: until it is closed, the money counts
     * as outstanding, so that a need which it stands in the way of is contended and not exhausted.
     *
     * @throws AllotmentRefusedException if a reservation of this amount would be refused
     * @throws BudgetClosedException if this budget or one around it is closed
     */
    public Ledger lend(Money amount) {
        return allot(amount, Hold.LENT);
    }

    private Ledger allot(Money amount, Hold hold) {
        refusal(amount).ifPresent(reason -> {
            throw new AllotmentRefusedException(reason);
        });
        return opened(new Ledger(amount, Money.ZERO, this, hold));
    }

    /**
     * Makes a part of this budget out of an allotment of it, which is closed: what that has not used stays set aside for
     * the part, which spends it first, and then what is free here. What comes back of its attempts is kept for it again.
     * Until it is closed, the money that it keeps counts as outstanding, like that of a loan.
     *
     * @throws IllegalArgumentException if it is no allotment or loan that was taken from this very budget
     * @throws BudgetClosedException if this budget or one around it is closed
     */
    public Ledger drawOn(Ledger allotment) {
        if (allotment.parent != this || !allotment.isAllotment()) {
            throw new IllegalArgumentException("no allotment of this budget: " + allotment.state());
        }
        requireOpen();
        Money kept = allotment.closed ? Money.ZERO : allotment.unused();
        allotment.close();
        return opened(new Ledger(limit, Money.ZERO, this, Hold.KEPT, kept));
    }

    private Ledger opened(Ledger allotment) {
        for (Ledger at = this; at != null; at = at.parent) {
            at.allotments.add(allotment);
        }
        book(new Unused(allotment.hold, Money.ZERO, allotment.held), at -> {});
        return allotment;
    }

    /**
     * Takes money for one attempt from every budget of the chain, or from none.
     *
     * @throws BudgetClosedException if this budget or one around it is closed
     */
    public Admission reserve(Money need) {
        Optional<Admission.Refused> refusal = refusal(need);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        book(at -> {
            at.outstanding = at.outstanding.plus(need);
            at.openReservations++;
        });
        return new Admission.Granted(new LedgerReservation(this, need));
    }

    /**
     * Ends this budget: nothing more is granted in it or beneath it, and its money set aside goes back, once.
     * Reservations in flight may still end. Closing again does nothing.
     */
    public void close() {
        if (closed) {
            return;
        }
        // before this one: their rest must go back into an allotment that is still open
        List.copyOf(allotments).forEach(Ledger::close);
        closed = true;
        if (isAllotment() && parent != null) {
            for (Ledger at = parent; at != null; at = at.parent) {
                at.allotments.remove(this);
            }
            parent.book(new Unused(hold, unused(), Money.ZERO), at -> {});
        }
    }

    /** Whether this budget itself was closed. */
    public boolean isClosed() {
        return closed;
    }

    /**
     * The sums of this budget alone, without those around it; see {@link #chainState}. Those of a budget that is shared
     * with other processes are those of all of them, as far as they are known here.
     */
    public LedgerState state() {
        return outside == null ? ownState() : outside.around(sums());
    }

    /** The same with only that as free which may be taken at once, without asking the store of a shared budget. */
    private LedgerState leasedState() {
        return outside == null ? ownState() : outside.leasedTo(sums());
    }

    private LedgerState ownState() {
        return new LedgerState(limit, settled, forfeited, outstanding.plus(lent), setAside, breached);
    }

    /**
     * The sums of this budget with regard to those around it: what is free, contended or exhausted here is so in the
     * whole chain. Money that the others lack counts as settled, their attempts in flight as outstanding; a closed or
     * breached one leaves nothing.
     */
    public LedgerState chainState() {
        var own = state();
        if (own.breached()) {
            return own;
        }
        var room = own.room();
        var free = own.free();
        Money kept = Money.ZERO;
        boolean drawsOnAllotment = false;
        for (Ledger at = this; at != null; at = at.parent) {
            var state = at.state();
            if (at.closed || state.breached()) {
                return own.leaving(Money.ZERO, Money.ZERO, state.breached());
            }
            room = drawsOnAllotment ? room : room.atMost(state.room());
            free = drawsOnAllotment ? free : free.atMost(state.free().plus(kept));
            kept = kept.plus(at.keptFree());
            drawsOnAllotment |= at.isAllotment() && at.hold != Hold.KEPT;
        }
        return own.leaving(room, free, false);
    }

    /**
     * The largest need that the whole chain would grant, if need be after money of a shared budget was fetched; zero if it
     * is closed or breached.
     */
    public Money available() {
        return chainState().free();
    }

    /** The number of attempts in flight in this budget and beneath it. */
    public long openReservations() {
        return openReservations;
    }

    /** Has money for a need fetched if that is what it lacks, as a refused reservation does. */
    void seek(Money need) {
        if (closed().isEmpty()) {
            refusal(need);
        }
    }

    private Optional<Admission.Refused> refusal(Money need) {
        requireOpen();
        Admission.@Nullable Contended contended = null;
        Ledger lacking = this;
        Money lacked = need;
        Money rest = need; // which no money covers that is kept for it
        boolean drawsOnAllotment = false;
        for (Ledger at = this; at != null; at = at.parent) {
            var state = at.leasedState();
            if (drawsOnAllotment ? state.breached() : state.isExhaustedBy(need)) { // what is kept counts as outstanding
                return Optional.of(new Admission.Exhausted(need, state));
            }
            if (!drawsOnAllotment && contended == null && state.isContendedBy(rest)) {
                contended = new Admission.Contended(need, state);
                lacking = at;
                lacked = rest;
            }
            rest = rest.minusOrZero(at.keptFree());
            drawsOnAllotment |= at.isAllotment() && at.hold != Hold.KEPT;
        }
        if (contended != null) {
            lacking.haveFetched(lacked);
        }
        return Optional.ofNullable(contended);
    }

    private void haveFetched(Money need) {
        if (outside != null && needs != null && outside.mayMeet(need, sums())) {
            needs.add(need);
        }
    }

    private void requireOpen() {
        closed().ifPresent(ended -> {
            throw new BudgetClosedException(ended.state());
        });
    }

    /** The innermost budget of the chain that is closed. */
    private Optional<Ledger> closed() {
        for (Ledger at = this; at != null; at = at.parent) {
            if (at.closed) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    private boolean isAllotment() {
        return hold != Hold.NONE;
    }

    private void book(Consumer<Ledger> change) {
        book(new Unused(Hold.SET_ASIDE, Money.ZERO, Money.ZERO), change);
    }

    /** The money that an allotment has not used, before and after a change, as the budgets around it hold it. */
    private record Unused(Hold hold, Money before, Money after) {
        void bookIn(Ledger around) {
            if (hold == Hold.SET_ASIDE) {
                around.setAside = around.setAside.minus(before).plus(after);
            } else {
                around.lent = around.lent.minus(before).plus(after);
            }
        }
    }

    /**
     * Applies a change to this budget and those around it, and adjusts the money set aside or lent: a budget around an open
     * allotment holds exactly what the allotment has not used, and those further out see only the outermost allotment.
     *
     * @param changed the part of this budget that changes
     */
    private void book(Unused changed, Consumer<Ledger> change) {
        Unused within = changed;
        for (Ledger at = this; at != null; at = at.parent) {
            var unusedBefore = at.unused();
            change.accept(at);
            within.bookIn(at);
            if (at.isAllotment() && !at.closed) {
                within = new Unused(at.hold, unusedBefore, at.unused());
            }
        }
    }

    /** The money neither spent nor in flight; the unused money of allotments beneath counts as unused. */
    private Money unused() {
        Money own = held.minusOrZero(settled.plus(forfeited).plus(outstanding));
        return hold == Hold.KEPT ? own.atLeast(setAside.plus(lent)) : own;
    }

    /** The money that this budget keeps and may spend now, besides what is free in those around it. */
    private Money keptFree() {
        return hold == Hold.KEPT
                ? held.minusOrZero(
                        settled.plus(forfeited).plus(outstanding).plus(setAside).plus(lent))
                : Money.ZERO;
    }

    /** Books the amount of an open reservation as forfeited in the whole chain. */
    void bookAsSpent(Money amount) {
        book(at -> {
            at.outstanding = at.outstanding.minus(amount);
            at.forfeited = at.forfeited.plus(amount);
            at.marked = at.marked.plus(amount);
        });
    }

    /** Books the end of a reservation in the whole chain; more than its amount breaches the chain. */
    void bookEnd(LedgerReservation ended, Money booked) {
        Money amount = ended.amount();
        book(at -> {
            if (ended.isMarkedSpent()) {
                at.forfeited = at.forfeited.minus(amount);
                at.marked = at.marked.minus(amount);
            } else {
                at.outstanding = at.outstanding.minus(amount);
            }
            at.openReservations--;
            if (ended.state() == Reservation.State.SETTLED) {
                at.settled = at.settled.plus(booked);
            } else {
                at.forfeited = at.forfeited.plus(booked);
            }
            if (booked.isMoreThan(amount)) {
                at.breached = true;
                at.overruns++;
            }
        });
    }

    /**
     * @throws ArithmeticException if the sums of a budget of the chain cannot hold this cost besides all that is in
     *     flight
     */
    void requireRoomFor(Money cost) {
        for (Ledger at = this; at != null; at = at.parent) {
            at.state().committed().plus(cost);
        }
    }
}
