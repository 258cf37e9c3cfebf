// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The sizes of one schema document, and their limits in OpenAI's strict mode. */
final class SchemaLimits {
    private static final int MAX_LEVELS = 10;
    private static final int MAX_PROPERTIES = 5_000;
    private static final int MAX_ENUM_VALUES = 1_000;
    private static final int MAX_NAME_CHARS = 120_000;
    private static final int LARGE_ENUM = 250;
    private static final int MAX_LARGE_ENUM_CHARS = 15_000;
    /** A limit of our own, because each takes stack frames; strict mode has none. */
    private static final int MAX_FOLLOWED = 1_000;

    private final Map<StrictSchema, Integer> levelsByTarget = new HashMap<>();
    private final Set<StrictSchema> open = new HashSet<>();
    private int properties;
    private int enumValues;
    private int nameChars;
    private int largeEnumChars;
    private int followed;

    void countProperties(Collection<String> names) {
        properties += names.size();
        countNames(names);
    }

    void countNames(Collection<String> names) {
        nameChars += names.stream().mapToInt(String::length).sum();
    }

    void countEnum(List<Json> values) {
        int chars = values.stream()
                .mapToInt(value ->
                        value instanceof Json.Str string ? string.value().length() : 0)
                .sum();
        enumValues += values.size();
        nameChars += chars;
        largeEnumChars = Math.max(largeEnumChars, values.size() > LARGE_ENUM ? chars : 0);
    }

    /** Throws {@link JsonTypeException} if a size, or the nesting below the root, exceeds its limit. */
    void require(StrictSchema root) {
        within("characters in one enum of more than " + LARGE_ENUM + " values", largeEnumChars, MAX_LARGE_ENUM_CHARS);
        within("properties", properties, MAX_PROPERTIES);
        within("enum values", enumValues, MAX_ENUM_VALUES);
        within("characters of names and enum values", nameChars, MAX_NAME_CHARS);
        open.add(root); // a reference to it adds no level
        within("levels of nesting", levels(root), MAX_LEVELS);
    }

    private static void within(String what, int actual, int limit) {
        if (actual > limit) {
            throw new JsonTypeException("the schema has %,d %s; strict mode allows %,d".formatted(actual, what, limit));
        }
    }

    /** The levels of objects within objects. A reference is followed until it leads back to itself. */
    private int levels(StrictSchema schema) {
        within("schemas that lead into one another", ++followed, MAX_FOLLOWED);
        int levels = schema.isReference() ? levelsBehind(schema.target) : ownLevels(schema);
        followed--;
        return levels;
    }

    private int ownLevels(StrictSchema schema) {
        if (schema.kinds.contains(JsonKind.OBJECT)) {
            return 1 + deepest(schema.properties.values());
        }
        int inItems = schema.items == null ? 0 : levels(schema.items);
        return Math.max(inItems, deepest(schema.branches));
    }

    private int deepest(Collection<StrictSchema> schemas) {
        int levels = 0;
        for (StrictSchema schema : schemas) {
            levels = Math.max(levels, levels(schema));
        }
        return levels;
    }

    private int levelsBehind(StrictSchema target) {
        Integer known = levelsByTarget.get(target);
        if (known != null) {
            return known;
        }
        if (!open.add(target)) {
            return 0;
        }
        int levels = levels(target);
        open.remove(target);
        levelsByTarget.put(target, levels);
        return levels;
    }
}
