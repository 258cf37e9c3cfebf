// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Turn;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A parameter that a request can do without, at a server that refuses it, or something else in it that can be written in
 * another way. The cap on the output is none of them.
 */
enum OptionalParameter {
    /** The reply comes whole then. */
    STREAM("stream", "streaming"),
    STREAM_OPTIONS("stream_options"),
    STRICT("strict"),
    /** Of the reasoning that is asked for, nothing else is included. */
    INCLUDE("include", "reasoning.encrypted_content", "encrypted content", "encrypted reasoning"),
    REASONING_EFFORT(
            "reasoning_effort",
            "reasoning",
            "reasoning.effort",
            "reasoning effort",
            "reasoningEffort",
            "effort",
            "thinking"),
    REASONING(
            "reasoning",
            "reasoning_effort",
            "reasoning.effort",
            "reasoning effort",
            "reasoningEffort",
            "effort",
            "thinking"),
    STORE("store"),
    SERVICE_TIER("service_tier"),
    PROMPT_CACHE_KEY("prompt_cache_key"),
    PARALLEL_TOOL_CALLS("parallel_tool_calls"),
    SAFETY_IDENTIFIER("safety_identifier"),
    VERBOSITY("verbosity"),
    /** No parameter, but left out in the same way. */
    RETURNED_REASONING("reasoning of earlier turns"),
    /** The instructions stand before the first turn of the user then. */
    SYSTEM_ROLE(
            "system role",
            "'system' role",
            "\"system\" role",
            "role 'system'",
            "role system",
            "system message",
            "system messages",
            "system prompt",
            "system instruction",
            "developer instruction"),
    /** The absence of {@link #STREAM}. */
    WHOLE_REPLY(Instead.of("whole replies of this model", "every reply is asked for as a stream")),
    REASONING_BESIDE_TOOLS(Instead.of("reasoning beside tools", "the effort 'none' was sent while tools were offered")),
    EMPTY_TEXT(Instead.of("an empty text beside calls", "another form of none was sent")),
    NULL_TEXT(Instead.of("null in place of the text beside calls", "nothing was sent there")),
    CALL_ID(Instead.of("the ids of calls", "ids of nine letters and digits were sent")),
    SIGNATURE(Instead.of("the signatures of calls", "they were left out")),
    UNSIGNED_CALL(Instead.of("calls without a signature", "the value was sent that is documented for calls of others")),
    UNREASONED_CALL(Instead.of("calls without their reasoning", "a blank was sent for it"));

    /**
     * What is no parameter.
     *
     * @param refused what the server does not take
     * @param sent what it gets
     */
    private record Instead(String refused, String sent) {
        static Instead of(String refused, String sent) {
            return new Instead(refused, sent);
        }
    }

    private static final List<String> HOLDERS_OF_STRICT = List.of("function", "json_schema", "format");

    private final String wireName;
    private final Pattern mention;
    private final String instead;

    /** @param otherNames what servers call it that name no parameter */
    OptionalParameter(String wireName, String... otherNames) {
        this.wireName = wireName;
        instead = "";
        boolean isOrdinary = wireName.equals("store"); // a shop may be meant, and to leave it out stores texts
        mention = word(
                Stream.concat(Stream.of(wireName), Stream.of(otherNames))
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .map(Pattern::quote)
                        .collect(Collectors.joining("|")),
                isOrdinary ? 0 : Pattern.CASE_INSENSITIVE);
    }

    OptionalParameter(Instead instead) {
        wireName = instead.refused();
        mention = word(Pattern.quote(wireName), 0);
        this.instead = "the server refuses %s: %s".formatted(instead.refused(), instead.sent());
    }

    /** What a reply notes of what is no parameter; empty for a parameter. */
    String instead() {
        return instead;
    }

    /** Whether a request may have what is no parameter. */
    boolean isIn(ModelRequest request) {
        return switch (this) {
            case REASONING_BESIDE_TOOLS -> !request.tools().isEmpty();
            case EMPTY_TEXT, NULL_TEXT, CALL_ID, SIGNATURE, UNSIGNED_CALL, UNREASONED_CALL ->
                request.turns().stream().anyMatch(Turn.ToolResult.class::isInstance);
            default -> true;
        };
    }

    /** A name that stands alone, not as a part of a longer one. */
    static Pattern wordOf(String name) {
        return word(Pattern.quote(name), Pattern.CASE_INSENSITIVE);
    }

    private static Pattern word(String pattern, int flags) {
        return Pattern.compile("(?<![A-Za-z0-9_])(?:" + pattern + ")(?![A-Za-z0-9_])", flags);
    }

    String wireName() {
        return wireName;
    }

    /** Its name in a text. */
    Pattern mention() {
        return mention;
    }

    /** Removes it from a body; says whether it was there. */
    boolean removeFrom(ObjectNode body) {
        return switch (this) {
            case STRICT -> removeStrict(body);
            case RETURNED_REASONING -> ReturnedReasoning.removeFrom(body);
            case SYSTEM_ROLE -> SystemRole.removeFrom(body);
            case VERBOSITY -> removeVerbosity(body);
            case WHOLE_REPLY -> false;
            case REASONING_BESIDE_TOOLS -> removeBesideTools(body);
            case EMPTY_TEXT, NULL_TEXT, CALL_ID, SIGNATURE, UNSIGNED_CALL, UNREASONED_CALL ->
                RefusedTurns.rewrite(body, this);
            default -> body.remove(wireName) != null;
        };
    }

    private static boolean removeStrict(ObjectNode body) {
        boolean removed = false;
        for (JsonNode tool : body.path("tools")) {
            removed |= removeStrictOf(tool);
        }
        removed |= removeStrictOf(body.path("response_format"));
        removed |= removeStrictOf(body.path("text"));
        return removed;
    }

    private static boolean removeStrictOf(JsonNode holder) {
        boolean removed = holder instanceof ObjectNode own && own.remove("strict") != null;
        for (String inner : HOLDERS_OF_STRICT) {
            removed |= holder.path(inner) instanceof ObjectNode nested && nested.remove("strict") != null;
        }
        return removed;
    }

    private static boolean removeBesideTools(ObjectNode body) {
        if (body.path("tools").isEmpty()
                || body.path("reasoning_effort").asText().equals("none")) {
            return false;
        }
        body.put("reasoning_effort", "none");
        return true;
    }

    private static boolean removeVerbosity(ObjectNode body) {
        boolean removed = body.remove("verbosity") != null;
        if (body.path("text") instanceof ObjectNode text) {
            removed |= text.remove("verbosity") != null;
            if (text.isEmpty()) {
                body.remove("text");
            }
        }
        return removed;
    }
}
