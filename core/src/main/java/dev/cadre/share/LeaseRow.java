// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import dev.cadre.price.Money;
import dev.cadre.share.SyncAnswer.Spent;
import dev.cadre.share.SyncRequest.Totals;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;

/**
 * What one holder has spent and holds of one budget of its chain.
 *
 * @param sequence the last request that is booked
 * @param totals what that request reported
 * @param held what the holder may spend besides
 * @param setAside the part of {@code held} that is set aside
 * @param term how long that is held if nothing is heard of the holder
 * @param counted what of it is in the sums of the budget
 * @param prepaid what was forfeited in an earlier window, or so long ago that the row was deleted, while the holder was alive
 *     after all: it may still spend that, and it does not count again
 */
public record LeaseRow(
        String holder,
        String budget,
        long sequence,
        Totals totals,
        Money held,
        Money setAside,
        Term term,
        Counted counted,
        Money prepaid) {

    /**
     * What of a lease is in the sums of its budget's window.
     *
     * @param window the first day of the window
     * @param spent what the holder has reported
     * @param lost what was booked as forfeited when the lease expired, and is taken back if the holder is alive
     */
    public record Counted(LocalDate window, Spent spent, Money lost) {}

    /**
     * The time for which a lease holds.
     *
     * @param renewedAt when the holder was last heard of, by the clock of the store
     * @param expiresAt when what is held is booked as forfeited
     */
    public record Term(Instant renewedAt, Instant expiresAt) {
        static Term from(Instant now, Duration length) {
            return new Term(now, now.plus(length));
        }
    }

    static LeaseRow first(SyncRequest request, BudgetRow budget, Money prepaid, Term term) {
        return new LeaseRow(
                request.holder(),
                budget.name(),
                0,
                request.sequence() == 1 ? Totals.NONE : request.totals(), // of an unknown one, all is booked
                Money.ZERO,
                Money.ZERO,
                term,
                new Counted(budget.windowStart(), Spent.NONE, Money.ZERO),
                prepaid);
    }

    /** What is counted in an earlier window stays there. */
    LeaseRow inWindow(LocalDate current) {
        return counted.window.equals(current)
                ? this
                : new LeaseRow(
                        holder,
                        budget,
                        sequence,
                        totals,
                        held,
                        setAside,
                        term,
                        new Counted(current, Spent.NONE, Money.ZERO),
                        prepaid.plus(counted.lost));
    }

    /** Nothing is held any more; all of it is lost. */
    LeaseRow expired() {
        return new LeaseRow(
                holder,
                budget,
                sequence,
                totals,
                Money.ZERO,
                Money.ZERO,
                term,
                new Counted(counted.window, counted.spent, counted.lost.plus(held)),
                prepaid);
    }

    /** The same for a holder that was heard of while the clock was ahead: as if that were now. */
    LeaseRow asRenewedNow(Instant now) {
        Duration length = Duration.between(term.renewedAt, term.expiresAt);
        return new LeaseRow(holder, budget, sequence, totals, held, setAside, Term.from(now, length), counted, prepaid);
    }

    LeaseRow granted(Money more) {
        return new LeaseRow(holder, budget, sequence, totals, held.plus(more), setAside, term, counted, prepaid);
    }

    /** What the holder may spend in all. */
    Money entitled() {
        return totals.spent().plus(prepaid).plus(counted.lost).plus(held);
    }
}
