// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.file.OwnFiles;
import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.journal.JournalEntry.Intent;
import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.journal.JournalEntry.RunEnded;
import dev.cadre.journal.JournalEntry.RunStarted;
import dev.cadre.price.Spend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * A journal over a {@link RecordStore}: what entries add up to, who has claimed a run, and the group commit.
 *
 * <p>A single daemon thread writes; entries that arrive while it waits for the store share the next write. Memory does not
 * grow with the outputs: an ended subtask takes about 50 bytes, an item of a fan-out twice that. The outputs are stored in clear.
 */
public sealed class StoredJournal implements Journal permits FileJournal {
    private final RecordStore store;
    private final InstantSource clock;
    private final JournalTotals books = new JournalTotals();
    private final RunClaims claims = new RunClaims();
    private final StoredLines lines;
    private final JournalWriter writer;
    private volatile boolean closed;

    /** Leaves the store open if it fails. */
    StoredJournal(RecordStore store, InstantSource clock) throws IOException {
        this.store = store;
        this.clock = clock;
        this.lines = new StoredLines(store);
        var scan = new JournalScan(store.name(), this::remember);
        store.scan(scan);
        this.writer = JournalWriter.start(store, scan.lines(), books::add);
    }

    /**
     * Goes on with the journal of a store, or begins it. Reads every record, and waits until they are durable. For those
     * who write a store; carries no compatibility promise.
     *
     * @param store the journal's from now on, which closes it, also if this fails
     * @throws JournalException.Damaged if a record is not what was written
     * @throws JournalException.NewerVersion if one was written by a newer version of the format
     * @throws JournalException.WriteFailed if the store cannot be written
     * @throws UncheckedIOException if it cannot be read
     */
    public static Journal over(RecordStore store, InstantSource clock) {
        try {
            return closingOnFailure(store, () -> new StoredJournal(store, clock));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "journal %s cannot be opened: %s".formatted(store.name(), OwnFiles.reason(e)), e);
        }
    }

    /** Makes a journal. */
    interface Maker<J> {
        J make() throws IOException;
    }

    static <J> J closingOnFailure(RecordStore store, Maker<J> maker) throws IOException {
        try {
            return maker.make();
        } catch (IOException | RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    private void remember(FileJournal.Line line, Location location) {
        try {
            books.add(line.entry(), location);
        } catch (ArithmeticException e) {
            throw new JournalException.Damaged(store.name(), line.number(), String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Claim claim(String run) {
        requireOpen();
        return claims.claim(run);
    }

    @Override
    public CompletableFuture<Void> submit(JournalEntry entry) {
        return writer.submit(entry, clock.instant(), LineFormat.content(entry));
    }

    @Override
    public void append(JournalEntry entry) {
        writer.requireOtherThread();
        writer.await(submit(entry));
    }

    @Override
    public Optional<Ended> ended(JournalKey key, Fingerprint fingerprint) {
        requireOpen();
        return latest(books.ended(key, fingerprint), key::equals, fingerprint);
    }

    @Override
    public Optional<Ended> endedItem(String run, String subtask, Fingerprint fingerprint) {
        requireOpen();
        return latest(
                books.endedItems(run, subtask, fingerprint),
                key -> key.isItem() && key.run().equals(run) && key.subtask().equals(subtask),
                fingerprint);
    }

    private Optional<Ended> latest(List<Location> candidates, Predicate<JournalKey> isMeant, Fingerprint fingerprint) {
        for (Location candidate : candidates) {
            var ended = lines.read(candidate, Ended.class);
            if (isMeant.test(ended.key()) && ended.fingerprint().equals(fingerprint)) {
                return Optional.of(ended);
            }
        }
        return Optional.empty();
    }

    @Override
    public Set<JournalKey> withOutput(String run) {
        requireOpen();
        return books.withOutput(run);
    }

    @Override
    public List<RunStarted> runs() {
        requireOpen();
        return books.runs();
    }

    @Override
    public Optional<RunEnded> runEnded(String run) {
        requireOpen();
        return books.runEnded(run);
    }

    @Override
    public List<PlanAdmitted> plan(String run) {
        requireOpen();
        return books.plan(run).stream()
                .map(location -> lines.read(location, PlanAdmitted.class))
                .toList();
    }

    @Override
    public List<Intent> openIntents(String run) {
        requireOpen();
        return books.openIntents(run);
    }

    @Override
    public List<JournalEntry.OfBatch> batches(String run) {
        requireOpen();
        return books.batches(run);
    }

    @Override
    public Spend spent(String run) {
        requireOpen();
        return books.spent(run);
    }

    @Override
    public Spend planningSpent(String run) {
        requireOpen();
        return books.planningSpent(run);
    }

    @Override
    public void close() {
        closed = true;
        writer.close();
        try {
            store.close();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "journal %s cannot be unlocked: %s".formatted(store.name(), OwnFiles.reason(e)), e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("journal %s is closed".formatted(store.name()));
        }
    }
}
