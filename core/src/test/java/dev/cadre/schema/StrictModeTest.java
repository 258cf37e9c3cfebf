// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every schema obeys the rules of OpenAI's strict mode (documentation of February 2026). */
class StrictModeTest {
    private static final Set<String> KEYWORDS = Set.of(
            "type",
            "description",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "anyOf",
            "enum",
            "format",
            "pattern",
            "$ref",
            "$defs");
    private static final Set<String> FORMATS =
            Set.of("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid");
    private static final Set<String> TYPES =
            Set.of("object", "array", "string", "integer", "number", "boolean", "null");

    static Stream<Type> types() {
        return Samples.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("types")
    void schemaOfOneType_isStrict(Type type) {
        assertThat(breaches((Json.Obj) Json.parse(JsonType.of(type).schema()))).isEmpty();
    }

    @Test
    void documentOfAllTypes_isStrict() {
        var definitions = new SchemaDefinitions();
        var properties = Json.obj();
        for (Type type : Samples.ALL) {
            var name = JsonType.of(type).schemaName();
            properties = properties
                    .with(name, definitions.schema(JsonType.of(type)))
                    .with(name + "?", SchemaDefinitions.orNull(definitions.schema(JsonType.of(type))));
        }

        assertThat(breaches(definitions.document(SchemaDefinitions.object(properties))))
                .isEmpty();
    }

    @Test
    void theRulesThemselves_catchEachBreach() {
        assertThat(breaches((Json.Obj) Json.parse("{\"anyOf\":[]}"))).contains("$: the root is no object");
        assertThat(breaches((Json.Obj) Json.parse("""
                        {"type":"object","properties":{"a":{"$ref":"#/$defs/X","description":"d"},"b":{"allOf":[]},\
                        "c":{"anyOf":[{"type":"object","properties":{"p":{"type":"string"}},"required":["p"],"additionalProperties":false},\
                        {"type":"object","properties":{"p":{"type":"string"}},"required":["p"],"additionalProperties":false}]},\
                        "d":{"type":"text"},"e":{"type":"array"},"f":{"type":"string","format":"uri"}},"required":["a"]}""")))
                .containsExactlyInAnyOrder(
                        "$: not every property is required",
                        "$: additional properties are allowed",
                        "$.a: a reference with neighbours",
                        "$.a: a reference to nowhere",
                        "$.b: unknown keyword allOf",
                        "$.b: neither type, anyOf nor $ref",
                        "$.c: alternatives that begin alike",
                        "$.d: unknown type",
                        "$.e: an array without items",
                        "$.f: unknown format");
    }

    private static List<String> breaches(Json.Obj root) {
        var found = new ArrayList<String>();
        if (!root.at("type").equals(Optional.of(new Json.Str("object")))) {
            found.add("$: the root is no object");
        }
        new Linter(root, found).check(root, JsonPath.ROOT);
        return found;
    }

    private record Linter(Json.Obj root, List<String> found) {

        void check(Json.Obj schema, JsonPath at) {
            for (String keyword : schema.fields().keySet()) {
                require(KEYWORDS.contains(keyword), at, "unknown keyword " + keyword);
            }
            if (schema.at("$ref").isPresent()) {
                checkReference(schema, at);
                return;
            }
            require(
                    schema.at("type").isPresent() || schema.at("anyOf").isPresent(),
                    at,
                    "neither type, anyOf nor $ref");
            schema.at("type").ifPresent(type -> require(TYPES.containsAll(typesOf(type)), at, "unknown type"));
            schema.at("format").ifPresent(f -> require(FORMATS.contains(((Json.Str) f).value()), at, "unknown format"));
            if (typesOf(schema.at("type").orElse(Json.arr())).contains("object")) {
                checkObject(schema, at);
            }
            if (typesOf(schema.at("type").orElse(Json.arr())).contains("array")) {
                require(schema.at("items").isPresent(), at, "an array without items");
                schema.at("items").ifPresent(items -> check((Json.Obj) items, at.field("items")));
            }
            schema.at("anyOf").ifPresent(branches -> checkBranches((Json.Arr) branches, at));
            schema.at("$defs")
                    .ifPresent(defs -> ((Json.Obj) defs).fields().forEach((name, definition) -> {
                        require(name.matches("[A-Za-z0-9_-]+"), at, "unreadable name " + name);
                        check((Json.Obj) definition, at.field(name));
                    }));
        }

        private void checkReference(Json.Obj schema, JsonPath at) {
            var target = schema.string("$ref");
            require(schema.fields().size() == 1, at, "a reference with neighbours");
            require(
                    target.equals("#")
                            || (target.startsWith("#/$defs/")
                                    && root.at("$defs", target.substring(8)).isPresent()),
                    at,
                    "a reference to nowhere");
        }

        private void checkObject(Json.Obj schema, JsonPath at) {
            var properties = schema.object("properties").fields();
            var required = Json.strings(properties.keySet());
            require(schema.at("required").filter(required::equals).isPresent(), at, "not every property is required");
            require(
                    schema.at("additionalProperties")
                            .filter(new Json.Bool(false)::equals)
                            .isPresent(),
                    at,
                    "additional properties are allowed");
            properties.forEach((name, property) -> check((Json.Obj) property, at.field(name)));
        }

        /** Alternatives must differ in their first property, by its name or by the values it allows. */
        private void checkBranches(Json.Arr branches, JsonPath at) {
            var beginnings = new ArrayList<String>();
            for (int i = 0; i < branches.items().size(); i++) {
                var branch = (Json.Obj) branches.items().get(i);
                check(branch, at.item(i));
                branch.at("properties")
                        .ifPresent(properties -> beginnings.add(((Json.Obj) properties)
                                .fields().entrySet().stream().limit(1).toList().toString()));
            }
            require(beginnings.stream().distinct().count() == beginnings.size(), at, "alternatives that begin alike");
        }

        private static List<String> typesOf(Json type) {
            return switch (type) {
                case Json.Str one -> List.of(one.value());
                case Json.Arr many ->
                    many.items().stream().map(t -> ((Json.Str) t).value()).toList();
                default -> List.of("no type");
            };
        }

        private void require(boolean holds, JsonPath at, String breach) {
            if (!holds) {
                found.add(at + ": " + breach);
            }
        }
    }

    enum Few {
        A
    }

    record Level<T>(T next) {}

    record Level5<T>(Level<Level<Level<Level<T>>>> next) {}

    @Test
    void nesting_beyondTenLevels_isRefused() {
        record Ten(Level5<Level<Level<Level<Level<Few>>>>> levels) {}
        record Eleven(Level5<Level<Level<Level<Level<Level<Few>>>>>> levels) {}

        assertThat(JsonType.of(Ten.class).schemaName()).isEqualTo("Ten");
        assertThatThrownBy(() -> JsonType.of(Eleven.class))
                .isInstanceOf(JsonTypeException.class)
                .hasMessageEndingWith("Eleven: the schema has 11 levels of nesting; strict mode allows 10");
    }

    @Test
    void documentLimits_areExact() {
        var definitions = new SchemaDefinitions();
        var string = Json.obj().with("type", "string");

        assertLimit(
                n -> SchemaDefinitions.object(properties(n, string)),
                5_000,
                "the schema has 5,001 properties; strict mode allows 5,000");
        assertLimit(
                // in parts, because a single large enum has a limit of its own
                n -> Json.arr(enumOf(250, 1), enumOf(250, 1), enumOf(250, 1), enumOf(n - 750, 1)),
                1_000,
                "the schema has 1,001 enum values; strict mode allows 1,000");
        assertLimit(
                n -> SchemaDefinitions.object(Json.obj().with("x".repeat(n), string)),
                120_000,
                "the schema has 120,001 characters of names and enum values; strict mode allows 120,000");
        assertThat(definitions.document(enumOf(250, 400))).isNotNull();
        assertThatThrownBy(() -> definitions.document(enumOf(251, 60)))
                .hasMessage(
                        "the schema has 15,060 characters in one enum of more than 250 values; strict mode allows 15,000");
    }

    private static void assertLimit(IntFunction<Json> schemaOfSize, int limit, String message) {
        assertThat(document(schemaOfSize.apply(limit))).isNotNull();
        assertThatThrownBy(() -> document(schemaOfSize.apply(limit + 1)))
                .isInstanceOf(JsonTypeException.class)
                .hasMessage(message);
    }

    private static Json.Obj document(Json schema) {
        return new SchemaDefinitions()
                .document(schema instanceof Json.Obj root ? root : Json.obj().with("anyOf", schema));
    }

    private static Json.Obj properties(int count, Json schema) {
        var fields = new LinkedHashMap<String, Json>();
        for (int i = 0; i < count; i++) {
            fields.put("p" + i, schema);
        }
        return new Json.Obj(fields);
    }

    private static Json.Obj enumOf(int count, int chars) {
        return Json.obj()
                .with("type", "string")
                .with("enum", Json.strings(Collections.nCopies(count, "x".repeat(chars))));
    }

    @Test
    void namesInDefinitions_count() {
        var definitions = new SchemaDefinitions();
        definitions.define(
                "Many", SchemaDefinitions.object(properties(5_000, Json.obj().with("type", "null"))));

        assertThatThrownBy(() -> definitions.document(
                        SchemaDefinitions.object(Json.obj().with("a", Json.obj().with("$ref", "#/$defs/Many")))))
                .hasMessage("the schema has 5,001 properties; strict mode allows 5,000");
    }
}
