// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.json.Json;
import dev.cadre.json.JsonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A part of an outcome that can be cited: a fact of a list, a small object, some sentences of a long text.
 *
 * <p>Each is shown as JSON, which has no line break of its own, so no text of a worker can look like another passage.
 *
 * @param label the name of the component that holds it; empty at the root
 */
record Passage(String label, Json value) {
    /** The longest passage that is made of a text or of small values, in characters. */
    static final int MAX_CHARS = 240;

    private static final int MAX_LABEL_CHARS = 40;
    private static final int MAX_WORD_CHARS = 24;
    private static final int MAX_SMALL_PHRASE_CHARS = 8;

    /** All passages of a value, in its order. */
    static List<Passage> of(Json json) {
        var passages = new ArrayList<Passage>();
        add("", json, passages);
        return passages;
    }

    /** What the model reads of it, behind its number; one line. */
    String text() {
        String shown = value.write();
        return label.isEmpty() ? shown : JsonText.line(label, MAX_LABEL_CHARS) + ": " + shown;
    }

    /** What a citation of it says: the words of a text, or JSON. */
    String quote() {
        return value instanceof Json.Str string ? string.value().strip() : value.write();
    }

    /** Its beginning, whose {@link #text} has at most so many UTF-8 bytes; without words if there is no room for any. */
    Passage beginning(int maxBytes) {
        int room = maxBytes - Packing.bytes(new Passage(label, new Json.Str("")).text());
        String words = quote();
        int end = 0;
        while (end < words.length()) {
            int next = words.offsetByCodePoints(end, 1);
            room -= Packing.bytes(new Json.Str(words.substring(end, next)).write()) - 2; // the quotation marks
            if (room < 0) {
                break;
            }
            end = next;
        }
        return new Passage(label, new Json.Str(words.substring(0, end)));
    }

    private static void add(String label, Json json, List<Passage> passages) {
        switch (json) {
            case Json.Str string -> addText(label, string.value(), passages);
            case Json.Arr array -> addItems(label, array.items(), passages);
            case Json.Obj object when isOne(object) -> passages.add(new Passage(label, object));
            case Json.Obj object -> addFields(label, object.fields(), passages);
            case Json.Num number -> passages.add(new Passage(label, number));
            case Json.Bool bool -> passages.add(new Passage(label, bool));
            case Json.Null none -> passages.add(new Passage(label, none));
        }
    }

    /** Several plain values that belong together, such as a path, a line and what stands there. */
    private static boolean isOne(Json.Obj object) {
        return object.fields().size() != 1
                && object.fields().values().stream()
                        .noneMatch(each -> each instanceof Json.Obj || each instanceof Json.Arr)
                && JsonText.size(object) <= MAX_CHARS;
    }

    private static void addFields(String label, Map<String, Json> fields, List<Passage> passages) {
        var small = new LinkedHashMap<String, Json>();
        long size = 0;
        for (var field : fields.entrySet()) {
            Json value = field.getValue();
            long more = isSmall(value) ? field.getKey().length() + JsonText.size(value) : MAX_CHARS + 1;
            if (size + more > MAX_CHARS) {
                addSmall(label, small, passages);
                size = 0;
            }
            if (more > MAX_CHARS) {
                add(field.getKey(), value, passages);
            } else {
                small.put(field.getKey(), value);
                size += more;
            }
        }
        addSmall(label, small, passages);
    }

    private static void addSmall(String label, Map<String, Json> fields, List<Passage> passages) {
        if (fields.size() == 1) {
            fields.forEach((name, value) -> passages.add(new Passage(name, value)));
        } else if (!fields.isEmpty()) {
            passages.add(new Passage(label, new Json.Obj(new LinkedHashMap<>(fields))));
        }
        fields.clear();
    }

    private static void addItems(String label, List<Json> items, List<Passage> passages) {
        if (items.isEmpty()) {
            passages.add(new Passage(label, Json.arr()));
        }
        var small = new ArrayList<Json>();
        long size = 0;
        for (Json item : items) {
            long more = isSmall(item) ? JsonText.size(item) : MAX_CHARS + 1;
            if (size + more > MAX_CHARS) {
                addSmall(label, small, passages);
                size = 0;
            }
            if (more > MAX_CHARS) {
                add(label, item, passages);
            } else {
                small.add(item);
                size += more;
            }
        }
        addSmall(label, small, passages);
    }

    private static void addSmall(String label, List<Json> items, List<Passage> passages) {
        if (items.size() == 1) {
            passages.add(new Passage(label, items.getFirst()));
        } else if (!items.isEmpty()) {
            passages.add(new Passage(label, new Json.Arr(items)));
        }
        items.clear();
    }

    /** Whether it says too little to be cited alone: a number, a word, nothing. */
    private static boolean isSmall(Json json) {
        return switch (json) {
            case Json.Str string ->
                string.value().length() <= (isWord(string.value()) ? MAX_WORD_CHARS : MAX_SMALL_PHRASE_CHARS);
            case Json.Num number -> number.value().precision() <= MAX_WORD_CHARS;
            case Json.Bool bool -> true;
            case Json.Null none -> true;
            case Json.Arr array -> array.items().isEmpty();
            case Json.Obj object -> object.fields().isEmpty();
        };
    }

    private static boolean isWord(String text) {
        return text.chars().noneMatch(Character::isWhitespace);
    }

    private static void addText(String label, String text, List<Passage> passages) {
        int from = 0;
        do {
            int end = end(text, from);
            String part = text.substring(from, end);
            if (!part.isBlank() || text.isBlank()) {
                passages.add(new Passage(label, new Json.Str(part)));
            }
            from = end;
        } while (from < text.length());
    }

    /** Where the passage that begins here ends: behind a line, a sentence or a word if there is one in its second half. */
    private static int end(String text, int from) {
        int most = from + MAX_CHARS;
        if (most >= text.length()) {
            return text.length();
        }
        int sentence = 0;
        int word = 0;
        for (int i = from + MAX_CHARS / 2; i < most; i++) {
            if (text.charAt(i) == '\n') {
                return i + 1;
            }
            if (Character.isWhitespace(text.charAt(i))) {
                word = i + 1;
                sentence = ".!?:;".indexOf(text.charAt(i - 1)) >= 0 ? word : sentence;
            }
        }
        if (sentence > 0 || word > 0) {
            return sentence > 0 ? sentence : word;
        }
        return Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    }
}
