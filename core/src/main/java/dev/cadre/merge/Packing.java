// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Outcomes in a given number of UTF-8 bytes, in plan order, each passage on a line of its own behind its number.
 *
 * <p>Long outcomes are cut to one length, the largest that lets all of them in, so that a short one is never cut for the
 * sake of a long one. If that length would leave only scraps, the last ones in plan order are left out. Either is marked
 * in the text.
 *
 * @param citable what the text shows, by number
 * @param cut the ids of the outcomes that are cut
 * @param leftOut how many outcomes are left out
 * @param kept the ids of the outcomes that their types keep out of prompts but for the beginning
 */
record Packing(String text, Map<Integer, Citation> citable, List<String> cut, int leftOut, List<String> kept) {
    /** Less than this of an outcome is not worth reading. */
    static final int SCRAP_BYTES = 120;

    /** The least room that is filled with the beginning of a passage. */
    private static final int LEAST_BEGINNING_BYTES = 40;

    private static final String MARK = "…[%d of %d passages are cut]\n";
    private static final int MARK_BYTES = 48;
    private static final String KEPT = "…[%d of %d passages of an artifact of %d bytes are not shown]\n";
    private static final int KEPT_BYTES = 96;

    /** So much is read of an outcome that is kept out of prompts. */
    private static final int KEPT_BODY_BYTES = 600;

    private static final String REST = "…[%d more results are left out]\n";
    private static final int REST_BYTES = 64;

    Packing {
        cut = List.copyOf(cut);
        kept = List.copyOf(kept);
    }

    static Packing of(Evidence evidence, int maxBytes) {
        var entries = evidence.pieces().stream().map(Entry::new).toList();
        if (fitting(entries, maxBytes, SCRAP_BYTES) < entries.size()) {
            return write(entries, fitting(entries, maxBytes - REST_BYTES, SCRAP_BYTES), SCRAP_BYTES);
        }
        return write(entries, entries.size(), largestBody(entries, maxBytes));
    }

    /** The length of a text in UTF-8 bytes. */
    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** The length of the text in UTF-8 bytes. */
    int size() {
        return bytes(text);
    }

    /** Whether there are outcomes, and the text has no word of any. */
    boolean showsNothing() {
        return leftOut > 0 && citable.isEmpty();
    }

    /** What is missing from the text, one line each; empty if nothing is. */
    List<String> notes() {
        var notes = new ArrayList<String>();
        if (!cut.isEmpty()) {
            notes.add("%s cut to fit what the merger may read: %s"
                    .formatted(outcomes(cut.size(), "was", "were"), Excerpt.line(String.join(", ", cut))));
        }
        if (!kept.isEmpty()) {
            notes.add("%s kept out of prompts by type, and the merger read only the beginning: %s"
                    .formatted(outcomes(kept.size(), "is", "are"), Excerpt.line(String.join(", ", kept))));
        }
        if (leftOut > 0) {
            notes.add("%s left out for lack of room in what the merger may read"
                    .formatted(outcomes(leftOut, "was", "were")));
        }
        return notes;
    }

    private static String outcomes(int count, String one, String more) {
        return count == 1 ? "1 outcome " + one : "%d outcomes %s".formatted(count, more);
    }

    private static Packing write(List<Entry> entries, int count, int bodyBytes) {
        var text = new StringBuilder();
        var citable = new LinkedHashMap<Integer, Citation>();
        var cut = new ArrayList<String>();
        var kept = new ArrayList<String>();
        for (Entry entry : entries.subList(0, count)) {
            text.append(entry.head);
            if (entry.isCutTo(bodyBytes)) {
                (entry.isKept() ? kept : cut).add(entry.piece.id());
                entry.write(text, citable, entry.most(bodyBytes));
            } else {
                entry.write(text, citable, Integer.MAX_VALUE);
            }
        }
        int leftOut = entries.size() - count;
        if (leftOut > 0) {
            text.append(REST.formatted(leftOut));
        }
        return new Packing(text.toString(), citable, cut, leftOut, kept);
    }

    /** The largest length to which all bodies may be cut, by bisection; that of scraps is known to fit. */
    private static int largestBody(List<Entry> entries, int maxBytes) {
        int fits = SCRAP_BYTES;
        int tooMuch = 1
                + SCRAP_BYTES
                + entries.stream().mapToInt(entry -> entry.bytes).max().orElse(0);
        while (tooMuch - fits > 1) {
            int middle = (fits + tooMuch) >>> 1;
            if (fitting(entries, maxBytes, middle) == entries.size()) {
                fits = middle;
            } else {
                tooMuch = middle;
            }
        }
        return fits;
    }

    /** How many of the first entries fit if every body is cut to this length. */
    private static int fitting(List<Entry> entries, int maxBytes, int bodyBytes) {
        long used = 0;
        for (int i = 0; i < entries.size(); i++) {
            used += entries.get(i).size(bodyBytes);
            if (used > maxBytes) {
                return i;
            }
        }
        return entries.size();
    }

    private static final class Entry {
        final Evidence.Piece piece;
        final String head;
        final int headBytes;
        final List<String> lines = new ArrayList<>();
        final int bytes;

        Entry(Evidence.Piece piece) {
            this.piece = piece;
            this.head = piece.head();
            this.headBytes = Packing.bytes(head);
            piece.passages().forEach(passage -> lines.add(line(lines.size(), passage)));
            this.bytes = lines.stream().mapToInt(Packing::bytes).sum();
        }

        private int number(int index) {
            return piece.first() + index;
        }

        private String line(int index, Passage passage) {
            return "[%d] %s\n".formatted(number(index), passage.text());
        }

        boolean isKept() {
            return piece.keptBytes() > 0;
        }

        /** So much of the body may be read. */
        int most(int bodyBytes) {
            return isKept() ? Math.min(bodyBytes, KEPT_BODY_BYTES) : bodyBytes;
        }

        /** A cut must save more than its mark costs. */
        boolean isCutTo(int bodyBytes) {
            return bytes - markBytes() > most(bodyBytes);
        }

        int size(int bodyBytes) {
            return headBytes + (isCutTo(bodyBytes) ? most(bodyBytes) + markBytes() : bytes);
        }

        private int markBytes() {
            return isKept() ? KEPT_BYTES : MARK_BYTES;
        }

        /** The passages that fit, and of the next one the beginning. */
        void write(StringBuilder text, Map<Integer, Citation> citable, int maxBytes) {
            int room = maxBytes;
            int shown = 0;
            for (; shown < lines.size() && bytes(lines.get(shown)) <= room; shown++) {
                room -= bytes(lines.get(shown));
                show(shown, piece.passages().get(shown), text, citable);
            }
            if (shown == lines.size()) {
                return;
            }
            int beginning = room - bytes("[%d] \n".formatted(number(shown)));
            if (beginning >= LEAST_BEGINNING_BYTES) {
                show(shown, piece.passages().get(shown).beginning(beginning), text, citable);
            }
            text.append(
                    isKept()
                            ? KEPT.formatted(lines.size() - shown, lines.size(), piece.keptBytes())
                            : MARK.formatted(lines.size() - shown, lines.size()));
        }

        private void show(int index, Passage passage, StringBuilder text, Map<Integer, Citation> citable) {
            text.append(line(index, passage));
            citable.put(number(index), new Citation(piece.id(), passage.quote()));
        }
    }
}
