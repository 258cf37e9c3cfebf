// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.time.DateTimeException;
import java.util.function.Function;

/** Reads the records of a journal from the first on and trusts none of them. */
final class JournalScan implements RecordStore.Visitor {
    /** Takes the entries in their order. */
    interface Visitor {
        void visit(FileJournal.Line line, Location location);
    }

    private final String name;
    private final Visitor visitor;
    private long lines;

    /** @param name of the journal, for messages */
    JournalScan(String name, Visitor visitor) {
        this.name = name;
        this.visitor = visitor;
    }

    /** How many there were, the header included. */
    long lines() {
        return lines;
    }

    /** @throws JournalException if it is not what a journal has in this place */
    @Override
    public void visit(byte[] line, Location location) {
        if (!LineFormat.isIntact(line)) {
            throw damaged(lines == 0 ? "this is not the header of a journal" : "the checksum is wrong");
        }
        if (lines == 0) {
            checked(line, LineFormat::requireHeader);
        } else {
            // the visitor's own exceptions are not damage
            visitor.visit(checked(line, this::entry), location);
        }
        lines++;
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
            throw new JournalException.NewerVersion(name, lines + 1, version, LineFormat.VERSION);
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
        return new JournalException.Damaged(name, lines + 1, what);
    }
}
