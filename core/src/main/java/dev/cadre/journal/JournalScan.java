// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.function.Function;

/**
 * Reads a file from its beginning and trusts none of it.
 *
 * <p>A write that was cut off leaves a last line without its end, or, on a disk that writes pages in any order, one with
 * a wrong checksum and nothing behind it. That line was never reported durable, so it does not count. Anything else that
 * is wrong is damage.
 */
final class JournalScan {
    /** Takes the entries in their order. */
    interface Visitor {
        void visit(FileJournal.Line line, Location location);
    }

    /**
     * The good part of a file.
     *
     * @param length in bytes
     * @param lines the header included
     * @param isTorn whether something follows that was cut off in writing
     */
    record Extent(long length, long lines, boolean isTorn) {}

    private final Path path;
    private final Visitor visitor;
    /** How much of the file was good so far. */
    private long offset;

    private long lines;

    private JournalScan(Path path, Visitor visitor) {
        this.path = path;
        this.visitor = visitor;
    }

    static Extent read(Path path, Visitor visitor) throws IOException {
        return new JournalScan(path, visitor).read();
    }

    private Extent read() throws IOException {
        try (var reader = new LineReader(path)) {
            while (!reader.isAtEnd()) {
                var line = reader.next();
                if (!LineFormat.isIntact(line)) {
                    requireTorn(line, reader.isAtEnd());
                    return new Extent(offset, lines, true);
                }
                accept(line);
                offset += line.length;
                lines++;
            }
        }
        return new Extent(offset, lines, false);
    }

    private void requireTorn(byte[] line, boolean isLast) {
        if (lines == 0 && !LineFormat.isTornHeader(line)) {
            throw damaged("this is not the header of a journal");
        }
        if (!isLast) {
            throw damaged("the checksum is wrong");
        }
    }

    private void accept(byte[] line) {
        if (lines == 0) {
            checked(line, LineFormat::requireHeader);
        } else {
            // the visitor's own exceptions are not damage
            visitor.visit(checked(line, this::entry), new Location(offset, line.length));
        }
    }

    private FileJournal.Line entry(Json.Obj json) {
        return new FileJournal.Line(lines + 1, LineFormat.at(json), LineFormat.entry(json));
    }

    private <T> T checked(byte[] line, Function<Json.Obj, T> reading) {
        try {
            var json = LineFormat.parse(line);
            requireKnownVersion(json);
            requireInSequence(json);
            return reading.apply(json);
        } catch (JsonException | IllegalArgumentException | DateTimeException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
    }

    private void requireKnownVersion(Json.Obj json) {
        int version = LineFormat.version(json);
        if (version > LineFormat.VERSION) {
            throw new JournalException.NewerVersion(path, lines + 1, version, LineFormat.VERSION);
        }
        if (version < 1) {
            throw damaged("there is no format version " + version);
        }
    }

    private void requireInSequence(Json.Obj json) {
        long number = LineFormat.number(json);
        if (number != lines) {
            throw damaged("record %d stands in the place of record %d".formatted(number, lines));
        }
    }

    private JournalException.Damaged damaged(String what) {
        return new JournalException.Damaged(path, lines + 1, what);
    }
}
