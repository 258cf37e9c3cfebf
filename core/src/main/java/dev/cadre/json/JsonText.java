// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import java.util.Map;
import java.util.TreeMap;

/** The text of a tree: compact, in the order of its fields, and safe to encode and to log whatever the strings are. */
public final class JsonText {
    private static final String HEX = "0123456789abcdef";

    private static final int MAX_EXCERPT_CHARS = 60;

    private final StringBuilder out = new StringBuilder();
    private final boolean isCanonical;
    private final int maxChars;

    private JsonText() {
        this(false, Integer.MAX_VALUE);
    }

    /** @param maxChars the length after which no more values are written */
    private JsonText(boolean isCanonical, int maxChars) {
        this.isCanonical = isCanonical;
        this.maxChars = maxChars;
    }

    static String of(Json json) {
        var text = new JsonText();
        text.write(json, 0);
        return text.out.toString();
    }

    /** The text that all trees of the same value have; see {@link Json#canonical}. */
    static String canonical(Json json) {
        var text = new JsonText(true, Integer.MAX_VALUE);
        text.write(json, 0);
        return text.out.toString();
    }

    /** The beginning of the text of a value, on one line. */
    public static String excerpt(Json json) {
        var text = new JsonText(false, MAX_EXCERPT_CHARS);
        text.write(json instanceof Json.Str string ? new Json.Str(beginning(string.value())) : json, 0);
        return line(text.out.toString(), MAX_EXCERPT_CHARS);
    }

    private static String beginning(String value) {
        return value.substring(0, Math.min(value.length(), 2 * MAX_EXCERPT_CHARS));
    }

    /** The number of nodes and characters in a tree, counted down to the deepest level that can be written. */
    public static long size(Json json) {
        return size(json, 0);
    }

    private static long size(Json json, int depth) {
        if (depth > Json.MAX_DEPTH) {
            return 0;
        }
        long size = 1;
        switch (json) {
            case Json.Obj object -> {
                for (var field : object.fields().entrySet()) {
                    size += field.getKey().length() + size(field.getValue(), depth + 1);
                }
            }
            case Json.Arr array -> {
                for (Json item : array.items()) {
                    size += size(item, depth + 1);
                }
            }
            case Json.Str string -> size += string.value().length();
            case Json.Num number -> size += number.value().precision();
            case Json.Bool bool -> {}
            case Json.Null none -> {}
        }
        return size;
    }

    /** The string as a JSON literal; of a longer string the first {@code maxChars} characters. */
    public static String excerpt(String value, int maxChars) {
        var text = new JsonText();
        text.string(value.length() <= maxChars ? value : value.substring(0, maxChars) + "…");
        return text.out.toString();
    }

    /** The string on one line without control characters, cut soon after {@code maxChars} characters. */
    public static String line(String value, int maxChars) {
        var text = new JsonText();
        for (int i = 0; i < value.length(); i++) {
            if (text.out.length() >= maxChars) {
                return text.out.append('…').toString();
            }
            char c = value.charAt(i);
            if (c == '\n' || c == '\t' || c == '\r') {
                text.out.append(' ');
            } else {
                text.plain(value, i);
            }
        }
        return text.out.toString();
    }

    /** The JSON text with its lone surrogates escaped, because no encoding can carry them. */
    static String escapeLoneSurrogates(String json) {
        var text = new JsonText();
        for (int i = 0; i < json.length(); i++) {
            if (isLoneSurrogate(json, i)) {
                text.escape(json.charAt(i));
            } else {
                text.out.append(json.charAt(i));
            }
        }
        return text.out.toString();
    }

    private void write(Json json, int depth) {
        if (depth > Json.MAX_DEPTH) {
            throw new JsonException("cannot write JSON nested deeper than %d levels".formatted(Json.MAX_DEPTH));
        }
        switch (json) {
            case Json.Obj object -> fields(isCanonical ? new TreeMap<>(object.fields()) : object.fields(), depth);
            case Json.Arr array -> {
                char separator = '[';
                for (Json item : array.items()) {
                    if (out.length() > maxChars) {
                        return;
                    }
                    out.append(separator);
                    write(item, depth + 1);
                    separator = ',';
                }
                out.append(array.items().isEmpty() ? "[]" : "]");
            }
            case Json.Str string -> string(string.value());
            // not toPlainString: 1E+9999 would have ten thousand digits
            case Json.Num number -> out.append(isCanonical ? number.value().stripTrailingZeros() : number.value());
            case Json.Bool bool -> out.append(bool.value());
            case Json.Null none -> out.append("null");
        }
    }

    private void fields(Map<String, Json> fields, int depth) {
        char separator = '{';
        for (var field : fields.entrySet()) {
            if (out.length() > maxChars) {
                return;
            }
            out.append(separator);
            string(field.getKey());
            out.append(':');
            write(field.getValue(), depth + 1);
            separator = ',';
        }
        out.append(fields.isEmpty() ? "{}" : "}");
    }

    private void string(String value) {
        out.append('"');
        int from = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!isOrdinary(c)) {
                out.append(value, from, i);
                special(value, i);
                from = i + 1;
            }
        }
        out.append(value, from, value.length()).append('"');
    }

    /** Whether the character is written as it is. */
    private static boolean isOrdinary(char c) {
        return c >= ' ' && c <= '~' && c != '"' && c != '\\';
    }

    private void special(String value, int index) {
        switch (value.charAt(index)) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> plain(value, index);
        }
    }

    /** Appends one character; escapes it if it cannot be encoded or would mislead the reader of a log. */
    private void plain(String value, int index) {
        char c = value.charAt(index);
        if (Character.isISOControl(c) || isLoneSurrogate(value, index) || isInvisible(c)) {
            escape(c);
        } else {
            out.append(c);
        }
    }

    private void escape(char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(HEX.charAt((c >> shift) & 0xF));
        }
    }

    private static boolean isLoneSurrogate(String value, int index) {
        char c = value.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == value.length() || !Character.isLowSurrogate(value.charAt(index + 1));
        }
        return Character.isLowSurrogate(c) && (index == 0 || !Character.isHighSurrogate(value.charAt(index - 1)));
    }

    /** Line separators, directional marks, the byte order mark and non-characters. */
    private static boolean isInvisible(char c) {
        return (c >= '\u200e' && c <= '\u200f')
                || (c >= '\u2028' && c <= '\u202e')
                || (c >= '\u2066' && c <= '\u2069')
                || c == '\u061c'
                || c == '\ufeff'
                || c >= '\ufffe';
    }
}
