// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.RunUnderWayException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.price.Spend;
import dev.cadre.redact.FaultLog;
import dev.cadre.task.Failure;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A journal, perhaps of the user's own, that fails in the ways of {@link Journal} only: whatever else it throws, and a
 * null, is logged and an {@link UnrecordedException}. Safe for use by many threads.
 */
public final class GuardedJournal implements Journal {
    private final Journal journal;
    private final FaultLog faults;

    private GuardedJournal(Journal journal, FaultLog faults) {
        this.journal = journal;
        this.faults = faults;
    }

    public static Journal of(Journal journal, FaultLog faults) {
        return journal instanceof GuardedJournal ? journal : new GuardedJournal(journal, faults);
    }

    @Override
    public Claim claim(String run) {
        return guarded(() -> journal.claim(run));
    }

    /** What it throws is the end of the future: the thread that drives the run hands entries over. */
    @Override
    public CompletableFuture<Void> submit(JournalEntry entry) {
        try {
            return guarded(() -> journal.submit(entry));
        } catch (UnrecordedException broken) {
            return CompletableFuture.failedFuture(broken);
        }
    }

    @Override
    public void append(JournalEntry entry) {
        guarded(() -> {
            journal.append(entry);
            return entry;
        });
    }

    @Override
    public Optional<JournalEntry.Ended> ended(JournalKey key, Fingerprint fingerprint) {
        return guarded(() -> journal.ended(key, fingerprint));
    }

    @Override
    public Set<JournalKey> withOutput(String run) {
        return guarded(() -> journal.withOutput(run));
    }

    @Override
    public Optional<JournalEntry.Ended> endedItem(String run, String subtask, Fingerprint fingerprint) {
        return guarded(() -> journal.endedItem(run, subtask, fingerprint));
    }

    @Override
    public List<JournalEntry.RunStarted> runs() {
        return guarded(journal::runs);
    }

    @Override
    public Optional<JournalEntry.RunEnded> runEnded(String run) {
        return guarded(() -> journal.runEnded(run));
    }

    @Override
    public List<JournalEntry.PlanAdmitted> plan(String run) {
        return guarded(() -> journal.plan(run));
    }

    @Override
    public List<JournalEntry.Intent> openIntents(String run) {
        return guarded(() -> journal.openIntents(run));
    }

    @Override
    public List<JournalEntry.OfBatch> batches(String run) {
        return guarded(() -> journal.batches(run));
    }

    @Override
    public Spend spent(String run) {
        return guarded(() -> journal.spent(run));
    }

    @Override
    public Spend planningSpent(String run) {
        return guarded(() -> journal.planningSpent(run));
    }

    @Override
    public void close() {
        journal.close();
    }

    private <T> T guarded(Supplier<T> call) {
        try {
            return Objects.requireNonNull(call.get(), "it returned null");
        } catch (JournalException | RunUnderWayException | UnrecordedException | IllegalArgumentException known) {
            throw known;
        } catch (Throwable broken) { // undeclared checked exceptions and errors included
            String place = "journal " + journal.getClass().getName();
            faults.warn(place, broken);
            throw new UnrecordedException("%s, thrown by the %s".formatted(Failure.describe(broken), place), broken);
        }
    }
}
