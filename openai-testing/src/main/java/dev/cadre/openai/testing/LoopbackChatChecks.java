// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import static dev.cadre.openai.testing.LoopbackChecks.unless;

import dev.cadre.json.Json;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The same for Chat Completions, whose servers need not know a reasoning effort or service tiers. */
final class LoopbackChatChecks {
    /** The parameters of the provider's published description, version 2.3.0. */
    private static final Set<String> PARAMETERS = Set.of(
            "audio",
            "frequency_penalty",
            "function_call",
            "functions",
            "logit_bias",
            "logprobs",
            "max_completion_tokens",
            "max_tokens",
            "messages",
            "metadata",
            "modalities",
            "model",
            "moderation",
            "n",
            "parallel_tool_calls",
            "prediction",
            "presence_penalty",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention",
            "reasoning_effort",
            "response_format",
            "safety_identifier",
            "seed",
            "service_tier",
            "stop",
            "store",
            "stream",
            "stream_options",
            "temperature",
            "tool_choice",
            "tools",
            "top_logprobs",
            "top_p",
            "user",
            "verbosity",
            "web_search_options");

    /** The provider's models that reason, which do not take the older name of the cap. */
    private static final Pattern REASONING = Pattern.compile("gpt-[5-9]|o[1-9]");

    private static final Set<String> ROLES = Set.of("developer", "system", "user", "assistant", "tool");

    private final LoopbackRequest request;
    private final Json.Obj body;

    private LoopbackChatChecks(LoopbackRequest request, Json.Obj body) {
        this.request = request;
        this.body = body;
    }

    static Optional<String> defect(LoopbackRequest request, Json.Obj body) {
        return new LoopbackChatChecks(request, body).defect();
    }

    private Optional<String> defect() {
        return LoopbackChecks.unknown(body, PARAMETERS)
                .or(() -> unless(!request.model().isBlank(), "Missing required parameter: 'model'."))
                .or(() -> unless(
                        body.at("max_tokens").isEmpty()
                                || !REASONING.matcher(request.model()).lookingAt(),
                        "Unsupported parameter: 'max_tokens' is not supported with this model."
                                + " Use 'max_completion_tokens' instead."))
                .or(() -> unless(request.maxOutputTokens() >= 1, "'max_completion_tokens' must be sent"))
                .or(() -> unless(!request.isTrue("store"), "'store' must not be true"))
                .or(() -> unless(isOneOf("reasoning_effort", LoopbackChecks.EFFORTS), "Invalid 'reasoning_effort'."))
                .or(() -> LoopbackChecks.sampling(body, request.text("reasoning_effort")))
                .or(() -> unless(isOneOf("service_tier", LoopbackChecks.TIERS), "Invalid 'service_tier'."))
                .or(() -> unless(
                        body.at("stream_options").isEmpty() || request.streams(),
                        "'stream_options' is only allowed when 'stream' is enabled."))
                .or(this::conversation)
                .or(this::format)
                .or(this::tools);
    }

    private boolean isOneOf(String name, Set<String> allowed) {
        return body.at(name).isEmpty() || allowed.contains(request.text(name));
    }

    private Optional<String> conversation() {
        List<Json.Obj> messages = request.items();
        var open = new LinkedHashSet<String>();
        for (Json.Obj message : messages) {
            String role = LoopbackRequest.string(message, "role");
            if (!ROLES.contains(role)) {
                return Optional.of("Invalid value: 'messages[].role': '%s'.".formatted(role));
            }
            if (role.equals("tool")) {
                String callId = LoopbackRequest.string(message, "tool_call_id");
                if (!open.remove(callId)) {
                    return Optional.of("Invalid parameter: messages with role 'tool' must be a response to a preceding"
                            + " message with 'tool_calls'.");
                }
            } else if (!open.isEmpty()) {
                break;
            } else {
                calls(message).forEach(call -> open.add(LoopbackRequest.string(call, "id")));
            }
        }
        return unless(!messages.isEmpty(), "Missing required parameter: 'messages'.")
                .or(() -> unless(
                        open.isEmpty(),
                        "An assistant message with 'tool_calls' must be followed by tool messages responding to each"
                                + " 'tool_call_id'. Missing: " + String.join(", ", open)));
    }

    private static List<Json.Obj> calls(Json.Obj message) {
        return message.at("tool_calls").orElse(Json.arr()) instanceof Json.Arr calls
                ? calls.items().stream()
                        .filter(Json.Obj.class::isInstance)
                        .map(Json.Obj.class::cast)
                        .toList()
                : List.of();
    }

    private Optional<String> format() {
        if (!request.text("response_format", "type").equals("json_schema")) {
            return Optional.empty();
        }
        String name = request.schemaName();
        return unless(LoopbackChecks.NAME.matcher(name).matches(), "Invalid 'response_format.json_schema.name'.")
                .or(() -> unless(
                        request.isTrue("response_format", "json_schema", "strict"),
                        "'response_format.json_schema.strict' must be true"))
                .or(() -> LoopbackSchemaChecks.defect(body.at("response_format", "json_schema", "schema")
                                .orElse(Json.Null.NULL))
                        .map(defect -> "Invalid schema for response_format '%s': %s".formatted(name, defect)));
    }

    private Optional<String> tools() {
        if (!(body.at("tools").orElse(Json.arr()) instanceof Json.Arr tools)) {
            return Optional.of("Invalid type for 'tools'.");
        }
        return tools.items().stream().flatMap(tool -> tool(tool).stream()).findFirst();
    }

    private static Optional<String> tool(Json json) {
        if (!(json instanceof Json.Obj tool
                && tool.at("function").orElse(Json.Null.NULL) instanceof Json.Obj function)) {
            return Optional.of("Missing required parameter: 'tools[].function'.");
        }
        String name = LoopbackRequest.string(function, "name");
        return unless(LoopbackChecks.NAME.matcher(name).matches(), "Invalid 'tools[].function.name'.")
                .or(() -> unless(
                        function.at("strict").equals(Optional.of(new Json.Bool(true))),
                        "'tools[].function.strict' must be true"))
                .or(() -> LoopbackSchemaChecks.defect(function.at("parameters").orElse(Json.Null.NULL))
                        .map(defect -> "Invalid schema for function '%s': %s".formatted(name, defect)));
    }
}
