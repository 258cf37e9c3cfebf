// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.file.OwnFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * A journal in one file of JSON lines, which grep and jq read as they are.
 *
 * <p>Memory does not grow with the outputs: an ended subtask takes about 50 bytes, an item of a fan-out twice that. The outputs stand in the file in
 * clear.
 */
public final class FileJournal extends StoredJournal {
    private final Path path;

    private FileJournal(Path path, RecordFile file, InstantSource clock) throws IOException {
        super(file, clock);
        this.path = path;
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

    static FileJournal open(Path path, JournalStorage.Opener opener, InstantSource clock) {
        try {
            OwnFiles.createIfAbsent(path);
            OwnFiles.requireOneName(path);
            var real = path.toRealPath();
            var file = new RecordFile(real, JournalLock.take(real), opener);
            return closingOnFailure(file, () -> new FileJournal(real, file, clock));
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
            RecordFile.scan(path, new JournalScan(path.toString(), (line, location) -> each.accept(line)));
        } catch (IOException e) {
            throw new UncheckedIOException("journal %s cannot be read: %s".formatted(path, OwnFiles.reason(e)), e);
        }
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /**
     * An entry as it stands in the file.
     *
     * @param number its place in the file, from 1
     * @param at when it was handed to the journal, by the wall clock, to the millisecond
     */
    public record Line(long number, Instant at, JournalEntry entry) {}
}
