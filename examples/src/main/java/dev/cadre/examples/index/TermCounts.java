// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.Arrays;

/** How often each term occurs in one field of one document. Immutable. */
final class TermCounts {
    private final int[] terms;
    private final float[] counts;
    private final float length;

    private TermCounts(int[] terms, float[] counts, float length) {
        this.terms = terms;
        this.counts = counts;
        this.length = length;
    }

    float of(int term) {
        int at = Arrays.binarySearch(terms, term);
        return at < 0 ? 0 : counts[at];
    }

    boolean contains(int term) {
        return Arrays.binarySearch(terms, term) >= 0;
    }

    /** Returns the number of word occurrences; wholes of identifiers do not count. */
    float length() {
        return length;
    }

    int[] terms() {
        return terms.clone();
    }

    /** About what it takes of memory. */
    long bytes() {
        return Footprint.OBJECT + 2 * Footprint.ARRAY + (long) terms.length * (Integer.BYTES + Float.BYTES);
    }

    static final class Builder {
        private int[] keys;
        private float[] values;
        private int size;
        private float length;

        /** Starts with room for this many terms, a power of two. */
        Builder(int capacity) {
            keys = new int[capacity * 2];
            values = new float[capacity * 2];
            Arrays.fill(keys, -1);
        }

        /** Adds an identifier: its parts, and itself as a whole. */
        void add(Vocabulary.Terms identifier, float count) {
            increase(identifier.whole(), count);
            for (int part : identifier.parts()) {
                increase(part, count);
                length += count;
            }
        }

        private void increase(int term, float count) {
            int slot = slot(term);
            if (keys[slot] < 0) {
                keys[slot] = term;
                size++;
            }
            values[slot] += count;
            if (size * 2 > keys.length) {
                grow();
            }
        }

        private int slot(int term) {
            int slot = ((term * 0x9E3779B9) >>> 7) & (keys.length - 1);
            while (keys[slot] >= 0 && keys[slot] != term) {
                slot = (slot + 1) & (keys.length - 1);
            }
            return slot;
        }

        private void grow() {
            int[] oldKeys = keys;
            float[] oldValues = values;
            keys = new int[oldKeys.length * 2];
            values = new float[keys.length];
            Arrays.fill(keys, -1);
            for (int i = 0; i < oldKeys.length; i++) {
                if (oldKeys[i] >= 0) {
                    int slot = slot(oldKeys[i]);
                    keys[slot] = oldKeys[i];
                    values[slot] = oldValues[i];
                }
            }
        }

        TermCounts build() {
            int[] terms = Arrays.stream(keys).filter(key -> key >= 0).sorted().toArray();
            float[] counts = new float[terms.length];
            for (int i = 0; i < terms.length; i++) {
                counts[i] = values[slot(terms[i])];
            }
            return new TermCounts(terms, counts, length);
        }
    }
}
