// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.Json;
import dev.cadre.redact.Thrown;
import java.nio.charset.StandardCharsets;

/** Text of unknown length and content, made fit to be shown. */
final class Excerpt {
    private static final int LINE_CHARS = 300;

    private Excerpt() {}

    /** A model's words for people: quoted, on one line, cut. */
    static String quoted(String text) {
        return new Json.Str(cut(text, LINE_CHARS)).write();
    }

    /** A message of code for people: one line, cut. */
    static String line(String text) {
        return cut(text, LINE_CHARS)
                .replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ")
                .strip();
    }

    /** What is said about an exception: its message, or its class if it has none. */
    static String line(Throwable thrown) {
        String message = Thrown.message(thrown);
        return message.isBlank() ? thrown.getClass().getName() : line(message);
    }

    /** The first characters, never half of a surrogate pair. */
    static String cut(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(maxChars - 1)) ? maxChars - 1 : maxChars;
        return text.substring(0, end) + "…";
    }

    /** The first UTF-8 bytes, never half of a character, and a mark that says how many there were. */
    static String cutBytes(String text, int maxBytes) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= maxBytes) {
            return text;
        }
        int end = maxBytes;
        while (end > 0 && isContinuation(bytes[end])) {
            end--;
        }
        String kept = new String(bytes, 0, end, StandardCharsets.UTF_8);
        return "%s\n[cut here: %d of %d bytes shown]".formatted(kept, end, bytes.length);
    }

    private static boolean isContinuation(byte utf8) {
        return (utf8 & 0b1100_0000) == 0b1000_0000;
    }
}
