// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.file.OwnFiles;
import dev.cadre.json.JsonException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads single lines again, and checks them again. Safe for use by many threads. */
final class StoredLines {
    private final RecordStore store;

    StoredLines(RecordStore store) {
        this.store = store;
    }

    /** @throws JournalException.Damaged if no good line of this kind is there any more */
    <E extends JournalEntry> E read(Location location, Class<E> kind) {
        try {
            var entry = read(location);
            if (!kind.isInstance(entry)) {
                throw damaged(location, "this is another kind of record");
            }
            return kind.cast(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "journal %s cannot be read: %s".formatted(store.name(), OwnFiles.reason(e)), e);
        }
    }

    private JournalEntry read(Location location) throws IOException {
        var line = store.read(location);
        if (line.length < location.length()) {
            throw damaged(location, "the record is not there any more");
        }
        if (line.length > location.length() || !LineFormat.isIntact(line)) {
            throw damaged(location, "the checksum is wrong");
        }
        try {
            return LineFormat.entry(LineFormat.parse(line));
        } catch (JsonException | IllegalArgumentException e) {
            throw damaged(location, String.valueOf(e.getMessage()));
        }
    }

    private JournalException.Damaged damaged(Location location, String what) throws IOException {
        return new JournalException.Damaged(store.name(), store.number(location) + 1, what);
    }
}
