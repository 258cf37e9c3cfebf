// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reservation that several threads may race to end: exactly one of them succeeds. Its end is given to the records of
 * the budgets around it before the money can be used again.
 */
final class GuardedReservation extends Reservation {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedReservation.class);

    private final Reservation booked;
    private final BudgetLock lock;
    private final List<BudgetRecord> records;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile List<BudgetRecord.Entry> entries = List.of();

    GuardedReservation(Reservation booked, BudgetLock lock, List<BudgetRecord> records) {
        super(booked.amount());
        this.booked = booked;
        this.lock = lock;
        this.records = records;
    }

    @Override
    public State state() {
        return lock.locked(booked::state);
    }

    @Override
    public void announce() {
        var begun = new ArrayList<>(entries);
        while (begun.size() < records.size()) {
            begun.add(records.get(begun.size()).begin(amount()));
            entries = List.copyOf(begun); // each at once: if the next one fails, this one is still ended
        }
    }

    @Override
    public boolean canHold(Money cost) {
        return lock.locked(() -> booked.canHold(cost));
    }

    @Override
    public void markSpent() {
        lock.lockedThenNotify(() -> {
            booked.markSpent();
            return booked;
        });
    }

    @Override
    Money end(State how, Money money) {
        requireFits(how, money);
        putOnRecord(how, money);
        return lock.lockedThenNotify(() -> booked.end(how, money));
    }

    private void putOnRecord(State how, Money money) {
        if (records.isEmpty()) {
            return;
        }
        if (!ended.compareAndSet(false, true)) {
            throw new ReservationEndedException(amount(), state());
        }
        boolean isForfeited = how == State.FORFEITED;
        Spend spend = new Spend(
                isForfeited ? Money.ZERO : money, isForfeited ? money : Money.ZERO, 0, TokenUsage.NONE, isForfeited);
        for (BudgetRecord.Entry entry : entries) {
            try {
                entry.end(spend);
            } catch (RuntimeException unrecorded) { // the next session counts it as spent in full
                LOG.debug("the end of a reservation of {} is not on record", amount(), unrecorded);
            }
        }
    }
}
