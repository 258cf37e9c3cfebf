// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.json.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * What a call reads of one outcome, or of the notes of an earlier call.
 *
 * @param id the subtask, with {@code #index} for an item, or the notes
 * @param type the name of its subtask type, or how much the notes are about
 * @param head the line above it
 * @param lines its passages or facts
 * @param bytes its length with all lines in UTF-8
 */
record Section(String id, String type, String head, List<Line> lines, long bytes) {
    /**
     * A passage or a fact.
     *
     * @param number what it is cited by
     * @param text its line, number and line break included
     * @param shown what a model quotes if it cites words
     * @param sources the passages of outcomes that it rests on; a passage rests on itself
     */
    record Line(int number, String text, Citation shown, List<Citation> sources, int bytes) {
        private static Line of(int number, String shown, Citation citation, List<Citation> sources) {
            String text = "[%d] %s\n".formatted(number, shown);
            return new Line(number, text, citation, sources, Packing.bytes(text));
        }
    }

    private static Section of(String id, String type, String head, List<Line> lines) {
        long bytes = Packing.bytes(head) + lines.stream().mapToLong(Line::bytes).sum();
        return new Section(id, type, head, lines, bytes);
    }

    /** The outcomes. */
    static List<Section> of(Evidence evidence) {
        return evidence.pieces().stream()
                .map(piece -> {
                    var lines = new ArrayList<Line>();
                    int number = piece.first();
                    for (Passage passage : piece.passages()) {
                        var citation = new Citation(piece.id(), passage.quote());
                        lines.add(Line.of(number++, passage.text(), citation, List.of(citation)));
                    }
                    return of(piece.id(), piece.type(), piece.head(), lines);
                })
                .toList();
    }

    /**
     * The notes of a call.
     *
     * @param id names the notes
     * @param results how many outcomes or notes they are about
     * @param first the number of the first fact
     */
    static Section of(String id, int results, List<Notes.Fact> facts, int first) {
        var lines = new ArrayList<Line>();
        int number = first;
        for (Notes.Fact fact : facts) {
            var shown = new Citation(id, fact.text());
            lines.add(Line.of(number++, new Json.Str(fact.text()).write(), shown, fact.sources()));
        }
        String type = "of %d results".formatted(results);
        return of(id, type, "## %s (%s)\n".formatted(id, type), lines);
    }
}
