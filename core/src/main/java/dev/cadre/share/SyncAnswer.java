// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import dev.cadre.price.Money;
import java.time.LocalDate;
import java.util.List;

/**
 * The position of a holder and of the budgets that it spends from, as the store has booked them.
 *
 * @param sequence the last request of the holder that is booked; another one than was sent if that is too old
 * @param entitled what the holder may spend in all since it was opened, what it has spent included
 * @param hadExpired whether the lease had expired before; what it held is no longer booked as forfeited
 * @param chain the budgets from the outermost to the one of the holder
 */
public record SyncAnswer(long sequence, Money entitled, boolean hadExpired, List<Standing> chain) {

    /**
     * One budget in its present window.
     *
     * @param budget the name
     * @param window the first day of the window
     * @param limit the most that may be spent in it
     * @param elsewhere the sums of all other holders
     * @param own what counts in this window of the totals that the holder has reported
     * @param breached whether an attempt of any holder cost more than its worst case: nobody starts another one
     * @param alertPercent the part of the limit at which an alert is due
     */
    public record Standing(
            String budget,
            LocalDate window,
            Money limit,
            Sums elsewhere,
            Spent own,
            boolean breached,
            int alertPercent) {}

    /** What is spent. */
    public record Spent(Money settled, Money forfeited) {
        /** Nothing. */
        public static final Spent NONE = new Spent(Money.ZERO, Money.ZERO);

        Spent plus(Money moreSettled, Money moreForfeited) {
            return new Spent(settled.plus(moreSettled), forfeited.plus(moreForfeited));
        }
    }

    /**
     * What is spent and what may be.
     *
     * @param held what leases hold that have not expired
     * @param setAside the part of {@code held} that its holders have set aside: no end of an attempt gives it back
     */
    public record Sums(Money settled, Money forfeited, Money held, Money setAside) {
        /** Nothing. */
        public static final Sums NONE = new Sums(Money.ZERO, Money.ZERO, Money.ZERO, Money.ZERO);

        /** What is spent and what is held. */
        public Money committed() {
            return settled.plus(forfeited).plus(held);
        }

        /** The sums of the others. */
        Sums without(LeaseRow own) {
            Spent spent = own.counted().spent();
            return new Sums(
                    settled.minus(spent.settled()),
                    forfeited.minus(spent.forfeited()),
                    held.minus(own.held()),
                    setAside.minus(own.setAside()));
        }
    }

    public SyncAnswer {
        chain = List.copyOf(chain);
    }
}
