// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;

/** A reservation was ended twice; the second ending booked nothing. */
public final class ReservationEndedException extends RuntimeException {

    private final Reservation.State state;

    ReservationEndedException(Money amount, Reservation.State state) {
        super("the reservation of %s has already ended: %s".formatted(amount, state));
        this.state = state;
    }

    /** How it ended the first time. */
    public Reservation.State state() {
        return state;
    }
}
