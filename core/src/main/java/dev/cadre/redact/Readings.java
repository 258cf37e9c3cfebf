// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.util.Arrays;

/**
 * What stands at each place of a text once its escapes are taken back, once or several times, whatever their kinds: those of
 * depth 2 are escapes of which a part was one of depth 1. Takes time and memory linear in the text. A reading is known by a
 * number; readings at one place lead from the deepest to the others.
 */
final class Readings {
    /** Escapes one within the other are taken back so many times. */
    static final int MOST_DEPTHS = 8;

    /** More at one place are not kept. */
    private static final int MOST_AT_A_PLACE = 12;

    /** The character of what joins two lines. */
    static final int NOTHING = -1;

    /** No reading: the text itself. */
    static final int NONE = 0;

    private final String text;
    /** By places; has none as long as no escape is found. */
    private int[] deepest = {};

    private int[] ends = new int[16];
    private int[] characters = new int[16];
    private int[] others = new int[16];
    private byte[] depths = new byte[16];
    private int count = 1;
    private int depth;

    private Readings(String text) {
        this.text = text;
    }

    static Readings of(String text) {
        var readings = new Readings(text);
        int before;
        do {
            before = readings.count;
            readings.deepen();
        } while (readings.count > before && readings.depth < MOST_DEPTHS);
        return readings;
    }

    /** Each escape is found once: the next time around it is one character. */
    private void deepen() {
        var reader = new EscapeReader(this, depth);
        int at = 0;
        while (at < text.length()) {
            at = reader.read(at);
        }
        depth++;
    }

    String text() {
        return text;
    }

    /** How deep the deepest reading is at most. */
    int depth() {
        return depth;
    }

    /** The deepest reading that begins at a place, among those that are not deeper than this. */
    int at(int place, int most) {
        if (deepest.length == 0) {
            return NONE;
        }
        int reading = deepest[place];
        while (reading != NONE && depths[reading] > most) {
            reading = others[reading];
        }
        return reading;
    }

    /** The next reading at the same place, which is no deeper. */
    int next(int reading) {
        return others[reading];
    }

    /** The character that it is, or {@link #NOTHING}. */
    int character(int reading) {
        return characters[reading];
    }

    /** The place behind it. */
    int end(int reading) {
        return ends[reading];
    }

    /**
     * Adds a reading that is no shallower than those at its place, behind those that are as deep and longer; nothing if it
     * is known, or if too many are.
     */
    void add(int place, int end, int character, int itsDepth) {
        if (deepest.length == 0) {
            deepest = new int[text.length()];
        }
        int before = NONE;
        int known = 0;
        for (int one = deepest[place]; one != NONE; one = others[one]) {
            known++;
            if (known == MOST_AT_A_PLACE || (ends[one] == end && characters[one] == character)) {
                return;
            }
            before = depths[one] == itsDepth && ends[one] > end ? one : before;
        }
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, 2 * count);
            characters = Arrays.copyOf(characters, 2 * count);
            others = Arrays.copyOf(others, 2 * count);
            depths = Arrays.copyOf(depths, 2 * count);
        }
        ends[count] = end;
        characters[count] = character;
        depths[count] = (byte) itsDepth;
        if (before == NONE) {
            others[count] = deepest[place];
            deepest[place] = count;
        } else {
            others[count] = others[before];
            others[before] = count;
        }
        count++;
    }
}
