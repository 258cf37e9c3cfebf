// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.text;

/** What characters do where they are shown, on a terminal as on a page. */
public final class Characters {
    private Characters() {}

    /**
     * Whether a character shows itself and does nothing else: it moves no cursor, breaks no line, turns no direction, and
     * does not hide. A space does, a tab and a line end do not.
     */
    public static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE -> false;
            default -> !isHidden(c);
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
