// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonText;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes the form of a value in one line, as a programmer would: {@code {path: string, lines: list of integer}}.
 *
 * <p>A model reads it where a schema would take many times the tokens. A type inside itself is written by its name, so is
 * everything below ten levels of objects and names, and behind two thousand parts there are only dots.
 */
public final class Notation {
    private static final int MAX_LEVELS = 10;
    private static final int MAX_VALUES = 60;
    private static final int MAX_DESCRIPTION_CHARS = 300;
    /** Definitions that use others twice would be written an exponential number of times. */
    private static final int MAX_PARTS = 2_000;

    private final Map<String, Json> definitions;
    private final Set<String> open = new HashSet<>();
    private int parts;

    private Notation(Map<String, Json> definitions) {
        this.definitions = definitions;
    }

    /** The form of a bare value of the type. */
    public static String of(JsonType<?> type) {
        var document = (Json.Obj) Json.parse(type.schema());
        var definitions = document.at(StrictMode.DEFINITIONS).orElse(Json.obj());
        return new Notation(((Json.Obj) definitions).fields())
                .form(type.isBare() ? document : document.object(Keyword.PROPERTIES.word, JsonType.VALUE), 0);
    }

    /** The components of an object, such as {@code path: string (the path of a file), lines: integer}. */
    public static String of(List<JsonComponent> components) {
        return components.stream()
                .map(each -> "%s: %s%s".formatted(each.name(), of(each.type()), inBrackets(each.description())))
                .collect(Collectors.joining(", "));
    }

    private String form(Json.Obj schema, int level) {
        if (++parts > MAX_PARTS) {
            return "…";
        }
        Optional<Json> reference = schema.at(StrictMode.REF);
        if (reference.isPresent()) {
            return referred(((Json.Str) reference.get()).value(), level);
        }
        if (schema.at(Keyword.ANY_OF.word).isPresent()) {
            return alternatives(schema.items(Keyword.ANY_OF.word), level);
        }
        if (schema.at(Keyword.ENUM.word).isPresent()) {
            return values(schema.items(Keyword.ENUM.word));
        }
        return switch (schema.at(Keyword.TYPE.word).orElse(Json.Null.NULL)) {
            case Json.Arr kinds ->
                kinds.items().stream()
                        .map(kind -> form(schema.with(Keyword.TYPE.word, kind), level))
                        .collect(Collectors.joining(" or "));
            case Json.Str kind -> plain(kind.value(), schema, level);
            default -> "any value";
        };
    }

    private String referred(String reference, int level) {
        String name = reference.substring(reference.lastIndexOf('/') + 1);
        if (level >= MAX_LEVELS
                || !(definitions.get(name) instanceof Json.Obj definition)
                || !open.add(name)) {
    return name.equals(StrictMode.ROOT_REFERENCE) ? "the same form" : name;
        }
        String form = form(definition, level + 1);
        open.remove(name);
        return form;
    }

    private String alternatives(List<Json> branches, int level) {
        return branches.stream()
                .map(branch -> form((Json.Obj) branch, level))
                .distinct()
                .collect(Collectors.joining(" or "));
    }

    private static String values(List<Json> values) {
        String listed = values.stream().limit(MAX_VALUES).map(Json::write).collect(Collectors.joining(" or "));
        return values.size() > MAX_VALUES ? "%s or %d others".formatted(listed, values.size() - MAX_VALUES) : listed;
    }

    private String plain(String kind, Json.Obj schema, int level) {
        return switch (kind) {
            case "object" -> object(schema, level);
            case "array" ->
                schema.at(Keyword.ITEMS.word).orElse(Json.Null.NULL) instanceof Json.Obj items
                        ? "list of " + element(form(items, level))
                        : "list";
            case "string" -> string(schema);
            default -> kind;
        };
    }

    private static String element(String form) {
        return form.contains(" or ") && !form.startsWith("{") ? "(" + form + ")" : form;
    }

    private static String string(Json.Obj schema) {
        return schema.at(Keyword.FORMAT.word).orElse(Json.Null.NULL) instanceof Json.Str format
                ? "string (%s)".formatted(format.value())
                : "string";
    }

    private String object(Json.Obj schema, int level) {
        if (level >= MAX_LEVELS
                || !(schema.at(Keyword.PROPERTIES.word).orElse(Json.Null.NULL) instanceof Json.Obj properties)) {
            return "object";
        }
        return properties.fields().entrySet().stream()
                .map(each -> property(each.getKey(), (Json.Obj) each.getValue(), level))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private String property(String name, Json.Obj schema, int level) {
        String description =
                schema.at("description").orElse(Json.Null.NULL) instanceof Json.Str text ? text.value() : "";
        return "%s: %s%s".formatted(name, form(schema, level + 1), inBrackets(description));
    }

    private static String inBrackets(String description) {
        return description.isEmpty() ? "" : " (%s)".formatted(JsonText.line(description, MAX_DESCRIPTION_CHARS));
    }
}
