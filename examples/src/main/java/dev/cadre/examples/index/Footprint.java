// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import dev.cadre.examples.repository.SearchMemory;

/**
 * What Java takes for the things that an index is made of, in bytes and at least: each class that stores something adds up what
 * it stores. For references of four bytes, which a process has unless its memory is 32 GB or more.
 */
final class Footprint {
    /** An object of a few fields. */
    static final long OBJECT = 32;

    /** A boxed number. */
    static final long NUMBER = 16;

    /** An array or list, without what is in it, and what is cut off by rounding. */
    static final long ARRAY = 24;

    /** A place in a list that has room to grow. */
    static final long PLACE = 8;

    /** An entry of a map, without key and value; its table is a third full at least. */
    static final long ENTRY = 48;

    /** A set of one number, which may keep an order. */
    static final long SET = 210;

    private Footprint() {}

    static long ofText(String text) {
        return SearchMemory.bytesOf(text);
    }
}
