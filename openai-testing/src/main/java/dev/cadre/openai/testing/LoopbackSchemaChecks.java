// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The provider's rules for strict schemas, as far as they can be checked without a model. */
final class LoopbackSchemaChecks {
    private static final int MAX_LEVELS = 10;
    private static final int MAX_PROPERTIES = 5_000;

    private static final List<String> REFUSED = List.of(
            "allOf",
            "oneOf",
            "not",
            "if",
            "then",
            "else",
            "dependentRequired",
            "dependentSchemas",
            "patternProperties");

    private int properties;

    private LoopbackSchemaChecks() {}

    /** The first defect, or empty. */
    static Optional<String> defect(Json schema) {
        if (!(schema instanceof Json.Obj root)) {
            return Optional.of("schema must be an object");
        }
        if (!LoopbackRequest.string(root, "type").equals("object")
                || root.at("anyOf").isPresent()) {
            return Optional.of("schema must be a JSON Schema of 'type: \"object\"' without 'anyOf' at its root");
        }
        return new LoopbackSchemaChecks().check("()", root, 1);
    }

    private Optional<String> check(String where, Json json, int level) {
        if (!(json instanceof Json.Obj schema)) {
            return Optional.of("In context=%s, a schema must be an object".formatted(where));
        }
        if (level > MAX_LEVELS) {
            return Optional.of("schema exceeds %d levels of nesting at %s".formatted(MAX_LEVELS, where));
        }
        Optional<String> refused = REFUSED.stream()
                .filter(word -> schema.at(word).isPresent())
                .findFirst()
                .map(word -> "In context=%s, '%s' is not permitted".formatted(where, word));
        return refused.or(() -> object(where, schema))
                .or(() -> children(where, "properties", schema, level + 1))
                .or(() -> children(where, "$defs", schema, level))
                .or(() -> schema.at("items").flatMap(items -> check(where + ".items", items, level + 1)))
                .or(() -> alternatives(where, schema, level));
    }

    private Optional<String> object(String where, Json.Obj schema) {
        Map<String, Json> named = named(schema, "properties");
        if (named.isEmpty() && !LoopbackRequest.string(schema, "type").equals("object")) {
            return Optional.empty();
        }
        properties += named.size();
        if (properties > MAX_PROPERTIES) {
            return Optional.of("schema has more than %d properties".formatted(MAX_PROPERTIES));
        }
        if (!schema.at("additionalProperties").equals(Optional.of(new Json.Bool(false)))) {
            return Optional.of("In context=%s, 'additionalProperties' is required to be supplied and to be false"
                    .formatted(where));
        }
        Set<Json> required = schema.at("required").orElse(Json.arr()) instanceof Json.Arr names
                ? new HashSet<>(names.items())
                : Set.of();
        return named.keySet().stream()
                .filter(name -> !required.contains(new Json.Str(name)))
                .findFirst()
                .map(name -> "In context=%s, 'required' must include every key in properties. Missing '%s'"
                        .formatted(where, name));
    }

    private Optional<String> children(String where, String group, Json.Obj schema, int level) {
        for (Map.Entry<String, Json> child : named(schema, group).entrySet()) {
            Optional<String> defect = check(where + "." + child.getKey(), child.getValue(), level);
            if (defect.isPresent()) {
                return defect;
            }
        }
        return Optional.empty();
    }

    private Optional<String> alternatives(String where, Json.Obj schema, int level) {
        if (!(schema.at("anyOf").orElse(Json.arr()) instanceof Json.Arr alternatives)) {
            return Optional.of("In context=%s, 'anyOf' must be a list".formatted(where));
        }
        for (Json alternative : alternatives.items()) {
            Optional<String> defect = check(where + ".anyOf", alternative, level);
            if (defect.isPresent()) {
                return defect;
            }
        }
        return Optional.empty();
    }

    private static Map<String, Json> named(Json.Obj schema, String group) {
        return schema.at(group).orElse(Json.obj()) instanceof Json.Obj object ? object.fields() : Map.of();
    }
}
