// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.Reservation;
import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.util.List;

/**
 * One admitted attempt: holds a permit and money, and gives both back exactly once, whatever happens. What is to be booked
 * is known before it is booked, so that it can be put on record while nobody else can use the money yet.
 *
 * <p>Used by one thread. Closing it ends what has not ended: money of an attempt that was not sent is released, of one that
 * was sent it is forfeited.
 */
final class AdmittedAttempt implements AutoCloseable {
    private final AdmissionPoint admissions;
    private final long ticket;
    private final Reservation money;
    private boolean sent;
    private boolean booked;
    private boolean landed;

    AdmittedAttempt(AdmissionPoint admissions, long ticket, Reservation money) {
        this.admissions = admissions;
        this.ticket = ticket;
        this.money = money;
    }

    Money reserved() {
        return money.amount();
    }

    /** Makes it durable that it is about to be sent, if its budget is on record; waits for that. */
    void announce() {
        money.announce();
    }

    void send() {
        sent = true;
    }

    /**
     * What is to be booked for it.
     *
     * @param end how its reservation ends
     * @param excess by how much that exceeds what was reserved
     */
    record Settlement(Reservation.State end, Spend spend, Money excess) {}

    /** A known cost; if the sums cannot hold it, the worst case. */
    Settlement settled(Money cost, TokenUsage usage) {
        return money.canHold(cost)
                ? new Settlement(Reservation.State.SETTLED, Spend.settled(cost, usage), excess(cost))
                : forfeited();
    }

    /** The worst case. */
    Settlement forfeited() {
        return new Settlement(Reservation.State.FORFEITED, Spend.forfeited(reserved()), Money.ZERO);
    }

    /** The worst case of whoever answered; that of the one who was asked if it is less, or the sums cannot hold it. */
    Settlement forfeited(Money worstCase) {
        return worstCase.isMoreThan(reserved()) && money.canHold(worstCase)
                ? new Settlement(Reservation.State.FORFEITED, Spend.forfeited(worstCase), excess(worstCase))
                : forfeited();
    }

    /** Nothing: it was turned away unpaid. */
    static Settlement turnedAway() {
        var spend = new Spend(Money.ZERO, Money.ZERO, 1, TokenUsage.NONE, false);
        return new Settlement(Reservation.State.RELEASED, spend, Money.ZERO);
    }

    private Money excess(Money cost) {
        return cost.minusOrZero(reserved());
    }

    /** Gives the money back, save for what is due. */
    void book(Settlement due) {
        switch (due.end()) {
            case SETTLED -> money.settle(due.spend().settled());
            case FORFEITED -> money.forfeit(due.spend().forfeited());
            case RELEASED -> money.release();
            case OPEN -> throw new IllegalArgumentException("an attempt that was sent must end");
        }
        booked = true;
    }

    void replied(long tokens, RateLimits limits) {
        landed = true;
        admissions.tell(new PoolEvent.Replied(ticket, tokens, limits));
    }

    List<PoolCommand> failed(ModelException failure, PoolEvent.RetryScope again) {
        landed = true;
        return admissions.tell(new PoolEvent.Failed(ticket, failure, again));
    }

    @Override
    public void close() {
        try {
            if (!landed) {
                landed = true;
                admissions.tell(sent ? new PoolEvent.Forfeited(ticket) : new PoolEvent.Released(ticket));
            }
        } finally {
            endMoney();
        }
    }

    private void endMoney() {
        if (booked) {
            return;
        }
        book(sent ? forfeited() : turnedAway());
    }
}
