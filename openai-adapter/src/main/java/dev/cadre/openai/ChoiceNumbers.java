// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.HashSet;
import java.util.Set;

/**
 * Tells by their numbers whether the choices of a stream are one answer. One answer was asked for, so a new number with each
 * chunk only counts the chunks; a number that comes again beside another is an answer of its own.
 */
final class ChoiceNumbers {
    private final Set<Integer> seen = new HashSet<>();
    private long lastChunk = -1;
    private int last;
    private int finished = -1;
    private boolean repeats;
    private boolean several;

    /** Takes the number of a choice that brings something, and that of its chunk. */
    void add(int number, long chunk) {
        if (seen.isEmpty() || number != last) {
            boolean isNew = seen.add(number);
            several |= !isNew || chunk == lastChunk;
        } else {
            repeats |= chunk != lastChunk;
        }
        several |= finished >= 0 && number != finished;
        last = number;
        lastChunk = chunk;
    }

    /** Takes the number of a choice that says why the model stopped. */
    void finish(int number) {
        finished = seen.contains(number) ? number : finished;
    }

    /** Whether there were several numbers. */
    boolean differ() {
        return seen.size() > 1;
    }

    /** Whether they are those of several answers. */
    boolean areOfSeveral() {
        return several || (differ() && repeats);
    }
}
