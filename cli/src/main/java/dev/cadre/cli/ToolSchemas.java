// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.json.Json;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Set;

/** What clients are told of the arguments and answers of the tools of {@code cadre mcp}. */
final class ToolSchemas {
    private static final Json.Obj SEARCH = object("""
            {"type": "object", "additionalProperties": false, "required": ["question"], "properties": {
              "question": {"type": "string", "minLength": 1, "maxLength": 8000,
                "description": "What to find, in English. Names of the code are found best; a \\"quoted text\\" is looked for letter by letter."},
              "repo": {"type": "string", "description": "The repository to search."},
              "path": {"type": "string", "maxLength": 1000,
                "description": "Only files below this folder, or like this pattern of .gitignore: src/main or *.java. Default: all files."},
              "offline": {"type": "boolean",
                "description": "true: no model, no network, free, about a second. Compares words and names only. Default: false."},
              "budgetUsd": {"type": "number", "exclusiveMinimum": 0,
                "description": "The most US dollars that this call may spend. It usually spends far less."},
              "maxResults": {"type": "integer", "minimum": 1, "maximum": 100,
                "description": "The most files in the answer, each with up to three places. Default: 5."},
              "deadline": {"type": "string", "description": "The most time for this call, waiting included, such as 20s."}}}""");

    private static final Json.Obj FOUND = object("""
            {"type": "object", "additionalProperties": false,
             "required": ["status", "mode", "answer", "places", "confidence", "notes", "bill"], "properties": {
              "status": {"type": "string", "enum": ["complete", "partial", "nothing_found", "failed"]},
              "mode": {"type": "string", "enum": ["offline-lexical", "model"]},
              "error": {"type": "string", "description": "Why the search failed; absent if it did not."},
              "answer": {"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["text", "places"],
                "properties": {"text": {"type": "string"},
                  "places": {"type": "array", "items": {"type": "integer"}, "description": "The ids of the places that the sentence rests on."}}}},
              "places": {"type": "array", "description": "Best first.", "items": {"type": "object", "additionalProperties": false,
                "required": ["id", "path", "startLine", "endLine", "line", "symbol", "text"], "properties": {
                  "id": {"type": "integer"}, "path": {"type": "string", "description": "Relative to the repository."},
                  "startLine": {"type": "integer"}, "endLine": {"type": "integer"},
                  "line": {"type": "integer", "description": "The line that says most."},
                  "symbol": {"type": "string"}, "text": {"type": "string", "description": "The lines, word for word."}}}},
              "confidence": {"type": "string", "enum": ["high", "medium", "low", "none"]},
              "notes": {"type": "array", "items": {"type": "string"}},
              "bill": {"type": "object", "additionalProperties": false,
                "required": ["spentUsd", "budgetUsd", "leftUsd", "modelCalls", "inputTokens", "outputTokens"], "properties": {
                  "spentUsd": {"type": "number"}, "budgetUsd": {"type": "number"},
                  "leftUsd": {"type": "number", "description": "What later calls may still spend in all."},
                  "modelCalls": {"type": "integer"}, "inputTokens": {"type": "integer"}, "outputTokens": {"type": "integer"}}}}}""");

    private static final Json.Obj QUOTED = object("""
            {"type": "object", "additionalProperties": false,
             "required": ["mode", "expectedUsd", "worstUsd", "budgetUsd", "leftUsd"], "properties": {
              "mode": {"type": "string", "enum": ["offline-lexical", "model"]},
              "expectedUsd": {"type": "number", "description": "What such a search usually costs."},
              "worstUsd": {"type": "number", "description": "The most that it can cost."},
              "budgetUsd": {"type": "number"},
              "leftUsd": {"type": "number", "description": "What calls may still spend in all."}}}""");

    private ToolSchemas() {}

    private static Json.Obj object(String text) {
        return (Json.Obj) Json.parse(text);
    }

    static Json.Obj found() {
        return FOUND;
    }

    static Json.Obj quoted() {
        return QUOTED;
    }

    /** The arguments of a search of this server, of which a tool knows some. */
    static Json.Obj arguments(McpOptions options, Set<String> known) {
        var properties = new LinkedHashMap<String, Json>();
        ((Json.Obj) SEARCH.at("properties").orElseThrow()).fields().forEach((name, schema) -> {
            if (known.contains(name)
                    && !(name.equals("repo") && options.repositories().isOne())) {
                properties.put(name, ofServer(name, (Json.Obj) schema, options));
            }
        });
        boolean isRepoNeeded = properties.containsKey("repo");
        return SEARCH.with("properties", new Json.Obj(properties))
                .with("required", Json.strings(isRepoNeeded ? Set.of("question", "repo") : Set.of("question")));
    }

    private static Json.Obj ofServer(String name, Json.Obj schema, McpOptions options) {
        return switch (name) {
            case "repo" ->
                schema.with(
                        "enum", Json.strings(options.repositories().folders().keySet()));
            case "budgetUsd" ->
                limited(schema, options.callBudget().toUsd())
                        .with(
                                "maximum",
                                new Json.Num(new BigDecimal(options.callBudget().toUsd())));
            case "deadline" -> limited(schema, OptionValues.typed(options.deadline()));
            default -> schema;
        };
    }

    private static Json.Obj limited(Json.Obj schema, String limit) {
        return schema.with(
                "description", "%s Default, and the most: %s.".formatted(schema.string("description"), limit));
    }

    /** The names of all arguments that a search has. */
    static Set<String> names() {
        return ((Json.Obj) SEARCH.at("properties").orElseThrow()).fields().keySet();
    }
}
