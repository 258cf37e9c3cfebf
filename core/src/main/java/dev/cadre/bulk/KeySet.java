// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A set of keys that remembers 128 bits of a digest of each, in an open-addressed table: 32 to 64 bytes a key, however
 * long the key is. Not safe for use by many threads.
 */
final class KeySet {
    private static final int LEAST_SLOTS = 64;

    private final MessageDigest digest;
    /** Two numbers a slot; both are zero in a free one. */
    private long[] table = new long[2 * LEAST_SLOTS];

    private int size;

    KeySet() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Adds a key; false if it was there. */
    boolean add(String key) {
        var hash = ByteBuffer.wrap(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
        long left = hash.getLong() | 1; // never that of a free slot
        long right = hash.getLong();
        if (!put(table, left, right)) {
            return false;
        }
        size++;
        if (4 * size > table.length) { // half of the slots
            grow();
        }
        return true;
    }

    private static boolean put(long[] into, long left, long right) {
        int slots = into.length / 2;
        int slot = (int) (right & (slots - 1));
        while (into[2 * slot] != 0) {
            if (into[2 * slot] == left && into[2 * slot + 1] == right) {
                return false;
            }
            slot = (slot + 1) & (slots - 1);
        }
        into[2 * slot] = left;
        into[2 * slot + 1] = right;
        return true;
    }

    private void grow() {
        long[] larger = new long[Math.multiplyExact(2, table.length)];
        for (int i = 0; i < table.length; i += 2) {
            if (table[i] != 0) {
                put(larger, table[i], table[i + 1]);
            }
        }
        table = larger;
    }
}
