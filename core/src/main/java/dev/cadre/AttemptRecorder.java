// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalEntry.Asked;
import dev.cadre.journal.JournalKey;
import dev.cadre.pool.Attempt;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.Spend;
import java.util.Locale;

/**
 * Makes every attempt of one piece of work durable before it is sent, and takes down what it cost. For attempts that
 * follow each other.
 */
final class AttemptRecorder implements AttemptListener {
    /** The number under which money that code spent by itself is booked; those of attempts begin at 1. */
    private static final int BY_CODE = 0;

    private final RunRecord record;
    private final JournalKey key;
    private final Fingerprint fingerprint;
    private int attempts;
    private Spend spend = Spend.NONE;

    /** @param last the highest number that an attempt of unknown fate has already */
    AttemptRecorder(RunRecord record, JournalKey key, Fingerprint fingerprint, int last) {
        this.record = record;
        attempts = last;
        this.key = key;
        this.fingerprint = fingerprint;
    }

    @Override
    public void on(Attempt attempt) {
        switch (attempt) {
            case Attempt.Started started -> announce(started);
            case Attempt.Replied replied -> settle(replied.finish().name().toLowerCase(Locale.ROOT), replied.spend());
            case Attempt.Failed failed -> settle(failed.failure().getClass().getSimpleName(), failed.spend());
            case Attempt.Retrying retrying -> {}
        }
    }

    private void announce(Attempt.Started started) {
        var asked = Asked.of(started.id().purpose(), started.id().model());
        record.append(new JournalEntry.Intent(key, fingerprint, ++attempts, asked, started.reserved()));
    }

    /** Does not wait for the disk: should this be lost, the whole reservation counts as spent. */
    private void settle(String end, Spend booked) {
        spend = spend.plus(booked);
        var unused = record.submit(new JournalEntry.Settled(key, attempts, end, booked));
    }

    /** Takes down what a tool or a worker of plain code spent by itself. */
    void codeSpent(Spend booked) {
        spend = spend.plus(booked);
        var unused = record.submit(new JournalEntry.Settled(key, BY_CODE, "code", booked));
    }

    /** What the attempts, and code, cost so far. */
    Spend spend() {
        return spend;
    }
}
