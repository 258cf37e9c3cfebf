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
 * One admitted attempt: holds a permit and money, and gives both back exactly once, whatever happens.
 *
 * <p>Used by one thread. Closing it ends what has not ended: money of an attempt that was not sent is released, of one that
 * was sent it is forfeited.
 */
final class Flight implements AutoCloseable {
    private final AdmissionPoint admissions;
    private final long ticket;
    private final Reservation money;
    private boolean sent;
    private boolean booked;
    private boolean landed;

    Flight(AdmissionPoint admissions, long ticket, Reservation money) {
        this.admissions = admissions;
        this.ticket = ticket;
        this.money = money;
    }

    Money reserved() {
        return money.amount();
    }

    void send() {
        sent = true;
    }

    /** What was booked for a reply, and by how much that exceeds what was reserved. */
    record Settlement(Spend spend, Money excess) {}

    /** Books a known cost; if the sums cannot hold it, the worst case. */
    Settlement settle(Money cost, TokenUsage usage) {
        try {
            Money excess = money.settle(cost);
            booked = true;
            return new Settlement(Spend.settled(cost, usage), excess);
        } catch (ArithmeticException tooMuch) {
            return new Settlement(forfeit(), Money.ZERO);
        }
    }

    /** Books the worst case. */
    Spend forfeit() {
        money.forfeit();
        booked = true;
        return Spend.forfeited(money.amount());
    }

    /** Books what is known about the money of a failed attempt. */
    Spend book(ModelException.Charge charge) {
        return switch (charge) {
            case FREE -> {
                money.release();
                booked = true;
                yield new Spend(Money.ZERO, Money.ZERO, 1, TokenUsage.NONE, false);
            }
            case UNKNOWN -> forfeit();
        };
    }

    void replied(long tokens, RateLimits limits) {
        landed = true;
        admissions.tell(new PoolEvent.Replied(ticket, tokens, limits));
    }

    List<PoolCommand> failed(ModelException failure, PoolEvent.Again again) {
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
        if (sent) {
            forfeit();
        } else {
            money.release();
            booked = true;
        }
    }
}
