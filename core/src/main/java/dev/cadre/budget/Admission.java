// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;

/** The answer of a budget to a need for money. */
public sealed interface Admission {

    /** The money is reserved for one attempt; the reservation must be ended. */
    record Granted(Reservation reservation) implements Admission {}

    /** The need was not met, and nothing was taken. */
    sealed interface Refused extends Admission {
        /** The money that was asked for. */
        Money need();

        /** The budget of the chain that refused, the innermost of several. */
        LedgerState budget();

        /** The reason for the refusal, with the figures. */
        String message();
    }

    /**
     * Not now: only attempts in flight stand in the way, or money of a shared budget must be fetched. The need may be
     * granted once one of them has ended, or the money is there.
     */
    record Contended(Money need, LedgerState budget) implements Refused {
        @Override
        public String message() {
            return "%s must wait for attempts in flight: free %s (%s)".formatted(need, budget.free(), budget);
        }
    }

    /** Never: the money neither spent nor set aside is too little, even if the attempts in flight cost nothing. */
    record Exhausted(Money need, LedgerState budget) implements Refused {
        @Override
        public String message() {
            return budget.breached()
                    ? "%s refused: the budget was breached and starts no more attempts (%s)".formatted(need, budget)
                    : "%s exceeds what is left of the budget (%s)".formatted(need, budget);
        }
    }
}
