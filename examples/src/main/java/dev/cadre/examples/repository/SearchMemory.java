// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.EnumMap;
import java.util.Map;

/**
 * An account of what one search holds in memory. Each part takes up to its share of the whole, of what the others left: so
 * that no part fills the memory, nor all of them together, nor all searches at a time. Safe for many threads.
 */
public final class SearchMemory {
    /** What a search needs besides has the other half. */
    private static final int PART_OF_THE_MEMORY = 2;

    /** A text, and what Java keeps of it: itself, its characters, and a place in a list. */
    private static final int BYTES_OF_A_TEXT = 64;

    private static final int PERCENT_OF_A_HALF = 50;

    private static final char LAST_LATIN = '\u00ff';

    private final long most;
    private final Map<Part, Long> held = new EnumMap<>(Part.class);

    private SearchMemory(long most) {
        this.most = most;
    }

    /** Which part of a search takes memory: of the half for what is read, or of that for what is made of it. */
    public enum Part {
        /** Rules of what is left out, of the folders that a walk is in. */
        RULES(Half.READ, 5),
        /** Names of what is in these folders. */
        FOLDERS(Half.READ, 5),
        /** Names of files. */
        NAMES(Half.READ, 15),
        /** What the names left of the half. */
        TEXTS(Half.READ, 50),
        /** Commits. They are read meanwhile, so nothing else may depend on how many there are yet. */
        HISTORY(Half.MADE, 5),
        /** What is left of the half, however little the history took: how much it takes is known about. */
        INDEX(Half.MADE, 45);

        private final Half half;
        private final int percent;

        Part(Half half, int percent) {
            this.half = half;
            this.percent = percent;
        }
    }

    private enum Half {
        READ,
        MADE
    }

    /** Returns that of one of so many searches that this process does at a time: together half of its memory. */
    public static SearchMemory ofProcess(int searchesAtOnce) {
        return of(Runtime.getRuntime().maxMemory() / PART_OF_THE_MEMORY / searchesAtOnce);
    }

    /** Returns one of so many bytes. */
    public static SearchMemory of(long most) {
        return new SearchMemory(most);
    }

    /** About what a text takes: Java keeps a byte for each character if all are Latin-1, else two. */
    public static long bytesOf(String text) {
        int width = 1;
        for (int at = 0; at < text.length() && width == 1; at++) {
            width = text.charAt(at) > LAST_LATIN ? 2 : 1;
        }
        return (long) width * text.length() + BYTES_OF_A_TEXT;
    }

    /** Returns how much a part may still take. */
    public synchronized long left(Part part) {
        long all = held.entrySet().stream()
                .filter(each -> each.getKey().half == part.half)
                .mapToLong(Map.Entry::getValue)
                .sum();
        long own = share(part.percent) - held.getOrDefault(part, 0L);
        return Math.max(0, Math.min(own, share(PERCENT_OF_A_HALF) - all));
    }

    private long share(int percent) {
        return most / 100 * percent;
    }

    /** Takes so much for a part; returns whether there was room for it. */
    public synchronized boolean take(Part part, long bytes) {
        boolean hasRoom = bytes <= left(part);
        if (hasRoom) {
            held.merge(part, bytes, Long::sum);
        }
        return hasRoom;
    }

    /** Gives back what was taken for a part. */
    synchronized void giveBack(Part part, long bytes) {
        held.merge(part, -bytes, Long::sum);
    }
}
