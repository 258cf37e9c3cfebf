// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import dev.cadre.json.JsonText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules of OpenAI's strict mode (documentation of February 2026): reads a schema document and refuses one that breaks
 * a rule. All rules are here; {@link SchemaLimits} has the sizes, {@link ValueRule} what a keyword demands of a value.
 *
 * <p>The rules hold for documents that this package makes and for those that a user wrote.
 */
final class StrictMode {
    static final String DEFINITIONS = "$defs";
    static final String REF = "$ref";
    static final String ROOT_REFERENCE = "#";
    static final String REFERENCE = "#/$defs/";

    private static final int MAX_EXCERPT_CHARS = 60;

    /** How many references may follow one another before a schema that says something of a value. */
    private static final int MAX_LINKS = 100;

    private static final int UNFINISHED = -1;

    private static final Set<String> KEYWORDS_OF_ALL_KINDS =
            Set.of("type", "enum", "const", "anyOf", REF, "title", "description");

    private static final Map<JsonKind, Set<String>> KEYWORDS_OF_ONE_KIND = Map.of(
            JsonKind.OBJECT, Set.of("properties", "required", "additionalProperties"),
            JsonKind.ARRAY, Set.of("items", "minItems", "maxItems"),
            JsonKind.STRING, Set.of("pattern", "format"),
            JsonKind.NUMBER, Set.of("multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"));

    /** The keywords that become rules, in the order in which their defects are reported. */
    private static final List<String> RULES = List.of(
            "minItems",
            "maxItems",
            "multipleOf",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "format",
            "pattern");

    private final Map<String, Json> definitions;
    private final Map<String, StrictSchema> byReference = new HashMap<>();
    /** Each reference that was read, with the schema that stands there. */
    private final Map<StrictSchema, String> references = new LinkedHashMap<>();
    /** How many references a reference leads through; {@link #UNFINISHED} while they are followed. */
    private final Map<String, Integer> links = new HashMap<>();

    private final SchemaLimits limits = new SchemaLimits();

    private StrictMode(Json.Obj document) {
        definitions = object(document.at(DEFINITIONS).orElse(Json.obj()), JsonPath.of(DEFINITIONS)).fields();
    }

    /**
     * The root schema of a document that a user wrote.
     *
     * @throws JsonTypeException with the first place that breaks a rule, such as {@code $.properties.tags: …}
     */
    static StrictSchema given(Json.Obj document) {
        if (!document.at("type").equals(Optional.of(new Json.Str(JsonKind.OBJECT.toString())))) {
            throw refusal(JsonPath.ROOT, "the root must be of type object");
        }
        if (document.at("anyOf").isPresent()) {
            throw refusal(JsonPath.ROOT, "anyOf may not stand at the root");
        }
        return made(document);
    }

    /** The root schema of a document that obeys the rules and the limits; throws {@link JsonTypeException}. */
    static StrictSchema made(Json.Obj document) {
        var mode = new StrictMode(document);
        var root = mode.document(document);
        mode.limits.require(root);
        return root;
    }

    /** The root schema of a document of any size that obeys the rules; throws {@link JsonTypeException}. */
    static StrictSchema read(Json.Obj document) {
        return new StrictMode(document).document(document);
    }

    private StrictSchema document(Json.Obj document) {
        var root = read(document.without(DEFINITIONS).without("$schema"), JsonPath.ROOT);
        byReference.put(ROOT_REFERENCE, root);
        limits.countNames(definitions.keySet());
        definitions.forEach(
                (name, schema) -> byReference.put(REFERENCE + name, read(schema, JsonPath.of(DEFINITIONS, name))));
        definitions.keySet().forEach(name -> {
            var where = JsonPath.of(DEFINITIONS, name);
            requireEnd(Objects.requireNonNull(byReference.get(REFERENCE + name)), where, 0);
        });
        references.keySet().forEach(this::resolve);
        return root;
    }

    private StrictSchema read(Json json, JsonPath where) {
        var given = object(json, where);
        var schema = new StrictSchema();
        if (given.at(REF).isPresent()) {
            references.put(schema, reference(given, where));
            return schema;
        }
        schema.kinds = kinds(given, where.field("type"));
        var rules = new HashMap<String, ValueRule>();
        given.fields().forEach((keyword, value) -> {
            requireKeyword(keyword, schema, where);
            read(keyword, value, where.field(keyword), schema, rules);
        });
        schema.rules = RULES.stream().filter(rules::containsKey).map(rules::get).toList();
        requireWhole(given, schema, where);
        return schema;
    }

