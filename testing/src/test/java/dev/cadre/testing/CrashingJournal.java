// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.price.Spend;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A journal that takes nothing any more from its Nth entry on, as if the process had died before it. */
final class CrashingJournal implements Journal {
    private final Journal journal;
    private int left;
    private boolean crashed;

    /** Crashes at an entry counted from 1. */
    CrashingJournal(Journal journal, int crashAt) {
        this.journal = journal;
        this.left = crashAt;
    }

    synchronized boolean hasCrashed() {
        return crashed;
    }

    @Override
    public synchronized CompletableFuture<Void> submit(JournalEntry entry) {
        left--;
        if (left <= 0) {
            crashed = true;
            return CompletableFuture.failedFuture(new IllegalStateException("no space left"));
        }
        return journal.submit(entry);
    }

    @Override
    public void append(JournalEntry entry) {
        submit(entry).join();
    }

    @Override
    public Optional<JournalEntry.Ended> ended(JournalKey key, Fingerprint fingerprint) {
        return journal.ended(key, fingerprint);
    }

    @Override
    public List<JournalEntry.RunStarted> runs() {
        return journal.runs();
    }

    @Override
    public Optional<JournalEntry.RunEnded> runEnded(String run) {
        return journal.runEnded(run);
    }

    @Override
    public List<JournalEntry.PlanAdmitted> plan(String run) {
        return journal.plan(run);
    }

    @Override
    public List<JournalEntry.Intent> openIntents(String run) {
        return journal.openIntents(run);
    }

    @Override
    public Spend spent(String run) {
        return journal.spent(run);
    }

    @Override
    public void close() {
        journal.close();
    }
}
