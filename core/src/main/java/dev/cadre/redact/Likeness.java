// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.util.List;

/** The degree to which characters look random, in ascending order; a suffix never looks more random than the whole. */
enum Likeness {
    /** Perhaps words, placeholders, or code that searches for keys. */
    WORDS,
    /** Many different characters, with a digit or with capitals that no word has. */
    RANDOM,
    /** Also long without a sign in between, unlike words and dates. */
    DENSE,
    /** Also with capitals, small letters and digits, unlike hashes. */
    MIXED,
    /** More random than any characters. */
    NEVER;

    private static final int MIN_DIFFERENT = 10;
    private static final int MIN_DENSE = 16;
    private static final int MIN_MIXED = 20;
    /** The endings of example keys in the documentation of AWS and in Azure's storage emulator. */
    private static final List<String> PLACEHOLDERS = List.of("EXAMPLE", "Fq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");

    static Likeness of(String text, int from, int end) {
        if (PLACEHOLDERS.stream().anyMatch(placeholder -> text.startsWith(placeholder, end - placeholder.length()))) {
            return WORDS;
        }
        var all = new Stretch();
        var stretch = new Stretch();
        Likeness densest = RANDOM;
        for (int at = from; at < end; at++) {
            char c = text.charAt(at);
            all.add(c);
            if (Alphabet.isLetterOrDigit(c)) {
                stretch.add(c);
            } else {
                densest = densest.or(stretch);
                stretch = new Stretch();
            }
        }
        return all.isRandom() ? densest.or(stretch) : WORDS;
    }

    private Likeness or(Stretch stretch) {
        Likeness other = stretch.density();
        return compareTo(other) < 0 ? other : this;
    }

    /** The characters between two signs. */
    private static final class Stretch {
        private int length;
        private int digits;
        private int small;
        private int capitals;
        private boolean isDoubleCapital;
        private char last;
        private long seenBelow64;
        private long seenFrom64;

        void add(char c) {
            // a character after its neighbour in the alphabet is not random, and the first one has no neighbour
            if (length > 0 && c != last + 1) {
                see(c);
            }
            length++;
            digits += Alphabet.isDigit(c) ? 1 : 0;
            small += Alphabet.isSmall(c) ? 1 : 0;
            boolean isCapital = Alphabet.isCapital(c);
            capitals += isCapital ? 1 : 0;
            isDoubleCapital |= isCapital && Alphabet.isCapital(last);
            last = c;
        }

        private void see(char c) {
            if (c < Long.SIZE) {
                seenBelow64 |= 1L << c;
            } else {
                seenFrom64 |= 1L << c;
            }
        }

        boolean isRandom() {
            return Long.bitCount(seenBelow64) + Long.bitCount(seenFrom64) >= MIN_DIFFERENT && isNoWord();
        }

        private boolean isNoWord() {
            return digits > 0 || (small > 0 && isDoubleCapital);
        }

        Likeness density() {
            if (length >= MIN_MIXED && digits > 0 && small > 0 && capitals > 0) {
                return MIXED;
            }
            return length >= MIN_DENSE && digits < length && isNoWord() ? DENSE : RANDOM;
        }
    }
}
