// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/** The characters that a token consists of. */
enum Alphabet {
    LETTERS_AND_DIGITS(""),
    CAPITALS(""),
    HEX(""),
    WORD("_"),
    URL("-_"),
    DOTTED("-_."),
    BASE64("+/=");

    @SuppressWarnings("ImmutableEnumChecker") // written by the constructor alone
    private final boolean[] has = new boolean['z' + 1];

    Alphabet(String signs) {
        for (char c = 0; c < has.length; c++) {
            has[c] = isLetterOrDigit(c) || signs.indexOf(c) >= 0;
        }
    }

    /** Returns whether this is a letter or a digit of ASCII. */
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
        return c < has.length
                && has[c]
                && switch (this) {
                    case CAPITALS -> !isSmall(c);
                    case HEX -> isDigit(c) || (c | 0x20) <= 'f';
                    case LETTERS_AND_DIGITS, WORD, URL, DOTTED, BASE64 -> true;
                };
    }

    /** Returns the place behind the characters that follow from a place on. */
    int end(String text, int from) {
        int end = from;
        while (end < text.length() && has(text.charAt(end))) {
            end++;
        }
        return end;
    }
}
