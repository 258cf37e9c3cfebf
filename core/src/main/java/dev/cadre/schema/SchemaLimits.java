// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Holds a schema document against the sizes that OpenAI's strict mode accepts (documentation of February 2026). */
final class SchemaLimits {
    private static final int MAX_LEVELS = 10;
    private static final int MAX_PROPERTIES = 5_000;
    private static final int MAX_ENUM_VALUES = 1_000;
    private static final int MAX_NAME_CHARS = 120_000;
    private static final int LARGE_ENUM = 250;
    private static final int MAX_LARGE_ENUM_CHARS = 15_000;
    /** Each takes frames of the stack; strict mode's own number is not known. */
    private static final int MAX_FOLLOWED = 1_000;

    private final Json.Obj document;
    private final Map<String, Integer> levelsByReference = new HashMap<>();
    private final Set<String> open = new HashSet<>();
    private int properties;
    private int enumValues;
    private int nameChars;
    private int followed;

    private SchemaLimits(Json.Obj document) {
        this.document = document;
    }

    static void require(Json.Obj document) {
        var limits = new SchemaLimits(document);
        limits.measure(document);
        limits.within("properties", limits.properties, MAX_PROPERTIES);
        limits.within("enum values", limits.enumValues, MAX_ENUM_VALUES);
        limits.within("characters of names and enum values", limits.nameChars, MAX_NAME_CHARS);
        limits.within("levels of nesting", limits.levels(document.without("$defs")), MAX_LEVELS);
    }

    private void within(String what, int actual, int limit) {
        if (actual > limit) {
            throw new JsonTypeException("the schema has %,d %s; strict mode allows %,d".formatted(actual, what, limit));
        }
    }

    private void measure(Json schema) {
        switch (schema) {
            case Json.Obj object -> {
                object.fields().forEach((keyword, value) -> {
                    switch (keyword) {
                        case "properties" -> measureNames(value, true);
                        case "$defs" -> measureNames(value, false);
                        case "enum" -> measureEnum(value);
                        case "items", "anyOf" -> measure(value);
                        default -> {}
                    }
                });
            }
            case Json.Arr branches -> branches.items().forEach(this::measure);
            case Json.Str s -> {}
            case Json.Num n -> {}
            case Json.Bool b -> {}
            case Json.Null n -> {}
        }
    }

    private void measureNames(Json named, boolean areProperties) {
        ((Json.Obj) named).fields().forEach((name, schema) -> {
            properties += areProperties ? 1 : 0;
            nameChars += name.length();
            measure(schema);
        });
    }

    private void measureEnum(Json values) {
        var items = ((Json.Arr) values).items();
        int chars = items.stream().mapToInt(SchemaLimits::chars).sum();
        if (items.size() > LARGE_ENUM) {
            within("characters in one enum of more than " + LARGE_ENUM + " values", chars, MAX_LARGE_ENUM_CHARS);
        }
        enumValues += items.size();
        nameChars += chars;
    }

    private static int chars(Json value) {
        return value instanceof Json.Str string ? string.value().length() : 0;
    }

    /** How deep objects lie within objects, references followed until they come round. */
    private int levels(Json schema) {
        if (schema instanceof Json.Arr branches) {
            return deepest(branches.items());
        }
        if (!(schema instanceof Json.Obj object)) {
            return 0;
        }
        within("schemas that lead into one another", ++followed, MAX_FOLLOWED);
        int levels = object.at("$ref").isPresent() ? referenced(object.string("$ref")) : ownLevels(object);
        followed--;
        return levels;
    }

    private int ownLevels(Json.Obj object) {
        int inner = Math.max(
                levels(object.at("items").orElse(Json.Null.NULL)),
                levels(object.at("anyOf").orElse(Json.Null.NULL)));
        return object.at("properties").isEmpty()
                ? inner
                : 1 + deepest(object.object("properties").fields().values());
    }

    private int deepest(Iterable<Json> schemas) {
        int levels = 0;
        for (Json schema : schemas) {
            levels = Math.max(levels, levels(schema));
        }
        return levels;
    }

    private int referenced(String reference) {
        var known = levelsByReference.get(reference);
        if (known != null) {
            return known;
        }
        // the root refers to itself by "#"
        if (reference.equals("#") || !open.add(reference)) {
            return 0;
        }
        int levels = levels(document.object("$defs", reference.substring("#/$defs/".length())));
        open.remove(reference);
        levelsByReference.put(reference, levels);
        return levels;
    }
}
