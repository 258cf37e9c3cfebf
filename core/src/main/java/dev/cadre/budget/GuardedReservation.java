// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reservation that several threads may race to end: exactly one of them does. Its end is handed to the records of the
 * budgets around it before the money can be used again.
 */
final class GuardedReservation implements Reservation {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedReservation.class);

    private final Reservation hold;
    private final BudgetLock gate;
    private final List<BudgetRecord> records;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile List<BudgetRecord.Entry> entries = List.of();

    GuardedReservation(Reservation hold, BudgetLock gate, List<BudgetRecord> records) {
        this.hold = hold;
        this.gate = gate;
        this.records = records;
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
    public void announce() {
        var begun = new ArrayList<>(entries);
        while (begun.size() < records.size()) {
            begun.add(records.get(begun.size()).begin(amount()));
            entries = List.copyOf(begun); // each at once: should the next one fail, this one is ended
        }
    }

    @Override
    public boolean canHold(Money cost) {
        return gate.locked(() -> hold.canHold(cost));
    }

    @Override
    public Money settle(Money cost) {
        requireCanHold(cost);
        return end(new Spend(cost, Money.ZERO, 0, TokenUsage.NONE, false), () -> hold.settle(cost));
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
        end(Spend.NONE, () -> {
            hold.release();
            return hold;
        });
    }

    @Override
    public void forfeit() {
        end(forfeited(amount()), () -> {
            hold.forfeit();
            return hold;
        });
    }

    @Override
    public void forfeit(Money worstCase) {
        if (!worstCase.isMoreThan(amount())) {
            forfeit();
            return;
        }
        requireCanHold(worstCase);
        end(forfeited(worstCase), () -> {
            hold.forfeit(worstCase);
            return hold;
        });
    }

    private static Spend forfeited(Money worstCase) {
        return new Spend(Money.ZERO, worstCase, 0, TokenUsage.NONE, true);
    }

    private void requireCanHold(Money cost) {
        if (!canHold(cost)) {
            throw new ArithmeticException("a cost of %s is more than the sums can hold".formatted(cost));
        }
    }

    private <T> T end(Spend spend, Supplier<T> booking) {
        if (records.isEmpty()) {
            return gate.lockedThenTold(booking);
        }
        if (!ended.compareAndSet(false, true)) {
            throw new ReservationEndedException(amount(), state());
        }
        for (BudgetRecord.Entry entry : entries) {
            try {
                entry.end(spend);
            } catch (RuntimeException unrecorded) { // it counts as spent in full for the next session
                LOG.debug("the end of a reservation of {} is not on record", amount(), unrecorded);
            }
        }
        return gate.lockedThenTold(booking);
    }

    @Override
    public String toString() {
        return "Reservation[%s, %s]".formatted(amount(), state());
    }
}
