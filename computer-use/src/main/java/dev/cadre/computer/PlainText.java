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
            default -> isHidden(c) ? REPLACEMENT : c;
        };
    }

    /** Letters and marks that Unicode has for the work of fonts, and that none shows. */
    private static boolean isHidden(int c) {
        return switch (c) {
            case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xffa0 -> true;
            default -> (c >= 0x180b && c <= 0x180f) || (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
        };
    }
}
