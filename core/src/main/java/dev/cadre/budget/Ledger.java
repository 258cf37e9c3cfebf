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
 * The books of one budget in a chain of budgets: a tenant, a run, a part of a run. Reserve and commit, as in two-phase
 * accounting.
 *
 * <p>Pure: no threads, clock, locks or I/O; not safe for use by several threads. {@link BudgetGuard} is the shell around
 * it. Public for simulation and replay, without a promise of compatibility.
 *
 * <p>Four sums are kept: settled, forfeited, outstanding, set aside. A need is <em>exhausted</em> if settled + forfeited
 * + set aside + need exceed the limit, <em>contended</em> if only the outstanding money stands in the way, else granted.
 * A need is granted by every budget of the chain, or none of them books it. Only the budgets up to the innermost
 * allotment are asked: its money is already set aside in those around it.
 */
public final class Ledger {

    private enum Kind {
        /** A limit that holds no money. */
        CAP,
        /** Money that is set aside in the budgets around it. */
        ALLOTMENT
    }

    private final Money limit;
    private final @Nullable Ledger parent;
    private final Kind kind;
    /** Open allotments anywhere beneath, oldest first. */
    private final Set<Ledger> allotments = new LinkedHashSet<>();

    private Money settled;
    private Money forfeited = Money.ZERO;
    private Money outstanding = Money.ZERO;
    private Money setAside = Money.ZERO;
    private long openReservations;
    private boolean breached;
    private boolean closed;

    private Ledger(Money limit, Money alreadySpent, @Nullable Ledger parent, Kind kind) {
        this.limit = limit;
        this.settled = alreadySpent;
        this.breached = alreadySpent.isMoreThan(limit);
        this.parent = parent;
        this.kind = kind;
    }

    /** The books of an outermost budget. */
    public static Ledger of(Money limit) {
        return of(limit, Money.ZERO);
    }

    /** The books of an outermost budget, continued; breached from the start if more than the limit is already spent. */
    public static Ledger of(Money limit, Money alreadySpent) {
        return new Ledger(limit, alreadySpent, null, Kind.CAP);
    }

    /** A limit within this budget that holds no money; it may be larger than what is left here. */
    public Ledger cap(Money limit) {
        return cap(limit, Money.ZERO);
    }

    /** A limit within this budget, continued; what was already spent counts against the new limit only. */
    public Ledger cap(Money limit, Money alreadySpent) {
        return new Ledger(limit, alreadySpent, this, Kind.CAP);
    }

    /**
     * Sets money aside for a part of this budget: only attempts in the allotment draw on it, until it is closed.
     *
     * @throws AllotmentRefusedException if a reservation of this amount would be refused
     * @throws BudgetClosedException if this budget or one around it is closed
     */
    public Ledger allot(Money amount) {
        refusal(amount).ifPresent(reason -> {
            throw new AllotmentRefusedException(reason);
        });
        var allotment = new Ledger(amount, Money.ZERO, this, Kind.ALLOTMENT);
        for (Ledger at = this; at != null; at = at.parent) {
            at.allotments.add(allotment);
        }
        book(Money.ZERO, amount, at -> {});
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
        return new Admission.Granted(new Hold(need));
    }

    /**
     * Ends this budget: nothing more is granted in it or beneath it, and what is set aside goes back, once. Reservations
     * in flight may still end. Closing again does nothing.
     */
    public void close() {
        if (closed) {
            return;
        }
        // before this one: their rest must go back into an allotment that is still open
        List.copyOf(allotments).forEach(Ledger::close);
        closed = true;
        if (kind == Kind.ALLOTMENT && parent != null) {
            for (Ledger at = parent; at != null; at = at.parent) {
                at.allotments.remove(this);
            }
            parent.book(unused(), Money.ZERO, at -> {});
        }
    }

    /** Whether this budget itself was closed. */
    public boolean isClosed() {
        return closed;
    }

    /** The sums of this budget alone, whatever those around it hold; see {@link #chainState}. */
    public LedgerState state() {
        return new LedgerState(limit, settled, forfeited, outstanding, setAside, breached);
    }

    /**
     * The sums of this budget with regard to those around it: what is free, contended or exhausted here is so in the whole
     * chain. What the others lack counts as settled, what they have in flight as outstanding; a closed or breached one
     * leaves nothing.
     */
    public LedgerState chainState() {
        var own = state();
        if (breached) {
            return own;
        }
        var room = own.room();
        var free = own.free();
        boolean drawsOnAllotment = false;
        for (Ledger at = this; at != null; at = at.parent) {
            if (at.closed || at.breached) {
                return own.leaving(Money.ZERO, Money.ZERO, at.breached);
            }
            room = drawsOnAllotment ? room : room.atMost(at.state().room());
            free = drawsOnAllotment ? free : free.atMost(at.state().free());
            drawsOnAllotment |= at.kind == Kind.ALLOTMENT;
        }
        return own.leaving(room, free, false);
    }

