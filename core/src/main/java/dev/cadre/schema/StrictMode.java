// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import dev.cadre.json.JsonText;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The rules of OpenAI's strict mode (documentation of February 2026): reads a schema document into schemas that
 * values can be checked against, and refuses a document that breaks a rule. The rules of single keywords are in
 * {@link Keyword}, the limits of size in {@link SchemaLimits}.
 *
 * <p>The same rules hold for documents of Java types and for documents that a user wrote.
 */
final class StrictMode {
    static final String DEFINITIONS = "$defs";
    static final String REF = "$ref";
    static final String ROOT_REFERENCE = "#";
    static final String REFERENCE = "#/$defs/";

    private static final int MAX_KEYWORD_CHARS = 60;

    /** How many references may follow one another before a schema that restricts a value. */
    private static final int MAX_LINKS = 100;

    private static final int UNFINISHED = -1;

    private final Map<String, Json> definitions;
    private final Map<String, StrictSchema> byReference = new HashMap<>();
    private final Map<StrictSchema, String> references = new LinkedHashMap<>();
    /** How many references each reference leads through; {@link #UNFINISHED} while they are followed. */
    private final Map<String, Integer> links = new HashMap<>();

    private final SchemaLimits limits = new SchemaLimits();

    private StrictMode(Json.Obj document) {
        definitions = argument(document.at(DEFINITIONS).orElse(Json.obj()), JsonPath.of(DEFINITIONS))
                .object()
                .fields();
    }

    /**
     * Reads a document that a user wrote.
     *
     * @return its root
     * @throws JsonTypeException with the first place that breaks a rule, such as {@code $.properties.tags: …}
     */
    static StrictSchema given(Json.Obj document) {
        if (!document.at(Keyword.TYPE.word).equals(Optional.of(new Json.Str(JsonKind.OBJECT.toString())))) {
            throw refused(JsonPath.ROOT, "the root must be of type object");
        }
        if (document.at(Keyword.ANY_OF.word).isPresent()) {
            throw refused(JsonPath.ROOT, "anyOf may not stand at the root");
        }
        return made(document);
    }

    /** Reads a document whose root may be of any type; as {@link #given}. */
    static StrictSchema made(Json.Obj document) {
        var mode = new StrictMode(document);
        var root = mode.root(document);
        mode.limits.require(root);
        return root;
    }

    /** Reads a document of any size; as {@link #made}. */
    static StrictSchema unlimited(Json.Obj document) {
        return new StrictMode(document).root(document);
    }

    private StrictSchema root(Json.Obj document) {
        var root = read(argument(document.without(DEFINITIONS).without("$schema"), JsonPath.ROOT));
        byReference.put(ROOT_REFERENCE, root);
        limits.countNames(definitions.keySet());
        definitions.forEach((name, schema) ->
                byReference.put(REFERENCE + name, read(argument(schema, JsonPath.of(DEFINITIONS, name)))));
        for (String name : definitions.keySet()) {
            requireEnd(target(REFERENCE + name), JsonPath.of(DEFINITIONS, name), 0);
        }
        references.keySet().forEach(this::resolve);
        return root;
    }

    private KeywordArgument argument(Json json, JsonPath at) {
        return new KeywordArgument(json, at, this);
    }

    StrictSchema read(KeywordArgument given) {
        var fields = given.object().fields();
        var schema = new StrictSchema();
        if (fields.containsKey(REF)) {
            references.put(schema, reference(given));
            return schema;
        }
        for (String word : fields.keySet()) {
            if (Keyword.of(word).isEmpty()) {
                throw given.refused(
                        "'%s' is not allowed in strict mode".formatted(JsonText.line(word, MAX_KEYWORD_CHARS)));
            }
        }
        for (Keyword keyword : Keyword.values()) {
            var value = fields.get(keyword.word);
            if (value != null) {
                if (!keyword.appliesTo(schema)) {
                    throw given.refused("'%s' needs the type %s".formatted(keyword.word, keyword.kinds()));
                }
                keyword.read(schema, argument(value, given.at().field(keyword.word)));
            }
        }
        limits.countEnum(schema.allowed);
        limits.countProperties(schema.properties.keySet());
        requireWhole(schema, given);
        return schema;
    }

    private static void requireWhole(StrictSchema schema, KeywordArgument given) {
        if (schema.restrictsNothing()) {
            throw given.refused("it says nothing about the value; give it a type, enum, const, anyOf or $ref");
        }
        if (schema.kinds.contains(JsonKind.OBJECT)) {
            requireWholeObject(schema, given);
        }
        if (schema.kinds.contains(JsonKind.ARRAY) && schema.items == null) {
            throw given.refused("an array needs items");
        }
    }

    /** An object has all of its properties and no others: a property that may be missing is a union with null. */
    private static void requireWholeObject(StrictSchema schema, KeywordArgument given) {
        if (!schema.isClosed) {
            throw given.refused("an object needs \"additionalProperties\": false");
        }
        var required = new HashSet<>(schema.required);
        for (String name : schema.properties.keySet()) {
            if (!required.contains(name)) {
                throw refused(
                        given.at().field(Keyword.PROPERTIES.word).field(name),
                        "every property must be in required; let one that may be missing be null instead");
            }
        }
        for (String name : schema.required) {
            if (!schema.properties.containsKey(name)) {
                throw refused(
                        given.at().field(Keyword.REQUIRED.word), KeywordArgument.quoted(name) + " is no property");
            }
        }
    }

    private String reference(KeywordArgument given) {
        var fields = given.object().fields();
        var argument =
                argument(Objects.requireNonNull(fields.get(REF)), given.at().field(REF));
        String reference = argument.string();
        if (fields.size() > 1) {
            throw given.refused("a $ref may have no neighbours");
        }
        boolean isKnown = reference.equals(ROOT_REFERENCE)
                || (reference.startsWith(REFERENCE)
                        && definitions.containsKey(reference.substring(REFERENCE.length())));
        if (!isKnown) {
            throw argument.refused(KeywordArgument.quoted(reference) + " is neither # nor one of $defs");
        }
        return reference;
    }

    private StrictSchema target(String reference) {
        return Objects.requireNonNull(byReference.get(reference));
    }

    /**
     * Refuses a schema that leads to itself without restricting a value: its check would never end. Each reference is
     * followed once.
     *
     * @param before the references followed on the way
     * @return the references still to be followed
     */
    private int requireEnd(StrictSchema schema, JsonPath at, int before) {
        String reference = references.get(schema);
        if (reference == null) {
            int most = 0;
            for (StrictSchema branch : schema.branches) {
                most = Math.max(most, requireEnd(branch, at, before));
            }
            return most;
        }
        if (reference.equals(ROOT_REFERENCE)) {
            return 0;
        }
        Integer known = links.putIfAbsent(reference, UNFINISHED);
        if (known != null && known == UNFINISHED) {
            throw refused(at, "it leads back to itself and says nothing");
        }
        if (before + Objects.requireNonNullElse(known, 1) > MAX_LINKS) {
            throw refused(at, "it leads through more than %d references and says nothing".formatted(MAX_LINKS));
        }
        if (known != null) {
            return known;
        }
        int behind = 1 + requireEnd(target(reference), at, before + 1);
        links.put(reference, behind);
        return behind;
    }

    private void resolve(StrictSchema schema) {
        var target = schema;
        for (String next = references.get(target); next != null; next = references.get(target)) {
            target = target(next);
        }
        schema.target = target;
    }

    private static JsonTypeException refused(JsonPath at, String rule) {
        return new JsonTypeException(at + ": " + rule);
    }
}
