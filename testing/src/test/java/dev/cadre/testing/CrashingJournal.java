// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.price.Spend;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A journal that takes nothing any more from some entry on, as if the process had died before it. */
final class CrashingJournal implements Journal {
    private final Journal journal;
    private final Predicate<JournalEntry> crash;
    private final AtomicInteger looks = new AtomicInteger();
    private Optional<JournalEntry> lost = Optional.empty();
    private boolean unreadable;

    private CrashingJournal(Journal journal, Predicate<JournalEntry> crash) {
        this.journal = journal;
        this.crash = crash;
    }

    /** Crashes at an entry counted from 1. */
    static CrashingJournal atEntry(int crashAt, Journal journal) {
        var count = new AtomicInteger();
        return new CrashingJournal(journal, entry -> count.incrementAndGet() == crashAt);
    }

    /** Crashes at the first entry that is meant. */
    static CrashingJournal at(Predicate<JournalEntry> crash, Journal journal) {
        return new CrashingJournal(journal, crash);
    }

    /** Crashes at the first entry of a kind. */
    static CrashingJournal atFirst(Class<? extends JournalEntry> kind, Journal journal) {
        return new CrashingJournal(journal, kind::isInstance);
    }

    /** Takes everything, and cannot tell what was spent. */
    static CrashingJournal unreadable(Journal journal) {
        CrashingJournal broken = never(journal);
        broken.unreadable = true;
        return broken;
    }

    /** Never crashes. */
    static CrashingJournal never(Journal journal) {
        return new CrashingJournal(journal, entry -> false);
    }

    /** How often somebody looked for how something ended. */
    int looks() {
        return looks.get();
    }

    /** The first entry that was not taken; empty if it has not crashed. */
    synchronized Optional<JournalEntry> lost() {
        return lost;
    }

    @Override
    public Claim claim(String run) {
        return journal.claim(run);
    }

    @Override
    public synchronized CompletableFuture<Void> submit(JournalEntry entry) {
        if (lost.isEmpty() && crash.test(entry)) {
            lost = Optional.of(entry);
        }
        if (lost.isPresent()) {
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
        looks.incrementAndGet();
        return journal.ended(key, fingerprint);
    }

    @Override
    public Set<JournalKey> withOutput(String run) {
        return journal.withOutput(run);
    }

    @Override
    public Optional<JournalEntry.Ended> endedItem(String run, String subtask, Fingerprint fingerprint) {
        looks.incrementAndGet();
        return journal.endedItem(run, subtask, fingerprint);
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
    public List<JournalEntry.OfBatch> batches(String run) {
        return journal.batches(run);
    }

    @Override
    public Spend spent(String run) {
        if (unreadable) {
            throw new IllegalStateException("unreadable");
        }
        return journal.spent(run);
    }

    @Override
    public Spend planningSpent(String run) {
        return journal.planningSpent(run);
    }

    @Override
    public void close() {
        journal.close();
    }
}
