// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.json.Json;

/** A part of a text that others wrote, short enough for a message. */
final class Excerpt {
    private static final int MAX_CHARS = 64;
    private static final int MAX_LINE_CHARS = 200;

    private Excerpt() {}

    /** The beginning, in double quotes, with everything escaped that could break a line. */
    static String of(String text) {
        return new Json.Str(cut(text, MAX_CHARS)).write();
    }

    /** The beginning as one line without quotes. */
    static String line(String text) {
        return cut(text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " "), MAX_LINE_CHARS);
    }

    /** The text, or its beginning with a mark; never half a surrogate pair. */
    static String cut(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(maxChars - 1)) ? maxChars - 1 : maxChars;
        return text.substring(0, end) + "…";
    }
}
