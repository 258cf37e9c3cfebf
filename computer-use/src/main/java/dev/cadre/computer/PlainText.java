// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

/**
 * Words of a page, a model or a provider, as one line that only shows: nothing in it moves a cursor, colours a terminal, turns
 * the direction of what follows or hides.
 */
final class PlainText {
    private static final int REPLACEMENT = 0xfffd;

    private PlainText() {}

    /** The text with white space as spaces, and a replacement character for each character that does not show itself. */
    static String of(String text) {
        var plain = new StringBuilder(text.length());
        text.codePoints().map(PlainText::shown).forEach(plain::appendCodePoint);
        return plain.toString();
    }

    /** Whether the text is such a line already. */
    static boolean isPlain(String text) {
        return text.codePoints().allMatch(c -> shown(c) == c);
    }

    private static int shown(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL -> Character.isWhitespace(c) ? ' ' : REPLACEMENT;
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> ' ';
            case Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED, Character.PRIVATE_USE -> REPLACEMENT;
            default -> c;
        };
    }
}
