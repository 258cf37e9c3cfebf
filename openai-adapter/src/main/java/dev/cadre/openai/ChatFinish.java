// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.Finish;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What the finish reasons of servers mean: the standard set, and the words that others have for it. */
enum ChatFinish {
    STOP(
            "stop",
            List.of(
                    "eos",
                    "eos_token",
                    "end_turn",
                    "end_of_turn",
                    "end",
                    "stop_sequence",
                    "complete",
                    "completed",
                    "done")),
    CALLS("tool_calls", List.of("function_call", "tool_use", "tool_call")),
    LENGTH(
            "length",
            List.of(
                    "max_tokens",
                    "max_output_tokens",
                    "max_completion_tokens",
                    "max_length",
                    "token_limit",
                    "model_length",
                    "context_length",
                    "context_length_exceeded",
                    "model_context_window_exceeded",
                    "incomplete")),
    FILTER(
            "content_filter",
            List.of(
                    "content_filtered",
                    "safety",
                    "recitation",
                    "blocklist",
                    "prohibited_content",
                    "spii",
                    "sensitive",
                    "moderation",
                    "guardrail_intervened")),
    REFUSAL("refusal", List.of("refused")),
    /** The server gave up: what there is of the answer is no answer. */
    BROKEN(
            "error",
            List.of(
                    "abort",
                    "aborted",
                    "cancel",
                    "cancelled",
                    "canceled",
                    "timeout",
                    "network_error",
                    "insufficient_system_resource",
                    "malformed_function_call")),
    /** None, or a word that nobody knows. */
    UNKNOWN("", List.of());

    private static final Set<String> STANDARD =
            Set.of("stop", "tool_calls", "function_call", "length", "content_filter");
    private static final Map<String, ChatFinish> BY_WORD = new HashMap<>();

    static {
        for (ChatFinish finish : values()) {
            BY_WORD.put(finish.word, finish);
            finish.synonyms.forEach(synonym -> BY_WORD.put(synonym, finish));
        }
    }

    private final String word;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> synonyms;

    ChatFinish(String word, List<String> synonyms) {
        this.word = word;
        this.synonyms = synonyms;
    }

    /** The meaning of a word in any spelling, such as {@code FinishReason.MAX_TOKENS} or {@code tool-calls}. */
    static ChatFinish of(String reason) {
        String lower = reason.strip().toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
        return BY_WORD.getOrDefault(lower.substring(lower.lastIndexOf('.') + 1), UNKNOWN);
    }

    static boolean isStandard(String reason) {
        return STANDARD.contains(reason);
    }

    /** The standard word. */
    String word() {
        return word;
    }

    /** Whether the answer may be incomplete, whatever else is said later. */
    boolean isCut() {
        return this == LENGTH || this == FILTER || this == BROKEN;
    }

    /** The end of a reply with or without tool calls. */
    Finish finish(boolean calls) {
        return switch (this) {
            case LENGTH -> Finish.TRUNCATED;
            case FILTER -> Finish.FILTERED;
            case REFUSAL -> Finish.REFUSED;
            case STOP, CALLS, BROKEN, UNKNOWN -> calls ? Finish.TOOL_CALLS : Finish.COMPLETE;
        };
    }
}
