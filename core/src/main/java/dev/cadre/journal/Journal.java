// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.journal.JournalEntry.Intent;
import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.journal.JournalEntry.RunEnded;
import dev.cadre.journal.JournalEntry.RunStarted;
import dev.cadre.price.Spend;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The durable record of runs: what was promised, paid and answered, so that a resumed run pays for nothing twice.
 *
 * <p>The views show every entry that is durable, of this session and of earlier ones, in the order it was submitted.
 * Safe for use by many threads, which may be interrupted at any time. Costs no money. A run waits for what is to be
 * durable, before its beginning and behind its end even longer than its deadline: every entry must be durable or refused
 * in a bounded time. Every method but {@link #close}
 * throws {@link IllegalStateException} once the journal is closed.
 */
public interface Journal extends AutoCloseable {
    /** The right to be the only session of a run in a journal. */
    interface Claim extends AutoCloseable {
        /** Lets another session of the run begin; closing again does nothing. Does not block. */
        @Override
        void close();
    }

    /**
     * Claims a run for one session, so that no other session of it, by whatever coordinator or bulk, pays for the same
     * work or mixes its books. Held in memory only: a crash releases it. Does not wait.
     *
     * @throws RunUnderWayException if a session of the run holds the claim
     */
    Claim claim(String run);

    /**
     * Hands over an entry to be made durable after those submitted before it. Does not wait for the disk.
     *
     * <p>Cancelling the future does not withdraw the entry. What depends on the future runs on the thread of the
     * journal, holds up every other entry, and must not wait for one.
     *
     * @return completes once the entry is durable and the views show it, or with a {@link JournalException.WriteFailed}
     * @throws IllegalArgumentException if some text is not JSON, or the record is larger than 16 MiB; nothing is
     *     written, and the journal stays usable
     */
    CompletableFuture<Void> submit(JournalEntry entry);

    /**
     * Waits until the entry is durable: about the time of one or two disk flushes, however many threads do so at once.
     *
     * <p>An interrupt does not cut this short, and is kept: whoever returns from here knows what became of the entry.
     *
     * @throws JournalException.WriteFailed if it is not known to be durable
     * @throws IllegalArgumentException as {@link #submit} does
     */
    void append(JournalEntry entry);

    /**
     * How a subtask or an item ended, if it did so with the same fingerprint; the latest one if there are several.
     * Reads the store.
     *
     * @throws JournalException.Damaged if the record is not any more what was written
     */
    Optional<Ended> ended(JournalKey key, Fingerprint fingerprint);

    /**
     * The same of an item of a fan-out, at whatever index it stood: a list may move between two sessions. Ends with the
     * fingerprint of the run itself, which tell no items apart, are not found. Reads the store.
     *
     * @throws JournalException.Damaged if the record is not any more what was written
     */
    Optional<Ended> endedItem(String run, String subtask, Fingerprint fingerprint);

    /**
     * The subtasks and items of a run with a {@linkplain #plan plan} on record that have left something, whatever work it
     * was: an output, or an effect of unknown fate. Empty for other runs, such as a bulk.
     */
    Set<JournalKey> withOutput(String run);

    /** The runs in order of their first start, each with the latest {@link RunStarted}. */
    List<RunStarted> runs();

    /** How a run ended; empty if it did not, or was started again since. */
    Optional<RunEnded> runEnded(String run);

    /**
     * The admitted subtasks of a run in plan order; at each position the one admitted first. Reads the store.
     *
     * @throws JournalException.Damaged if a record is not any more what was written
     */
    List<PlanAdmitted> plan(String run);

    /** Attempts of a run that are not settled: in flight, or cut off by a crash and of unknown fate. */
    List<Intent> openIntents(String run);

    /**
     * The batches of a bulk run, in the order of their entries: every {@link JournalEntry.ShardNoted}, then every
     * {@link JournalEntry.Enqueued} that is not {@linkplain JournalEntry.Collected collected}.
     */
    List<JournalEntry.OfBatch> batches(String run);

    /**
     * What a run has spent in all its sessions: what was booked, and the worst case of every open intent and of every
     * request in a batch that is not collected.
     */
    Spend spent(String run);

    /**
     * The part of {@link #spent} that its plan took: the attempts for {@link dev.cadre.model.CallPurpose.Kind#PLAN},
     * and what was booked without an intent, which was paid before the run.
     */
    Spend planningSpent(String run);

    /** Makes durable what was submitted, then lets go of everything held. Waits for that; closing again does nothing. */
    @Override
    void close();
}
