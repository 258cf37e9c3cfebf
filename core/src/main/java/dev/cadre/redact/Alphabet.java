// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

/** The characters that a token consists of. */
enum Alphabet {
    LETTERS_AND_DIGITS('Z', 'z', ""),
    CAPITALS('Z', '\0', ""),
    HEX('F', 'f', ""),
    WORD('Z', 'z', "_"),
    URL('Z', 'z', "-_"),
    DOTTED('Z', 'z', "-_."),
    BASE64('Z', 'z', "+/=");

    /** The bits of the first 64 ASCII characters: 1 if the character belongs to the alphabet. */
    private final long low;

    private final long high;

    Alphabet(char lastCapital, char lastSmall, String signs) {
        long lowBits = 0;
        long highBits = 0;
        for (char c = 0; c < 2 * Long.SIZE; c++) {
            boolean isIn = isDigit(c)
                    || (isCapital(c) && c <= lastCapital)
                    || (isSmall(c) && c <= lastSmall)
                    || signs.indexOf(c) >= 0;
            long bit = isIn ? 1L << c : 0;
            lowBits |= c < Long.SIZE ? bit : 0;
            highBits |= c < Long.SIZE ? 0 : bit;
        }
        low = lowBits;
        high = highBits;
    }

    /** Whether this is an ASCII letter or digit. */
    static boolean isLetterOrDigit(char c) {
        return isDigit(c) || isCapital(c) || isSmall(c);
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isCapital(char c) {
        return c >= 'A' && c <= 'Z';
    }

    static boolean isSmall(char c) {
        return c >= 'a' && c <= 'z';
    }

    boolean has(char c) {
        return c < 2 * Long.SIZE && ((c < Long.SIZE ? low : high) >>> c & 1) == 1;
    }

    /** The index after the run of characters of this alphabet that starts at an index. */
    int end(String text, int from) {
        return end(text, from, text.length());
    }

    /** The same, or a limit if the run goes on there. */
    int end(String text, int from, int limit) {
        int end = from;
        while (end < Math.min(limit, text.length()) && has(text.charAt(end))) {
            end++;
        }
        return end;
    }
}
