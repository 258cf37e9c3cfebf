// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Refuses what the provider refuses, and what Cadre must never send: a request without a cap, or one that is stored.
 */
final class LoopbackChecks {
    /** The provider's own lower limit. */
    private static final long LEAST_OUTPUT_TOKENS = 16;

    static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    static final Set<String> EFFORTS = Set.of("none", "minimal", "low", "medium", "high", "xhigh", "max");

    static final Set<String> TIERS = Set.of("auto", "default", "flex", "scale", "priority", "fast", "ultrafast");

    /** The parameters of the provider's published description, version 2.3.0. */
    private static final Set<String> PARAMETERS = Set.of(
            "background",
            "context_management",
            "conversation",
            "include",
            "input",
            "instructions",
            "max_output_tokens",
            "max_tool_calls",
            "metadata",
            "model",
            "moderation",
            "parallel_tool_calls",
            "previous_response_id",
            "prompt",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention",
            "reasoning",
            "safety_identifier",
            "service_tier",
            "store",
            "stream",
            "stream_options",
            "temperature",
            "text",
            "tool_choice",
            "tools",
            "top_logprobs",
            "top_p",
            "truncation",
            "user");

    /** Tools that the provider runs itself. */
    private static final Set<String> PROVIDER_TOOLS = Set.of("web_search", "file_search", "code_interpreter", "mcp");

    private final LoopbackRequest request;
    private final Json.Obj body;

    private LoopbackChecks(LoopbackRequest request, Json.Obj body) {
        this.request = request;
        this.body = body;
    }

    /** The first defect of the request, or empty if it is acceptable. */
    static Optional<String> defect(LoopbackRequest request) {
        try {
            Json.Obj body = request.json();
            return request.isChat()
                    ? LoopbackChatChecks.defect(request, body)
                    : new LoopbackChecks(request, body).defect();
        } catch (JsonException e) {
            return Optional.of("We could not parse the JSON body of your request: " + e.getMessage());
        }
    }

    private Optional<String> defect() {
        return unknown(body, PARAMETERS)
                .or(() -> unless(!request.model().isBlank(), "Missing required parameter: 'model'."))
                .or(this::cap)
                .or(() -> unless(is("store", new Json.Bool(false)), "'store' must be false"))
                .or(() -> unless(
                        EFFORTS.contains(request.text("reasoning", "effort")), "'reasoning.effort' must be sent"))
                .or(() -> sampling(body, request.text("reasoning", "effort")))
                .or(() -> unless(isServiceTier(), "Invalid value: 'service_tier'."))
                .or(this::caching)
                .or(this::conversation)
                .or(() -> LoopbackComputer.defect(request))
                .or(this::format)
                .or(this::tools);
    }

    /** The provider takes its own default if none is named. */
    private boolean isServiceTier() {
        return body.at("service_tier").isEmpty() || TIERS.contains(request.text("service_tier"));
    }

    static Optional<String> unknown(Json.Obj body, Set<String> parameters) {
        return body.fields().keySet().stream()
                .filter(name -> !parameters.contains(name))
                .findFirst()
                .map("Unknown parameter: '%s'."::formatted);
    }

    /** Models that reason draw their tokens by themselves. */
    static Optional<String> sampling(Json.Obj body, String effort) {
        return Stream.of("temperature", "top_p")
                .filter(name -> body.at(name).isPresent() && !effort.isEmpty() && !effort.equals("none"))
                .findFirst()
                .map("Unsupported parameter: '%s' is not supported with this model."::formatted);
    }

    private Optional<String> cap() {
        return unless(
                request.maxOutputTokens() >= LEAST_OUTPUT_TOKENS,
                "Invalid 'max_output_tokens': expected a value >= %d, but got %d instead."
                        .formatted(LEAST_OUTPUT_TOKENS, request.maxOutputTokens()));
    }

    private Optional<String> caching() {
        boolean marks = body.at("prompt_cache_options").isPresent()
                || !request.markedPrompts().isEmpty();
        return unless(
                !marks || LoopbackPromptCache.needsMarks(request),
                "Unsupported parameter: 'prompt_cache_options' is not supported with this model.");
    }

    private Optional<String> conversation() {
        List<Json.Obj> items = request.items();
        var open = new HashSet<String>();
        for (Json.Obj item : items) {
            String callId = LoopbackRequest.string(item, "call_id");
            switch (LoopbackRequest.string(item, "type")) {
                case "function_call" -> open.add(callId);
                case "function_call_output" -> {
                    if (!open.remove(callId)) {
                        return Optional.of("No tool call found for function call output with call_id " + callId + ".");
                    }
                }
                case "reasoning" -> {
                    if (LoopbackRequest.string(item, "encrypted_content").isEmpty()) {
                        return Optional.of("Item with id '%s' not found. Items are not persisted when `store` is false."
                                .formatted(LoopbackRequest.string(item, "id")));
                    }
                }
                default -> {}
            }
        }
        return unless(!items.isEmpty(), "Missing required parameter: 'input'.")
                .or(() -> open.stream().findFirst().map("No tool output found for function call %s."::formatted));
    }

    private Optional<String> format() {
        if (!request.text("text", "format", "type").equals("json_schema")) {
            return Optional.empty();
        }
        return unless(NAME.matcher(request.schemaName()).matches(), "Invalid 'text.format.name'.")
                .or(() -> unless(is("text.format.strict", new Json.Bool(true)), "'text.format.strict' must be true"))
                .or(() -> LoopbackSchemaChecks.defect(
                                body.at("text", "format", "schema").orElse(Json.Null.NULL))
                        .map(defect ->
                                "Invalid schema for response_format '%s': %s".formatted(request.schemaName(), defect)));
    }

    private Optional<String> tools() {
        if (!(body.at("tools").orElse(Json.arr()) instanceof Json.Arr tools)) {
            return Optional.of("Invalid type for 'tools'.");
        }
        return tools.items().stream().flatMap(tool -> tool(tool).stream()).findFirst();
    }

    private static Optional<String> tool(Json json) {
        if (!(json instanceof Json.Obj tool)) {
            return Optional.of("Invalid type for 'tools[]'.");
        }
        if (LoopbackComputer.isTool(json) || PROVIDER_TOOLS.contains(LoopbackRequest.string(tool, "type"))) {
            return Optional.empty();
        }
        String name = LoopbackRequest.string(tool, "name");
        return unless(LoopbackRequest.string(tool, "type").equals("function"), "only function tools are known here")
                .or(() -> unless(NAME.matcher(name).matches(), "Invalid 'tools[].name'."))
                .or(() -> unless(
                        tool.at("strict").equals(Optional.of(new Json.Bool(true))), "'tools[].strict' must be true"))
                .or(() -> LoopbackSchemaChecks.defect(tool.at("parameters").orElse(Json.Null.NULL))
                        .map(defect -> "Invalid schema for function '%s': %s".formatted(name, defect)));
    }

    private boolean is(String path, Json value) {
        return body.at(path.split("\\.", -1)).equals(Optional.of(value));
    }

    static Optional<String> unless(boolean isFine, String defect) {
        return isFine ? Optional.empty() : Optional.of(defect);
    }
}
