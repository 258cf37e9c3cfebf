// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import dev.cadre.price.Money;
import java.time.Duration;

/**
 * What a holder of a shared budget says to its store: its whole position, not what has changed.
 *
 * @param budget the name of the budget
 * @param holder a name that no other holder has or will have
 * @param sequence 1 for the first request of a holder, more for each later one
 * @param totals what the holder has spent since it was opened
 * @param keeps what the holder may spend besides, until the answer: its attempts in flight, and what it does not give
 *     back
 * @param setAside the part of {@code keeps} that is set aside for a part of a run: others need not wait for it as for an
 *     attempt
 * @param wants what it asks for besides
 * @param lease how long the store waits for its next request before it books as forfeited what it keeps
 * @param stay whether there will be a next request
 */
public record SyncRequest(
        String budget,
        String holder,
        long sequence,
        Totals totals,
        Money keeps,
        Money setAside,
        Wants wants,
        Duration lease,
        Stay stay) {

    /** Whether a holder goes on. */
    public enum Stay {
        GOES_ON,
        LEAVES
    }

    /**
     * What was spent. No sum ever falls.
     *
     * @param settled the cost of attempts whose usage is known
     * @param forfeited the worst case of attempts whose usage is unknown
     * @param overruns how many attempts cost more than their worst case
     */
    public record Totals(Money settled, Money forfeited, long overruns) {
        /** Nothing. */
        public static final Totals NONE = new Totals(Money.ZERO, Money.ZERO, 0);

        /** Both sums. */
        public Money spent() {
            return settled.plus(forfeited);
        }

        boolean isLessThan(Totals other) {
            return other.settled.isMoreThan(settled)
                    || other.forfeited.isMoreThan(forfeited)
                    || other.overruns > overruns;
        }
    }

    /**
     * The needs that wait. The store grants the largest if it can, else the smallest, else nothing: two holders that each
     * have half of what they need would wait for each other.
     *
     * @param least the smallest need that waits
     * @param most the largest need that waits
     * @param target how much would save further requests
     */
    public record Wants(Money least, Money most, Money target) {
        /** Nothing is wanted. */
        public static final Wants NONE = new Wants(Money.ZERO, Money.ZERO, Money.ZERO);

        public Wants {
            if (least.isMoreThan(most)) {
                throw new IllegalArgumentException("the smallest need is %s, the largest %s".formatted(least, most));
            }
        }

        /** Whether nothing waits. */
        public boolean isNone() {
            return most.isZero();
        }
    }

    public SyncRequest {
        if (sequence < 1) {
            throw new IllegalArgumentException("the first request of a holder is 1, not " + sequence);
        }
        if (setAside.isMoreThan(keeps)) {
            throw new IllegalArgumentException("of %s, %s is set aside".formatted(keeps, setAside));
        }
        if (!lease.isPositive()) {
            throw new IllegalArgumentException("a lease must be longer than " + lease);
        }
    }
}
