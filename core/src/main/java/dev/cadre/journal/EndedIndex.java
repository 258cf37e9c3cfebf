// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where the ended subtasks and items stand in the store: an open-addressed hash table of 27 to 54 bytes an entry. An item of
 * a fan-out has two, by its index and without it.
 *
 * <p>It holds neither keys nor outputs, of which there may be millions. Different keys may share a hash, so whoever
 * looks one up reads the records and compares. Not safe for use by several threads.
 */
final class EndedIndex {
    private static final int INITIAL_SLOTS = 64;
    /** In place of an index. */
    private static final int ANYWHERE = -2;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private long[] hashes = new long[INITIAL_SLOTS];
    private long[] offsets = new long[INITIAL_SLOTS];
    /** 0 in a free slot. */
    private int[] lengths = new int[INITIAL_SLOTS];

    private int size;

    void add(JournalKey key, Fingerprint fingerprint, Location location) {
        add(hash(key.run(), key.subtask(), key.item(), fingerprint), location);
    }

    /** Adds an item by its fingerprint, wherever it stands. */
    void addItem(String run, String subtask, Fingerprint fingerprint, Location location) {
        add(hash(run, subtask, ANYWHERE, fingerprint), location);
    }

    private void add(long hash, Location location) {
        if (4L * (size + 1) > 3L * hashes.length) {
            grow();
        }
        put(hash, location.offset(), location.length());
        size++;
    }

    /** Every record that may be the one, the latest first. */
    List<Location> candidates(JournalKey key, Fingerprint fingerprint) {
        return candidates(hash(key.run(), key.subtask(), key.item(), fingerprint));
    }

    /** The same of an item wherever it stands. */
    List<Location> candidates(String run, String subtask, Fingerprint fingerprint) {
        return candidates(hash(run, subtask, ANYWHERE, fingerprint));
    }

    private List<Location> candidates(long hash) {
        var found = new ArrayList<Location>(1);
        for (int slot = home(hash); lengths[slot] != 0; slot = next(slot)) {
            if (hashes[slot] == hash) {
                found.add(new Location(offsets[slot], lengths[slot]));
            }
        }
        found.sort(Comparator.comparingLong(Location::offset).reversed());
        return found;
    }

    private void put(long hash, long offset, int length) {
        int slot = home(hash);
        while (lengths[slot] != 0) {
            slot = next(slot);
        }
        hashes[slot] = hash;
        offsets[slot] = offset;
        lengths[slot] = length;
    }

    private void grow() {
        var oldHashes = hashes;
        var oldOffsets = offsets;
        var oldLengths = lengths;
        int slots = Math.multiplyExact(2, oldHashes.length);
        hashes = new long[slots];
        offsets = new long[slots];
        lengths = new int[slots];
        for (int slot = 0; slot < oldHashes.length; slot++) {
            if (oldLengths[slot] != 0) {
                put(oldHashes[slot], oldOffsets[slot], oldLengths[slot]);
            }
        }
    }

    private int home(long hash) {
        return (int) hash & (hashes.length - 1);
    }

    private int next(int slot) {
        return (slot + 1) & (hashes.length - 1);
    }

    /** FNV-1a, and a last mixing because the low bits choose the slot. */
    private static long hash(String run, String subtask, int item, Fingerprint fingerprint) {
        long hash = fold(FNV_OFFSET, run);
        hash = fold(hash, subtask);
        hash = (hash ^ item) * FNV_PRIME;
        hash = fold(hash, fingerprint.hex());
        hash ^= hash >>> 32;
        return (hash * GOLDEN) >>> 1;
    }

    private static long fold(long start, String text) {
        long hash = (start ^ text.length()) * FNV_PRIME;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }
}
