// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;

/** A reservation that several threads may race to end: exactly one of them does. */
final class GuardedReservation implements Reservation {

    private final Reservation hold;
    private final Gate gate;

    GuardedReservation(Reservation hold, Gate gate) {
        this.hold = hold;
        this.gate = gate;
    }

    @Override
    public Money amount() {
        return hold.amount();
    }

    @Override
    public State state() {
        return gate.locked(hold::state);
    }

    @Override
    public Money settle(Money cost) {
        return gate.lockedThenTold(() -> hold.settle(cost));
    }

    @Override
    public void markSpent() {
        gate.lockedThenTold(() -> {
            hold.markSpent();
            return hold;
        });
    }

    @Override
    public void release() {
        gate.lockedThenTold(() -> {
            hold.release();
            return hold;
        });
    }

    @Override
    public void forfeit() {
        gate.lockedThenTold(() -> {
            hold.forfeit();
            return hold;
        });
    }

    @Override
    public String toString() {
        return "Reservation[%s, %s]".formatted(amount(), state());
    }
}
