// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.json.JsonText;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes the form of a value in one line: {@code {"path": string, "lines": list of integer}}.
 *
 * <p>A model reads it where a schema would take many times the tokens. Keys stand in quotes, as in the answer, because a small
 * model copies them as they are written. A type inside itself is written by its name, so is
 * everything below ten levels of objects and names, and behind two thousand parts there are only dots.
 */
public final class Notation {
    private static final int MAX_LEVELS = 10;
    /** As many as strict mode allows in one schema. */
    private static final int MAX_VALUES = 1_000;

    private static final int MAX_DESCRIPTION_CHARS = 300;
    /** Definitions that use others twice would be written an exponential number of times. */
    private static final int MAX_PARTS = 2_000;

    private static final List<Limit> LIMITS = List.of(
            new Limit(Keyword.FORMAT, "%s"),
            new Limit(Keyword.PATTERN, "matching %s"),
            new Limit(Keyword.MINIMUM, "at least %s"),
            new Limit(Keyword.ABOVE, "above %s"),
            new Limit(Keyword.MAXIMUM, "at most %s"),
            new Limit(Keyword.BELOW, "below %s"),
            new Limit(Keyword.MULTIPLE_OF, "a multiple of %s"),
            new Limit(Keyword.MIN_ITEMS, "at least %s items"),
            new Limit(Keyword.MAX_ITEMS, "at most %s items"));

    private final Map<String, Json> definitions;
    private final Set<String> open = new HashSet<>();
    private int parts;

    /** A keyword that limits a value, in words. */
    private record Limit(Keyword keyword, String words) {
        Optional<String> of(Json.Obj schema) {
            return schema.at(keyword.word)
                    .map(limit -> words.formatted(limit instanceof Json.Str text ? text.value() : limit.write()));
        }
    }

    private Notation(Map<String, Json> definitions) {
        this.definitions = definitions;
    }

    /** The form of a bare value of the type. */
    public static String of(JsonType<?> type) {
        var document = (Json.Obj) Json.parse(type.schema());
        return of(document, type.isBare() ? document : document.object(Keyword.PROPERTIES.word, JsonType.VALUE));
    }

    /**
     * The form of what a schema document describes.
     *
     * @throws dev.cadre.json.JsonException if the text is no JSON object
     */
    public static String ofSchema(String schema) {
        if (!(Json.parse(schema) instanceof Json.Obj document)) {
            throw new JsonException("expected a schema, an object");
        }
        return of(document, document);
    }

    private static String of(Json.Obj document, Json.Obj schema) {
        Map<String, Json> definitions = document.at(StrictMode.DEFINITIONS).orElse(Json.obj()) instanceof Json.Obj known
                ? known.fields()
                : Map.of();
        return new Notation(definitions).form(schema, 0);
    }

    /** The components of an object, such as {@code path: string (the path of a file), lines: integer}. */
    public static String of(List<JsonComponent> components) {
        return components.stream()
                .map(each -> "%s: %s%s".formatted(each.name(), of(each.type()), inBrackets(each.description())))
                .collect(Collectors.joining(", "));
    }

    private String form(Json any, int level) {
        if (++parts > MAX_PARTS) {
            return "…";
        }
        if (!(any instanceof Json.Obj schema)) {
            return "any value";
        }
        if (value(schema, StrictMode.REF) instanceof Json.Str reference) {
            return referred(reference.value(), level);
        }
        if (value(schema, Keyword.ANY_OF.word) instanceof Json.Arr branches) {
            return alternatives(branches.items(), level);
        }
        if (value(schema, Keyword.ENUM.word) instanceof Json.Arr values) {
            return values(values.items());
        }
        return schema.at(Keyword.CONST.word)
                .map(Json::write)
                .or(() -> AttachmentBinding.word(schema))
                .orElseGet(() -> ofKind(schema, level));
    }

    private static Json value(Json.Obj schema, String keyword) {
        return schema.at(keyword).orElse(Json.Null.NULL);
    }

    private String referred(String reference, int level) {
        String name = reference.substring(reference.lastIndexOf('/') + 1);
        Json definition = definitions.get(name);
        if (level >= MAX_LEVELS || definition == null || !open.add(name)) {
            return name.equals(StrictMode.ROOT_REFERENCE) ? "the same form" : name;
        }
        String form = form(definition, level + 1);
        open.remove(name);
        return form;
    }

    private String alternatives(List<Json> branches, int level) {
        return branches.stream().map(branch -> form(branch, level)).distinct().collect(Collectors.joining(" or "));
    }

    private static String values(List<Json> values) {
        String listed = values.stream().limit(MAX_VALUES).map(Json::write).collect(Collectors.joining(" or "));
        return values.size() > MAX_VALUES ? "%s or %d others".formatted(listed, values.size() - MAX_VALUES) : listed;
    }

    private String ofKind(Json.Obj schema, int level) {
        return switch (value(schema, Keyword.TYPE.word)) {
            case Json.Arr kinds ->
                kinds.items().stream()
                        .map(kind -> form(schema.with(Keyword.TYPE.word, kind), level))
                        .collect(Collectors.joining(" or "));
            case Json.Str kind -> ofKind(kind.value(), schema, level);
            default -> "any value";
        };
    }

    private String ofKind(String kind, Json.Obj schema, int level) {
        return switch (kind) {
            case "object" -> object(schema, level);
            case "array" -> "list of " + element(form(value(schema, Keyword.ITEMS.word), level)) + limits(schema);
            case "null" -> kind;
            default -> kind + limits(schema);
        };
    }

    private static String element(String form) {
        return form.contains(" or ") && !form.startsWith("{") ? "(" + form + ")" : form;
    }

    private static String limits(Json.Obj schema) {
        String limits =
                LIMITS.stream().flatMap(limit -> limit.of(schema).stream()).collect(Collectors.joining(", "));
        return inBrackets(limits);
    }

    private String object(Json.Obj schema, int level) {
        if (level >= MAX_LEVELS || !(value(schema, Keyword.PROPERTIES.word) instanceof Json.Obj properties)) {
            return "object";
        }
        return properties.fields().entrySet().stream()
                .map(each -> property(each.getKey(), each.getValue(), level))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private String property(String name, Json schema, int level) {
        boolean isDescribed =
                schema instanceof Json.Obj object && value(object, Keyword.DESCRIPTION.word) instanceof Json.Str;
        String description = isDescribed ? ((Json.Obj) schema).string(Keyword.DESCRIPTION.word) : "";
        return "%s: %s%s".formatted(new Json.Str(name).write(), form(schema, level + 1), inBrackets(description));
    }

    private static String inBrackets(String description) {
        return description.isEmpty() ? "" : " (%s)".formatted(JsonText.line(description, MAX_DESCRIPTION_CHARS));
    }
}
