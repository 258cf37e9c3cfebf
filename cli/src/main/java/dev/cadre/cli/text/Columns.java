// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.text;

import java.util.ArrayList;
import java.util.List;

/** How many columns of a terminal a text takes: one a character, two for those that East Asian terminals draw wide, none for marks. */
public final class Columns {
    private static final String CUT = "…";

    private Columns() {}

    public static int of(String text) {
        return text.codePoints().map(Columns::of).sum();
    }

    /** Returns the text, or its beginning and an ellipsis if it takes more columns than these. */
    public static String cut(String text, int columns) {
        if (of(text) <= columns) {
            return text;
        }
        var kept = new StringBuilder();
        int taken = 1; // the ellipsis
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            taken += of(c);
            if (taken > columns) {
                break;
            }
            kept.appendCodePoint(c);
            i += Character.charCount(c);
        }
        return columns <= 0 ? "" : kept + CUT;
    }

    /**
     * The text in lines of at most so many columns, broken at blanks; a longer word has a line of its own.
     *
     * @param indent stands in front of each line but the first
     */
    public static List<String> wrapped(String text, int columns, String indent) {
        var lines = new ArrayList<String>();
        String words = text.stripLeading();
        var line = new StringBuilder(text.substring(0, text.length() - words.length()));
        int taken = of(line.toString());
        boolean isFirst = true;
        for (String word : words.split(" ", -1)) {
            int width = of(word);
            if (!isFirst && taken + 1 + width > columns) {
                lines.add(line.toString());
                line.setLength(0);
                line.append(indent).append(word);
                taken = of(indent) + width;
            } else {
                line.append(isFirst ? "" : " ").append(word);
                taken += (isFirst ? 0 : 1) + width;
            }
            isFirst = false;
        }
        lines.add(line.toString());
        return lines;
    }

    private static int of(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> 0;
            default -> isWide(c) ? 2 : 1;
        };
    }

    /** The ranges that Unicode's East Asian Width calls wide, roundly. */
    private static boolean isWide(int c) {
        return (c >= 0x1100 && c <= 0x115f)
                || (c >= 0x2e80 && c <= 0x303e)
                || (c >= 0x3041 && c <= 0xa4cf)
                || (c >= 0xac00 && c <= 0xd7a3)
                || (c >= 0xf900 && c <= 0xfaff)
                || (c >= 0xfe30 && c <= 0xfe6f)
                || (c >= 0xff00 && c <= 0xff60)
                || (c >= 0xffe0 && c <= 0xffe6)
                || (c >= 0x1f300 && c <= 0x1faff)
                || (c >= 0x20000 && c <= 0x3fffd);
    }
}
