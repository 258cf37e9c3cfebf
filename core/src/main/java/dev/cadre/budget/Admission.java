// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;

/** The answer to a need for money. */
public sealed interface Admission {

    /** The money is reserved for one attempt; the reservation must be ended. */
    record Granted(Reservation reservation) implements Admission {}

    /** The need was not met, and nothing was taken. */
    sealed interface Refused extends Admission {
        /** What was asked for. */
        Money need();

        /** The budget of the chain that stood in the way, the innermost of several. */
        LedgerState budget();

        /** Why there is no money, with the figures. */
        String message();
    }

    /** Not now: only attempts in flight stand in the way. It may be granted once one of them has ended. */
    record Contended(Money need, LedgerState budget) implements Refused {
        @Override
        public String message() {
            return "%s must wait for attempts in flight: free %s (%s)".formatted(need, budget.free(), budget);
        }
    }

    /** Never: what is neither spent nor set aside does not suffice, whatever the attempts in flight will cost. */
    record Exhausted(Money need, LedgerState budget) implements Refused {
        @Override
        public String message() {
            return budget.breached()
                    ? "%s refused: the budget was breached and starts no more attempts (%s)".formatted(need, budget)
                    : "%s exceeds what is left of the budget (%s)".formatted(need, budget);
        }
    }
}
