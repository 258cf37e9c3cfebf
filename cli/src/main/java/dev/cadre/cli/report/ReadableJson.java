// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;

/** Writes a JSON document for people: texts as paragraphs, objects as names with values, arrays as lists. */
final class ReadableJson {
    private static final int MOST_TEXT = 20_000;
    private static final int DEEPEST = 8;

    private final Page page;
    private int left = MOST_TEXT;

    private ReadableJson(Page page) {
        this.page = page;
    }

    /** Writes the document, or a text that is none; of a long one the beginning. */
    static void write(Page page, String text) {
        var readable = new ReadableJson(page);
        Json json;
        try {
            json = Json.parse(text);
        } catch (JsonException none) {
            json = new Json.Str(text);
        }
        readable.value(json, 0);
    }

    private void value(Json value, int depth) {
        if (left <= 0) {
            return;
        }
        switch (value) {
            case Json.Str(String text) -> page.element("p", taken(text));
            case Json.Obj object when depth < DEEPEST && !object.fields().isEmpty() -> fields(object, depth);
            case Json.Arr array when depth < DEEPEST && !array.items().isEmpty() -> items(array, depth);
            default -> page.element("p", taken(value.write()));
        }
    }

    private void fields(Json.Obj object, int depth) {
        page.element(
                "dl",
                () -> object.fields().forEach((name, value) -> {
                    if (left > 0) {
                        page.element("dt", taken(name)).element("dd", () -> value(value, depth + 1));
                    }
                }));
    }

    private void items(Json.Arr array, int depth) {
        page.element(
                "ul",
                () -> array.items().forEach(item -> {
                    if (left > 0) {
                        page.element("li", () -> value(item, depth + 1));
                    }
                }));
    }

    /** The text, or as much of it as there is room for. */
    private String taken(String text) {
        String shown = Page.cut(text, Math.max(1, left));
        left -= shown.length() + 1; // empty texts take room, too
        return shown;
    }
}
