// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonText;
import dev.cadre.json.Where;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Holds a schema that somebody wrote against the rules of OpenAI's strict mode (documentation of February 2026). What
 * passes can be checked by {@link SchemaCheck} and measured by {@link SchemaLimits}.
 */
final class StrictRules {
    static final String DEFINITIONS = "$defs";
    static final String ROOT_REFERENCE = "#";
    static final String REFERENCE = "#/$defs/";

    private static final int MAX_EXCERPT_CHARS = 60;

    /** How many references may lead into one another before one says something of a value. */
    private static final int MAX_LINKS = 100;

    private static final int UNFINISHED = -1;

    private static final Set<String> TYPES =
            Set.of("object", "array", "string", "number", "integer", "boolean", "null");

    /** The keywords that say something of values of these types only. */
    private static final Map<String, Set<String>> KEYWORDS = keywords();

    private final Json.Obj document;
    /** How many references a reference leads through; {@link #UNFINISHED} while they are followed. */
    private final Map<String, Integer> links = new HashMap<>();

    private StrictRules(Json.Obj document) {
        this.document = document;
    }

    private static Map<String, Set<String>> keywords() {
        var keywords = new HashMap<String, Set<String>>();
        for (String any : List.of("type", "enum", "const", "anyOf", "$ref", "title", "description")) {
            keywords.put(any, TYPES);
        }
        List.of("properties", "required", "additionalProperties").forEach(each -> keywords.put(each, Set.of("object")));
        List.of("items", "minItems", "maxItems").forEach(each -> keywords.put(each, Set.of("array")));
        List.of("pattern", "format").forEach(each -> keywords.put(each, Set.of("string")));
        List.of("multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
                .forEach(each -> keywords.put(each, Set.of("number", "integer")));
        return Map.copyOf(keywords);
    }

    /**
     * Does nothing if the schema can be sent.
     *
     * @throws JsonTypeException with the first place that breaks a rule, such as {@code $.properties.tags: …}
     */
    static void require(Json.Obj document) {
        var rules = new StrictRules(document);
        var root = document.without(DEFINITIONS).without("$schema");
        if (!root.at("type").equals(Optional.of(new Json.Str("object")))) {
            throw refusal(Where.ROOT, "the root must be of type object");
        }
        if (root.at("anyOf").isPresent()) {
            throw refusal(Where.ROOT, "anyOf may not stand at the root");
        }
        rules.schema(root, Where.ROOT);
        rules.definitions().forEach((name, schema) -> rules.schema(schema, Where.of(DEFINITIONS, name)));
        rules.definitions().forEach((name, schema) -> rules.requireEnd(schema, Where.of(DEFINITIONS, name), 0));
        SchemaLimits.require(document);
    }

    private Map<String, Json> definitions() {
        Json found = document.at(DEFINITIONS).orElse(Json.obj());
        return object(found, Where.of(DEFINITIONS)).fields();
    }

    private void schema(Json json, Where where) {
        var schema = object(json, where);
        if (schema.at("$ref").isPresent()) {
            reference(schema, where);
            return;
        }
        Set<String> types = types(schema, where);
        schema.fields().forEach((keyword, value) -> {
            requireKeyword(keyword, types, where);
            keyword(keyword, value, where.field(keyword));
        });
        if (types.isEmpty()
                && Stream.of("enum", "const", "anyOf")
                        .allMatch(word -> schema.at(word).isEmpty())) {
            throw refusal(where, "it says nothing about the value; give it a type, enum, const, anyOf or $ref");
        }
        if (types.contains("object")) {
            wholeObject(schema, where);
        }
        if (types.contains("array") && schema.at("items").isEmpty()) {
            throw refusal(where, "an array needs items");
        }
    }

    private static void requireKeyword(String keyword, Set<String> types, Where where) {
        var applies = KEYWORDS.get(keyword);
        if (applies == null) {
            throw refusal(
                    where, "'%s' is not allowed in strict mode".formatted(JsonText.line(keyword, MAX_EXCERPT_CHARS)));
        }
        if (!applies.equals(TYPES) && applies.stream().noneMatch(types::contains)) {
            throw refusal(
                    where, "'%s' needs the type %s".formatted(keyword, String.join(" or ", new TreeSet<>(applies))));
        }
    }

    private void keyword(String keyword, Json value, Where at) {
        switch (keyword) {
            case "enum" -> array(value, at).forEach(each -> scalar(each, at));
            case "const" -> scalar(value, at);
            case "anyOf" -> {
                List<Json> branches = array(value, at);
                for (int i = 0; i < branches.size(); i++) {
                    schema(branches.get(i), at.item(i));
                }
            }
            case "items" -> schema(value, at);
            case "properties" -> object(value, at).fields().forEach((name, each) -> schema(each, at.field(name)));
            case "pattern" -> pattern(value, at);
            case "format" -> format(value, at);
            case "minItems", "maxItems" -> count(value, at);
            case "multipleOf" -> positive(value, at);
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum" -> number(value, at);
            case "title", "description" -> string(value, at);
            default -> {} // type, required and additionalProperties are looked at together with others
        }
    }

    private void reference(Json.Obj schema, Where where) {
        var at = where.field("$ref");
        String reference = string(schema.fields().get("$ref"), at);
        if (schema.fields().size() > 1) {
            throw refusal(where, "a $ref may have no neighbours");
        }
        boolean isKnown = reference.equals(ROOT_REFERENCE)
                || (reference.startsWith(REFERENCE)
                        && definitions().containsKey(reference.substring(REFERENCE.length())));
        if (!isKnown) {
            throw refusal(
                    at, "%s is neither # nor one of $defs".formatted(JsonText.excerpt(reference, MAX_EXCERPT_CHARS)));
        }
    }

    private static Set<String> types(Json.Obj schema, Where where) {
        var at = where.field("type");
        Json type = schema.at("type").orElse(Json.arr());
        var types = new LinkedHashSet<String>();
        if (type instanceof Json.Arr several && schema.at("type").isPresent()) {
            array(several, at).forEach(each -> types.add(string(each, at)));
        } else if (schema.at("type").isPresent()) {
            types.add(string(type, at));
        }
        for (String each : types) {
            if (!TYPES.contains(each)) {
                throw refusal(at, "%s is not a type of JSON".formatted(JsonText.excerpt(each, MAX_EXCERPT_CHARS)));
            }
        }
        return types;
    }

    /** All properties are required and there are no others: what may be missing is a union with null. */
    private static void wholeObject(Json.Obj schema, Where where) {
        if (!schema.at("additionalProperties").equals(Optional.of(new Json.Bool(false)))) {
            throw refusal(where, "an object needs \"additionalProperties\": false");
        }
        var properties = object(schema.at("properties").orElse(Json.obj()), where.field("properties"));
        var required = new LinkedHashSet<String>();
        var at = where.field("required");
        Json names = schema.at("required").orElse(Json.arr());
        if (!(names instanceof Json.Arr listed)) {
            throw refusal(at, "expected an array, got " + names.kind());
        }
        listed.items().forEach(name -> required.add(string(name, at)));
        for (String name : properties.fields().keySet()) {
            if (!required.contains(name)) {
                throw refusal(
                        where.field("properties").field(name),
                        "every property must be in required; let one that may be missing be null instead");
            }
        }
        for (String name : required) {
            if (!properties.fields().containsKey(name)) {
                throw refusal(at, "%s is no property".formatted(JsonText.excerpt(name, MAX_EXCERPT_CHARS)));
            }
        }
    }

    /**
     * A schema that leads to itself before it has said anything of a value would be checked for ever. Each reference is
     * followed once.
     *
     * @param before the references followed on the way
     * @return the references still to be followed
     */
    private int requireEnd(Json json, Where where, int before) {
        var schema = (Json.Obj) json;
        if (schema.at("$ref").isPresent()) {
            String reference = schema.string("$ref");
            return reference.equals(ROOT_REFERENCE) ? 0 : requireEnd(reference, where, before);
        }
        int most = 0;
        if (schema.at("anyOf").isPresent()) {
            for (Json branch : schema.items("anyOf")) {
                most = Math.max(most, requireEnd(branch, where, before));
            }
        }
        return most;
    }

    private int requireEnd(String reference, Where where, int before) {
        Integer known = links.putIfAbsent(reference, UNFINISHED);
        if (known != null && known == UNFINISHED) {
            throw refusal(where, "it leads back to itself and says nothing");
        }
        if (before + Objects.requireNonNullElse(known, 1) > MAX_LINKS) {
            throw refusal(where, "it leads through more than %d references and says nothing".formatted(MAX_LINKS));
        }
        if (known != null) {
            return known;
        }
        Json target = document.object(DEFINITIONS, reference.substring(REFERENCE.length()));
        int behind = 1 + requireEnd(target, where, before + 1);
        links.put(reference, behind);
        return behind;
    }

    private static void pattern(Json value, Where at) {
        try {
            LinearPattern.of(string(value, at));
        } catch (PatternDialect.Refused refused) {
            throw refusal(at, "not a pattern of strict mode: " + refused.getMessage());
        }
    }

    private static void format(Json value, Where at) {
        if (!StringFormats.names().contains(string(value, at))) {
            throw refusal(
                    at,
                    "strict mode knows the formats "
                            + StringFormats.names().stream().sorted().toList());
        }
    }

    private static void count(Json value, Where at) {
        var number = number(value, at).value();
        if (number.signum() < 0 || number.stripTrailingZeros().scale() > 0) {
            throw refusal(at, "%s is not a whole number from 0 on".formatted(number));
        }
    }

    private static void positive(Json value, Where at) {
        if (number(value, at).value().signum() <= 0) {
            throw refusal(at, "it must be above 0");
        }
    }

    private static void scalar(Json value, Where at) {
        if (value instanceof Json.Obj || value instanceof Json.Arr) {
            throw refusal(at, "expected a string, a number, a boolean or null, got " + value.kind());
        }
    }

    private static Json.Num number(Json value, Where at) {
        if (value instanceof Json.Num number) {
            return number;
        }
        throw refusal(at, "expected a number, got " + value.kind());
    }

    private static String string(@Nullable Json value, Where at) {
        if (value instanceof Json.Str string) {
            return string.value();
        }
        throw refusal(at, "expected a string, got " + (value == null ? "nothing" : value.kind()));
    }

    private static List<Json> array(Json value, Where at) {
        if (value instanceof Json.Arr array && !array.items().isEmpty()) {
            return array.items();
        }
        throw refusal(at, value instanceof Json.Arr ? "it is empty" : "expected an array, got " + value.kind());
    }

    private static Json.Obj object(Json value, Where at) {
        if (value instanceof Json.Obj object) {
            return object;
        }
        throw refusal(at, "expected an object, got " + value.kind());
    }

    private static JsonTypeException refusal(Where where, String rule) {
        return new JsonTypeException(where + ": " + rule);
    }
}
