// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/**
 * Sections packed into groups of a largest size, in their order. Nothing is cut: a section that is larger than a group is
 * split between its lines over several, and each part of it says so.
 */
final class Groups {
    private static final String HEAD_OF_REST = "## %s (%s), continued\n";
    private static final String REST = "…[the rest of this result is read in another call]\n";
    private static final int REST_BYTES = Packing.bytes(REST);

    private final long maxBytes;
    private final List<Group> done = new ArrayList<>();
    private Open open = new Open();

    /**
     * What one call reads.
     *
     * @param ids the sections that it has, whole or in part
     * @param split those of them that it has in part
     * @param citable its lines by number
     * @param sources what its lines rest on, by number
     */
    record Group(
            String text,
            SequencedSet<String> ids,
            SequencedSet<String> split,
            Map<Integer, Citation> citable,
            Map<Integer, List<Citation>> sources) {
        /** Its length in UTF-8 bytes. */
        long bytes() {
            return Packing.bytes(text);
        }
    }

    private static final class Open {
        final StringBuilder text = new StringBuilder();
        final SequencedSet<String> ids = new LinkedHashSet<>();
        final SequencedSet<String> split = new LinkedHashSet<>();
        final Map<Integer, Citation> citable = new LinkedHashMap<>();
        final Map<Integer, List<Citation>> sources = new LinkedHashMap<>();
        long bytes;

        void write(String line) {
            text.append(line);
            bytes += Packing.bytes(line);
        }

        void write(Section.Line line) {
            text.append(line.text());
            bytes += line.bytes();
            citable.put(line.number(), line.shown());
            sources.put(line.number(), line.sources());
        }

        Group close() {
            return new Group(text.toString(), ids, split, citable, sources);
        }
    }

    private Groups(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Packs sections.
     *
     * @param maxBytes the most UTF-8 bytes of a group
     * @throws MergeFailedException if one line is larger than a group
     */
    static List<Group> of(List<Section> sections, long maxBytes) {
        var groups = new Groups(maxBytes);
        sections.forEach(groups::add);
        groups.close();
        return groups.done;
    }

    private void add(Section section) {
        if (section.bytes() > room() && section.bytes() <= maxBytes) {
            close();
        }
        if (section.bytes() <= room()) {
            open.ids.add(section.id());
            open.write(section.head());
            section.lines().forEach(open::write);
        } else {
            split(section);
        }
    }

    private void split(Section section) {
        List<Section.Line> lines = section.lines();
        String head = section.head();
        int next = 0;
        while (next < lines.size()) {
            if (Packing.bytes(head) + lines.get(next).bytes() + REST_BYTES > room()) {
                requireMore(section, lines.get(next));
                close();
            } else {
                open.ids.add(section.id());
                open.split.add(section.id());
                open.write(head);
                next = fill(lines, next);
                head = HEAD_OF_REST.formatted(section.id(), section.type());
            }
        }
    }

    /** Writes the lines that fit, and a mark unless they are the last; returns the next one. */
    private int fill(List<Section.Line> lines, int from) {
        int next = from;
        while (next < lines.size() && lines.get(next).bytes() + (next == lines.size() - 1 ? 0 : REST_BYTES) <= room()) {
            open.write(lines.get(next++));
        }
        if (next < lines.size()) {
            open.write(REST);
            close();
        }
        return next;
    }

    private void requireMore(Section section, Section.Line line) {
        if (open.ids.isEmpty()) {
            throw new MergeFailedException(
                    "a passage of '%s' has %d bytes, and a call reads at most %d bytes of outcomes: it would have to be cut"
                            .formatted(section.id(), line.bytes(), maxBytes));
        }
    }

    private long room() {
        return maxBytes - open.bytes;
    }

    private void close() {
        if (!open.ids.isEmpty()) {
            done.add(open.close());
        }
        open = new Open();
    }
}
