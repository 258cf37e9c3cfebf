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
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** A journal of a user's own that takes everything, has nothing of it, and misbehaves in one of its methods. */
class StruckJournal implements Journal {
    @Override
    public Claim claim(String run) {
        return () -> {};
    }

    @Override
    public CompletableFuture<Void> submit(JournalEntry entry) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void append(JournalEntry entry) {}

    @Override
    public Optional<JournalEntry.Ended> ended(JournalKey key, Fingerprint fingerprint) {
        return Optional.empty();
    }

    @Override
    public Set<JournalKey> withOutput(String run) {
        return Set.of();
    }

    @Override
    public Optional<JournalEntry.Ended> endedItem(String run, String subtask, Fingerprint fingerprint) {
        return Optional.empty();
    }

    @Override
    public List<JournalEntry.RunStarted> runs() {
        return List.of();
    }

    @Override
    public Optional<JournalEntry.RunEnded> runEnded(String run) {
        return Optional.empty();
    }

    @Override
    public List<JournalEntry.PlanAdmitted> plan(String run) {
        return List.of();
    }

    @Override
    public List<JournalEntry.Intent> openIntents(String run) {
        return List.of();
    }

    @Override
    public List<JournalEntry.OfBatch> batches(String run) {
        return List.of();
    }

    @Override
    public Spend spent(String run) {
        return Spend.NONE;
    }

    @Override
    public Spend planningSpent(String run) {
        return Spend.NONE;
    }

    @Override
    public void close() {}

    /** Misbehaves when what came of a subtask is to be durable. */
    static Journal appending(String subtask, Runnable strike) {
        return new StruckJournal() {
            @Override
            public void append(JournalEntry entry) {
                strikeAt(entry, subtask, strike);
            }
        };
    }

    /** Misbehaves when what came of a subtask is handed over. */
    static Journal submitting(String subtask, Supplier<CompletableFuture<Void>> strike) {
        return new StruckJournal() {
            @Override
            public CompletableFuture<Void> submit(JournalEntry entry) {
                return entry instanceof JournalEntry.Ended ended
                                && ended.key().subtask().equals(subtask)
                        ? strike.get()
                        : super.submit(entry);
            }
        };
    }

    /** Misbehaves when it is asked what came of a subtask. */
    static Journal reading(String subtask, Supplier<Optional<JournalEntry.Ended>> strike) {
        return new StruckJournal() {
            @Override
            public Optional<JournalEntry.Ended> ended(JournalKey key, Fingerprint fingerprint) {
                return key.subtask().equals(subtask) ? strike.get() : super.ended(key, fingerprint);
            }
        };
    }

    /** Is fine, and remembers what came of subtasks. */
    static Journal remembering(BiConsumer<JournalKey, String> ends) {
        return new StruckJournal() {
            @Override
            public CompletableFuture<Void> submit(JournalEntry entry) {
                append(entry);
                return super.submit(entry);
            }

            @Override
            public void append(JournalEntry entry) {
                if (entry instanceof JournalEntry.Ended ended) {
                    ended.outcome().ifSucceeded().ifPresent(json -> ends.accept(ended.key(), json));
                }
            }
        };
    }

    /** Misbehaves when a session begins. */
    static Journal claiming(Supplier<Claim> strike) {
        return new StruckJournal() {
            @Override
            public Claim claim(String run) {
                return strike.get();
            }
        };
    }

    private static void strikeAt(JournalEntry entry, String subtask, Runnable strike) {
        if (entry instanceof JournalEntry.Ended ended && ended.key().subtask().equals(subtask)) {
            strike.run();
        }
    }
}