    private static void requireKeyword(String keyword, StrictSchema schema, JsonPath where) {
        if (KEYWORDS_OF_ALL_KINDS.contains(keyword)) {
            return;
        }
        var kind = KEYWORDS_OF_ONE_KIND.entrySet().stream()
                .filter(each -> each.getValue().contains(keyword))
                .map(Map.Entry::getKey)
                .findAny()
                .orElseThrow(() -> refusal(
                        where,
                        "'%s' is not allowed in strict mode".formatted(JsonText.line(keyword, MAX_EXCERPT_CHARS))));
        boolean isNumber = kind == JsonKind.NUMBER;
        if (!schema.kinds.contains(kind) && !(isNumber && schema.kinds.contains(JsonKind.INTEGER))) {
            throw refusal(
                    where, "'%s' needs the type %s".formatted(keyword, isNumber ? "integer or number" : kind));
        }
    }

    private void read(String keyword, Json value, JsonPath at, StrictSchema schema, Map<String, ValueRule> rules) {
        switch (keyword) {
            case "enum" -> {
                schema.allowed = array(value, at);
                schema.allowed.forEach(each -> requireScalar(each, at));
                limits.countEnum(schema.allowed);
            }
            case "const" -> {
                requireScalar(value, at);
                schema.constant = List.of(value);
            }
            case "anyOf" -> {
                var branches = new ArrayList<StrictSchema>();
                array(value, at).forEach(branch -> branches.add(read(branch, at.item(branches.size()))));
                schema.branches = branches;
            }
            case "items" -> schema.items = read(value, at);
            case "properties" -> {
                var properties = new LinkedHashMap<String, StrictSchema>();
                object(value, at).fields().forEach((name, each) -> properties.put(name, read(each, at.field(name))));
                limits.countProperties(properties.keySet());
                schema.properties = properties;
            }
            case "title", "description" -> string(value, at);
            case "type", "required", "additionalProperties" -> {} // read together with others
            default -> rules.put(keyword, rule(keyword, value, at));
        }
    }

    private static ValueRule rule(String keyword, Json value, JsonPath at) {
        return switch (keyword) {
            case "minItems" -> ValueRule.count(count(value, at), sign -> sign >= 0, "%s items, at least %s");
            case "maxItems" -> ValueRule.count(count(value, at), sign -> sign <= 0, "%s items, at most %s");
            case "multipleOf" -> ValueRule.multipleOf(positive(value, at));
            case "minimum" -> ValueRule.bound(number(value, at), sign -> sign >= 0, "%s is not at least %s");
            case "maximum" -> ValueRule.bound(number(value, at), sign -> sign <= 0, "%s is not at most %s");
            case "exclusiveMinimum" -> ValueRule.bound(number(value, at), sign -> sign > 0, "%s is not above %s");
            case "exclusiveMaximum" -> ValueRule.bound(number(value, at), sign -> sign < 0, "%s is not below %s");
            case "format" -> format(string(value, at), at);
            case "pattern" -> pattern(string(value, at), at);
            default -> throw new IllegalStateException("no rule for '%s'".formatted(keyword));
        };
    }

    /** All properties are required and there are no others: what may be missing is a union with null. */
    private static void requireWhole(Json.Obj given, StrictSchema schema, JsonPath where) {
        if (schema.kinds.isEmpty()
                && schema.allowed.isEmpty()
                && schema.constant.isEmpty()
                && schema.branches.isEmpty()) {
            throw refusal(where, "it says nothing about the value; give it a type, enum, const, anyOf or $ref");
        }
        if (schema.kinds.contains(JsonKind.OBJECT)) {
            requireWholeObject(given, schema.properties.keySet(), where);
        }
        if (schema.kinds.contains(JsonKind.ARRAY) && schema.items == null) {
            throw refusal(where, "an array needs items");
        }
    }

    private static void requireWholeObject(Json.Obj given, Set<String> properties, JsonPath where) {
        if (!given.at("additionalProperties").equals(Optional.of(new Json.Bool(false)))) {
            throw refusal(where, "an object needs \"additionalProperties\": false");
        }
        var at = where.field("required");
        var required = new LinkedHashSet<String>();
        require(Json.Arr.class, "an array", given.at("required").orElse(Json.arr()), at)
                .items()
                .forEach(name -> required.add(string(name, at)));
        for (String name : properties) {
            if (!required.contains(name)) {
                throw refusal(
                        where.field("properties").field(name),
                        "every property must be in required; let one that may be missing be null instead");
            }
        }
        for (String name : required) {
            if (!properties.contains(name)) {
                throw refusal(at, "%s is no property".formatted(JsonText.excerpt(name, MAX_EXCERPT_CHARS)));
            }
        }
    }

