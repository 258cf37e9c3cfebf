// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.file.OwnFiles;
import dev.cadre.json.JsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Reads single lines again, and checks them again. Safe for use by many threads. */
final class StoredLines {
    private final Path path;

    StoredLines(Path path) {
        this.path = path;
    }

    /** @throws JournalException.Damaged if no good line of this kind is there any more */
    <E extends JournalEntry> E read(Location location, Class<E> kind) {
        var entry = read(location);
        if (!kind.isInstance(entry)) {
            throw damaged(location, "this is another kind of record");
        }
        return kind.cast(entry);
    }

    private JournalEntry read(Location location) {
        // not a shared channel: an interrupt of one reader would close it for all
        try (var file = new RandomAccessFile(path.toFile(), "r")) {
            var line = new byte[location.length()];
            file.seek(location.offset());
            file.readFully(line);
            if (LineFormat.isIntact(line)) {
                return LineFormat.entry(LineFormat.parse(line));
            }
            throw damaged(location, "the checksum is wrong");
        } catch (EOFException e) {
            throw damaged(location, "the file ends before it");
        } catch (JsonException | IllegalArgumentException e) {
            throw damaged(location, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException("journal %s cannot be read: %s".formatted(path, OwnFiles.reason(e)), e);
        }
    }

    private JournalException.Damaged damaged(Location location, String what) {
        return new JournalException.Damaged(path, lineNumber(location), what + ", at byte " + location.offset());
    }

    /** Counts, because nobody remembers line numbers for the sake of an error that never comes. */
    private long lineNumber(Location location) {
        try (var reader = new LineReader(path)) {
            long line = 1;
            for (long offset = 0; offset < location.offset() && !reader.isAtEnd(); line++) {
                offset += reader.next().length;
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException("journal %s cannot be read: %s".formatted(path, OwnFiles.reason(e)), e);
        }
    }
}
