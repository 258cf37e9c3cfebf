// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.json.Json;
import java.nio.charset.StandardCharsets;

/**
 * A value that is read by range.
 *
 * @param id the subtask that returned it, with the place in its output behind a colon if it is a part of that
 * @param text a string as it is, any other value as JSON
 * @param form its form: that of the type, or the kind of a part
 * @param bytes the length of the text in UTF-8
 */
record Artifact(String id, String text, String form, long bytes) {
    /** Of the first lines no more is shown. */
    private static final int MAX_BEGINNING_CHARS = 400;

    static Artifact of(String id, Json value, String form) {
        String text = value instanceof Json.Str string ? string.value() : value.write();
        return new Artifact(id, text, form, bytes(text));
    }

    static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** What stands for it in an input. */
    Json reference() {
        return Json.obj()
                .with("artifact", id)
                .with("bytes", bytes)
                .with("characters", text.length())
                .with("form", form)
                .with("beginning", part(0, beginning()));
    }

    /** Whole lines, unless the first one is longer. */
    private int beginning() {
        int line = text.lastIndexOf('\n', MAX_BEGINNING_CHARS - 1);
        return line > 0 ? line + 1 : MAX_BEGINNING_CHARS;
    }

    /** The characters from one place to another, or one fewer: never half of a surrogate pair. */
    String part(int from, int to) {
        int end = Math.min(to, text.length());
        boolean isHalf = end > from && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1));
        return text.substring(from, isHalf ? end - 1 : end);
    }
}
