// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import org.jspecify.annotations.Nullable;

/**
 * The place of a value in a document, written like {@code $.steps[0].tier}. It is cheap to extend, and becomes text
 * only for a message.
 *
 * @param parent the place of the object or array around it; null for the root
 * @param name the name of a field; null for an item
 * @param index the index of an item, if there is no name
 */
public record JsonPath(@Nullable JsonPath parent, @Nullable String name, int index, int depth) {
    /** The root of the document. */
    public static final JsonPath ROOT = new JsonPath(null, null, 0, 0);

    private static final int MAX_NAME_CHARS = 40;

    public JsonPath {
        if (depth > Json.MAX_DEPTH) {
            throw new JsonException("JSON is nested deeper than %d levels".formatted(Json.MAX_DEPTH));
        }
    }

    /** The place behind the names of fields, outermost first. */
    public static JsonPath of(String... path) {
        var where = ROOT;
        for (String name : path) {
            where = where.field(name);
        }
        return where;
    }

    /** A field of the object at this place. */
    public JsonPath field(String fieldName) {
        return new JsonPath(this, fieldName, 0, depth + 1);
    }

    /** An item of the array at this place. */
    public JsonPath item(int itemIndex) {
        return new JsonPath(this, null, itemIndex, depth + 1);
    }

    @Override
    public String toString() {
        if (parent == null) {
            return "$";
        }
        return parent + (name == null ? "[" + index + "]" : segment(name));
    }

    private static String segment(String name) {
        boolean plain = name.length() <= MAX_NAME_CHARS
                && !name.isEmpty()
                && name.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-'));
        return plain ? "." + name : "[" + JsonText.excerpt(name, MAX_NAME_CHARS) + "]";
    }
}