    private String reference(Json.Obj schema, JsonPath where) {
        var at = where.field(REF);
        String reference = string(schema.fields().get(REF), at);
        if (schema.fields().size() > 1) {
            throw refusal(where, "a $ref may have no neighbours");
        }
        boolean isKnown = reference.equals(ROOT_REFERENCE)
                || (reference.startsWith(REFERENCE)
                        && definitions.containsKey(reference.substring(REFERENCE.length())));
        if (!isKnown) {
            throw refusal(
                    at, "%s is neither # nor one of $defs".formatted(JsonText.excerpt(reference, MAX_EXCERPT_CHARS)));
        }
        return reference;
    }

    /**
     * A schema that leads to itself before it has said anything of a value would be checked for ever. Each reference is
     * followed once.
     *
     * @param before the references followed on the way
     * @return the references still to be followed
     */
    private int requireEnd(StrictSchema schema, JsonPath where, int before) {
        String reference = references.get(schema);
        if (reference != null) {
            return reference.equals(ROOT_REFERENCE) ? 0 : requireEnd(reference, where, before);
        }
        int most = 0;
        for (StrictSchema branch : schema.branches) {
            most = Math.max(most, requireEnd(branch, where, before));
        }
        return most;
    }

    private int requireEnd(String reference, JsonPath where, int before) {
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
        int behind = 1 + requireEnd(Objects.requireNonNull(byReference.get(reference)), where, before + 1);
        links.put(reference, behind);
        return behind;
    }

    private void resolve(StrictSchema schema) {
        var target = schema;
        for (var next = references.get(target); next != null; next = references.get(target)) {
            target = Objects.requireNonNull(byReference.get(next));
        }
        schema.target = target;
    }

    private static List<JsonKind> kinds(Json.Obj schema, JsonPath at) {
        var type = schema.at("type");
        if (type.isEmpty()) {
            return List.of();
        }
        var names = type.get() instanceof Json.Arr several ? array(several, at) : List.of(type.get());
        return names.stream().map(name -> kind(string(name, at), at)).distinct().toList();
    }

    private static JsonKind kind(String name, JsonPath at) {
        return JsonKind.named(name)
                .orElseThrow(() -> refusal(
                        at, "%s is not a type of JSON".formatted(JsonText.excerpt(name, MAX_EXCERPT_CHARS))));
    }

    private static ValueRule pattern(String pattern, JsonPath at) {
        try {
            return ValueRule.pattern(pattern);
        } catch (PatternDialect.Refused refused) {
            throw refusal(at, "not a pattern of strict mode: " + refused.getMessage());
        }
    }

    private static ValueRule format(String name, JsonPath at) {
        if (!StringFormats.names().contains(name)) {
            throw refusal(
                    at,
                    "strict mode knows the formats "
                            + StringFormats.names().stream().sorted().toList());
        }
        return ValueRule.format(name);
    }

    private static BigDecimal count(Json value, JsonPath at) {
        var number = number(value, at);
        if (number.signum() < 0 || !JsonKind.isWhole(number)) {
            throw refusal(at, "%s is not a whole number from 0 on".formatted(number));
        }
        return number;
    }

    private static BigDecimal positive(Json value, JsonPath at) {
        var number = number(value, at);
        if (number.signum() <= 0) {
            throw refusal(at, "it must be above 0");
        }
        return number;
    }

    private static void requireScalar(Json value, JsonPath at) {
        if (value instanceof Json.Obj || value instanceof Json.Arr) {
            throw refusal(at, "expected a string, a number, a boolean or null, got " + value.kind());
        }
    }

    private static BigDecimal number(Json value, JsonPath at) {
        return require(Json.Num.class, "a number", value, at).value();
    }

    private static String string(@Nullable Json value, JsonPath at) {
        return require(Json.Str.class, "a string", value, at).value();
    }

    private static Json.Obj object(Json value, JsonPath at) {
        return require(Json.Obj.class, "an object", value, at);
    }

    private static List<Json> array(Json value, JsonPath at) {
        var items = require(Json.Arr.class, "an array", value, at).items();
        if (items.isEmpty()) {
            throw refusal(at, "it is empty");
        }
        return items;
    }

    private static <J extends Json> J require(Class<J> type, String expected, @Nullable Json value, JsonPath at) {
        if (type.isInstance(value)) {
            return type.cast(value);
        }
        throw refusal(at, "expected %s, got %s".formatted(expected, value == null ? "nothing" : value.kind()));
    }

    private static JsonTypeException refusal(JsonPath where, String rule) {
        return new JsonTypeException(where + ": " + rule);
    }
}
