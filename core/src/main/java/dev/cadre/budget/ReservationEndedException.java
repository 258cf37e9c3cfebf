// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;

/** Thrown if a reservation is ended twice; the second ending books nothing. */
public final class ReservationEndedException extends RuntimeException {

    private final Reservation.State state;

    ReservationEndedException(Money amount, Reservation.State state) {
        super("the reservation of %s has already ended: %s".formatted(amount, state));
        this.state = state;
    }

    /** The state after the first ending. */
    public Reservation.State state() {
        return state;
    }
}
