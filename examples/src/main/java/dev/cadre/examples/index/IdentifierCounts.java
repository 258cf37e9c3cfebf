// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * How often each identifier occurs in a text. An open-addressing table over the text itself: a string is made once for
 * each distinct identifier, not for each occurrence.
 */
final class IdentifierCounts {
    /** Unknown to whoever writes the text, so that identifiers cannot be made to meet in one slot. Odd. */
    private static final int MULTIPLIER = new SecureRandom().nextInt() | 1;

    private final String text;
    private int[] starts = new int[256];
    private int[] lengths = new int[256];
    private int[] counts = new int[256];
    private int distinct;

    private IdentifierCounts(String text) {
        this.text = text;
    }

    /** Receives one distinct identifier. */
    @FunctionalInterface
    interface Visitor {
        void visit(String identifier, int count);
    }

    static IdentifierCounts of(String text) {
        var counted = new IdentifierCounts(text);
        Identifiers.scan(text, 0, text.length(), (start, end) -> counted.add(start, end - start));
        return counted;
    }

    void forEach(Visitor visitor) {
        for (int slot = 0; slot < counts.length; slot++) {
            if (counts[slot] > 0) {
                visitor.visit(text.substring(starts[slot], starts[slot] + lengths[slot]), counts[slot]);
            }
        }
    }

    private void add(int start, int length) {
        int slot = slot(start, length);
        if (counts[slot]++ == 0) {
            starts[slot] = start;
            lengths[slot] = length;
            if (++distinct * 2 > counts.length) {
                grow();
            }
        }
    }

    private int slot(int start, int length) {
        int hash = length;
        for (int i = start; i < start + length; i++) {
            hash = (Integer.rotateLeft(hash, 5) ^ text.charAt(i)) * MULTIPLIER;
        }
        int slot = (hash ^ (hash >>> 15)) & (counts.length - 1);
        while (counts[slot] > 0
                && !(lengths[slot] == length && text.regionMatches(starts[slot], text, start, length))) {
            slot = (slot + 1) & (counts.length - 1);
        }
        return slot;
    }

    private void grow() {
        int[] oldStarts = starts;
        int[] oldLengths = lengths;
        int[] oldCounts = counts;
        starts = new int[oldCounts.length * 2];
        lengths = Arrays.copyOf(starts, starts.length);
        counts = Arrays.copyOf(starts, starts.length);
        for (int old = 0; old < oldCounts.length; old++) {
            if (oldCounts[old] > 0) {
                int slot = slot(oldStarts[old], oldLengths[old]);
                starts[slot] = oldStarts[old];
                lengths[slot] = oldLengths[old];
                counts[slot] = oldCounts[old];
            }
        }
    }
}
