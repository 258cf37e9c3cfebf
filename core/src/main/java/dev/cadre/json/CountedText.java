// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

/** A text that lets a regular expression look at so many characters and no more, since some never come to an end. */
final class CountedText implements CharSequence {
    private static final int MAX_LOOKS = 2_000_000;

    /** The expression needs too long. */
    static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Exceeded() {
            super("a pattern needs more than %d steps".formatted(MAX_LOOKS), null, false, false);
        }
    }

    private final String text;
    private int looks;

    CountedText(String text) {
        this.text = text;
    }

    @Override
    public char charAt(int index) {
        if (++looks > MAX_LOOKS) {
            throw new Exceeded();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
