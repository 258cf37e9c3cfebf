// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;

/** Money of one attempt, booked as outstanding in every {@link Ledger} of a chain. */
final class LedgerReservation extends Reservation {
    private final Ledger ledger;
    private State state = State.OPEN;
    private boolean markedSpent;

    LedgerReservation(Ledger ledger, Money amount) {
        super(amount);
        this.ledger = ledger;
    }

    @Override
    public State state() {
        return state;
    }

    /** Does nothing: a ledger is on no record. */
    @Override
    public void announce() {}

    @Override
    public boolean canHold(Money cost) {
        try {
            ledger.requireRoomFor(cost);
            return true;
        } catch (ArithmeticException tooMuch) {
            return false;
        }
    }

    @Override
    public void markSpent() {
        requireOpen();
        if (!markedSpent) {
            markedSpent = true;
            ledger.bookAsSpent(amount());
        }
    }

    @Override
    Money end(State how, Money booked) {
        requireOpen();
        requireFits(how, booked);
        state = how;
        ledger.bookEnd(this, booked);
        return booked.minusOrZero(amount());
    }

    boolean isMarkedSpent() {
        return markedSpent;
    }

    private void requireOpen() {
        if (state != State.OPEN) {
            throw new ReservationEndedException(amount(), state);
        }
    }
}
