// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.file.OwnFiles;
import dev.cadre.file.ProcessLock;
import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.journal.JournalEntry.Intent;
import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.journal.JournalEntry.RunEnded;
import dev.cadre.journal.JournalEntry.RunStarted;
import dev.cadre.price.Spend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A journal in one file of JSON lines, which grep and jq read as they are.
 *
 * <p>A single daemon thread writes; entries that arrive while it waits for the disk share the next flush. Memory does
 * not grow with the outputs: an ended subtask or item takes about 50 bytes. The outputs stand in the file in clear.
 */
public final class FileJournal implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(FileJournal.class);

    private final Path path;
    private final InstantSource clock;
    private final ProcessLock lock;
    private final JournalTotals books = new JournalTotals();
    private final RunClaims claims = new RunClaims();
    private final StoredLines lines;
    private final JournalWriter writer;
    private volatile boolean closed;

    private FileJournal(Path path, ProcessLock lock, JournalWriter.Opener opener, InstantSource clock)
            throws IOException {
        this.path = path;
        this.clock = clock;
        this.lock = lock;
        this.lines = new StoredLines(path);
        var extent = JournalScan.read(path, this::remember);
        if (extent.isTorn()) {
            LOG.debug("journal {} ends in a torn line behind line {}, which is cut off", path, extent.lines());
        }
        this.writer = JournalWriter.start(path, opener, extent, books::add);
    }

    /**
     * Creates a journal, or opens one to go on with it. Reads the whole file, and waits for the disk.
     *
     * <p>A last line that was not written to its end is cut off. The directory must exist; while the
     * journal is open, a file with the suffix {@code .lock} is in it. Both files are created for their owner alone; neither may be a link, and the journal may
     * have no second name (hard link), by which somebody else could open it.
     *
     * @throws JournalException.Locked if it is open already, here or in another process
     * @throws JournalException.Damaged if a line is not what was written, or the file is no journal
     * @throws JournalException.NewerVersion if it was written by a newer version of the format
     * @throws JournalException.WriteFailed if it cannot be written
     * @throws UncheckedIOException if it cannot be created, read or locked
     */
    public static FileJournal open(Path path) {
        return open(path, FileStorage::new, InstantSource.system());
    }

    static FileJournal open(Path path, JournalWriter.Opener opener, InstantSource clock) {
        try {
            OwnFiles.createIfAbsent(path);
            OwnFiles.requireOneName(path);
            var file = path.toRealPath();
            var lock = JournalLock.take(file);
            try {
                return new FileJournal(file, lock, opener, clock);
            } catch (IOException | RuntimeException | Error e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("journal %s cannot be opened: %s".formatted(path, OwnFiles.reason(e)), e);
        }
    }

    /** The file beside a journal that is there while the journal is open, and deleted after that. */
    public static Path lockOf(Path journal) {
        return JournalLock.of(journal);
    }

    /**
     * Reads every entry of a journal in order, also while it is open elsewhere. Changes nothing.
     *
     * <p>A last line that was not written to its end is left out.
     *
     * @throws JournalException.Damaged if a line is not what was written, or the file is no journal
     * @throws JournalException.NewerVersion if it was written by a newer version of the format
     * @throws UncheckedIOException if it cannot be read
     */
    public static void read(Path path, Consumer<Line> each) {
        try {
            JournalScan.read(path, (line, location) -> each.accept(line));
        } catch (IOException e) {
            throw new UncheckedIOException("journal %s cannot be read: %s".formatted(path, OwnFiles.reason(e)), e);
        }
    }

    private void remember(Line line, Location location) {
        try {
            books.add(line.entry(), location);
        } catch (ArithmeticException e) {
            throw new JournalException.Damaged(path, line.number(), String.valueOf(e.getMessage()));
        }
    }

    /** The file. */
    public Path path() {
        return path;
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
        for (Location candidate : books.ended(key, fingerprint)) {
            var ended = lines.read(candidate, Ended.class);
            if (ended.key().equals(key) && ended.fingerprint().equals(fingerprint)) {
                return Optional.of(ended);
            }
        }
        return Optional.empty();
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
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException("journal %s cannot be unlocked: %s".formatted(path, OwnFiles.reason(e)), e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("journal %s is closed".formatted(path));
        }
    }

    /**
     * An entry as it stands in the file.
     *
     * @param number its place in the file, from 1
     * @param at when it was handed to the journal, by the wall clock, to the millisecond
     */
    public record Line(long number, Instant at, JournalEntry entry) {}
}
