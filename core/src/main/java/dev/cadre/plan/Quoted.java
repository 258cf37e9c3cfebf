// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;

/** A planner's own words inside a message: escaped, and no longer than the eye can take. */
final class Quoted {
    private static final int MAX_CHARS = 64;

    private Quoted() {}

    /** The text in double quotes, without anything that could break a line or deceive the reader of a log. */
    static String of(String text) {
        return new Json.Str(cut(text, MAX_CHARS)).write();
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