    /** The largest need that would be granted at once by the whole chain; nothing if it is closed or breached. */
    public Money available() {
        return chainState().free();
    }

    /** Attempts in flight in this budget and beneath it. */
    public long openReservations() {
        return openReservations;
    }

    private Optional<Admission.Refused> refusal(Money need) {
        requireOpen();
        Admission.@Nullable Contended contended = null;
        boolean drawsOnAllotment = false;
        for (Ledger at = this; at != null; at = at.parent) {
            var state = at.state();
            if (drawsOnAllotment ? state.breached() : state.isExhaustedBy(need)) {
                return Optional.of(new Admission.Exhausted(need, state));
            }
            if (!drawsOnAllotment && contended == null && state.isContendedBy(need)) {
                contended = new Admission.Contended(need, state);
            }
            drawsOnAllotment |= at.kind == Kind.ALLOTMENT;
        }
        return Optional.ofNullable(contended);
    }

    private void requireOpen() {
        for (Ledger at = this; at != null; at = at.parent) {
            if (at.closed) {
                throw new BudgetClosedException(at.state());
            }
        }
    }

    private void book(Consumer<Ledger> change) {
        book(Money.ZERO, Money.ZERO, change);
    }

    /**
     * Applies a change to this budget and those around it. What is set aside follows: a budget around an open allotment
     * sets aside exactly what the allotment has not used, and those further out see only the outermost allotment.
     *
     * @param asideBefore what this budget sets aside for the part that changes, before the change
     * @param asideAfter the same after the change
     */
    private void book(Money asideBefore, Money asideAfter, Consumer<Ledger> change) {
        var before = asideBefore;
        var after = asideAfter;
        for (Ledger at = this; at != null; at = at.parent) {
            var unusedBefore = at.unused();
            change.accept(at);
            at.setAside = at.setAside.minus(before).plus(after);
            if (at.kind == Kind.ALLOTMENT && !at.closed) {
                before = unusedBefore;
                after = at.unused();
            }
        }
    }

    /** What is neither spent nor in flight; allotments beneath have not used theirs either. */
    private Money unused() {
        return limit.minusOrZero(settled.plus(forfeited).plus(outstanding));
    }

    /** Money of one attempt, booked as outstanding in the whole chain. */
    final class Hold implements Reservation {
        private final Money amount;
        private State state = State.OPEN;
        private boolean spent;

        private Hold(Money amount) {
            this.amount = amount;
        }

        @Override
        public Money amount() {
            return amount;
        }

        @Override
        public State state() {
            return state;
        }

        /** These books are on no record. */
        @Override
        public void announce() {}

        @Override
        public boolean canHold(Money cost) {
            try {
                requireRoomFor(cost);
                return true;
            } catch (ArithmeticException tooMuch) {
                return false;
            }
        }

        @Override
        public Money settle(Money cost) {
            requireStillOpen();
            requireRoomFor(cost);
            var excess = cost.minusOrZero(amount);
            end(State.SETTLED, at -> {
                at.settled = at.settled.plus(cost);
                at.breached |= !excess.isZero();
            });
            return excess;
        }

        @Override
        public void markSpent() {
            requireStillOpen();
            if (!spent) {
                spent = true;
                book(at -> {
                    at.outstanding = at.outstanding.minus(amount);
                    at.forfeited = at.forfeited.plus(amount);
                });
            }
        }

        @Override
        public void release() {
            requireStillOpen();
            end(State.RELEASED, at -> {});
        }

        @Override
        public void forfeit() {
            requireStillOpen();
            end(State.FORFEITED, at -> at.forfeited = at.forfeited.plus(amount));
        }

        @Override
        public void forfeit(Money worstCase) {
            if (!worstCase.isMoreThan(amount)) {
                forfeit();
                return;
            }
            requireStillOpen();
            requireRoomFor(worstCase);
            end(State.FORFEITED, at -> {
                at.forfeited = at.forfeited.plus(worstCase);
                at.breached = true;
            });
        }

        private void requireStillOpen() {
            if (state != State.OPEN) {
                throw new ReservationEndedException(amount, state);
            }
        }

        /** Throws before anything is booked, so that the chain is never left half changed. */
        private void requireRoomFor(Money cost) {
            for (Ledger at = Ledger.this; at != null; at = at.parent) {
                at.state().committed().plus(cost);
            }
        }

        private void end(State how, Consumer<Ledger> booking) {
            state = how;
            book(at -> {
                if (spent) {
                    at.forfeited = at.forfeited.minus(amount);
                } else {
                    at.outstanding = at.outstanding.minus(amount);
                }
                at.openReservations--;
                booking.accept(at);
            });
        }
    }
}
