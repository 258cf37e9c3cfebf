// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.budget.BudgetRecord;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalEntry.Asked;
import dev.cadre.journal.JournalKey;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.Spend;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes every attempt of one piece of work durable before it is sent, and takes down what it cost before its money can be
 * used again. For attempts that follow each other; what code spends by itself may go beside them, on any thread.
 */
public final class AttemptRecorder implements AttemptListener {
    /** The number of money that was spent before the run; those of attempts begin at 1. */
    private static final int BEFORE = 0;

    private static final String BY_CODE = "code";

    private final RunRecord record;
    private final JournalKey key;
    private final Fingerprint fingerprint;
    private final AtomicInteger numbers;
    /** The attempt that is under way, or was the last. */
    private int attempt;

    private Spend spend = Spend.NONE;

    /** @param last the highest number that an attempt of unknown fate has already */
    AttemptRecorder(RunRecord record, JournalKey key, Fingerprint fingerprint, int last) {
        this.record = record;
        numbers = new AtomicInteger(last);
        this.key = key;
        this.fingerprint = fingerprint;
    }

    @Override
    public void on(AttemptEvent attempt) {
        switch (attempt) {
            case AttemptEvent.Started started -> announce(started);
            case AttemptEvent.Replied replied ->
                settle(replied.reply().finish().name().toLowerCase(Locale.ROOT), replied.spend());
            case AttemptEvent.Failed failed ->
                settle(failed.failure().getClass().getSimpleName(), failed.spend());
            case AttemptEvent.Retrying retrying -> {}
        }
    }

    private void announce(AttemptEvent.Started started) {
        var asked = Asked.of(started.id().purpose(), started.id().model());
        attempt = numbers.incrementAndGet();
        record.append(new JournalEntry.Intent(key, fingerprint, attempt, asked, started.reserved()));
    }

    /** Does not wait for the disk: should this be lost, the whole reservation counts as spent. */
    private void settle(String end, Spend booked) {
        spend = spend.plus(booked);
        settle(attempt, end, booked);
    }

    private void settle(int number, String end, Spend booked) {
        var unused = record.submit(new JournalEntry.Settled(key, number, end, booked));
    }

    /** Takes down what was spent before the run. */
    void spentBefore(Spend booked) {
        spend = spend.plus(booked);
        settle(BEFORE, BY_CODE, booked);
    }

    /**
     * The record of what a tool or a worker of plain code spends by itself, such as in a run of its own.
     *
     * @param asked who spends it
     */
    public BudgetRecord byCode(Asked asked) {
        return worstCase -> {
            int number = numbers.incrementAndGet();
            record.append(new JournalEntry.Intent(key, fingerprint, number, asked, worstCase));
            return booked -> settle(number, BY_CODE, booked);
        };
    }

    /** Counts what is on record already, such as what code spent by itself. */
    public void counted(Spend booked) {
        spend = spend.plus(booked);
    }

    /** What the attempts, and code, cost so far. */
    Spend spend() {
        return spend;
    }
}
