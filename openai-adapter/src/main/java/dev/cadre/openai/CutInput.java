// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import java.util.Optional;

/**
 * The trace that a server leaves which cuts a long input to its context without a word, as Ollama does: the input counts
 * exactly as many tokens as a context has.
 */
final class CutInput {
    /** Contexts are set in multiples of this. One count in so many is one by chance, so it is a note and no failure. */
    private static final long UNIT = 1_024;

    /** Dense texts have as few for a token; a shorter input may well be whole. */
    private static final long LEAST_CHARS_OF_TOKEN = 3;

    private CutInput() {}

    /** The note on an input that was perhaps cut. */
    static Optional<String> note(ModelRequest request, ModelReply reply) {
        TokenUsage usage = reply.usage();
        if (usage == null || usage.inputTokens() == 0 || usage.inputTokens() % UNIT != 0) {
            return Optional.empty();
        }
        return chars(request) < usage.inputTokens() * LEAST_CHARS_OF_TOKEN
                ? Optional.empty()
                : Optional.of(
                        "the server counted exactly %d tokens of input, as a full context has: it may have cut the rest"
                                .formatted(usage.inputTokens()));
    }

    private static long chars(ModelRequest request) {
        return request.instructions().length()
                + request.turns().stream().mapToLong(CutInput::chars).sum();
    }

    private static long chars(Turn turn) {
        return switch (turn) {
            case Turn.User user -> user.text().length();
            case Turn.Assistant assistant ->
                assistant.text().length()
                        + assistant.toolCalls().stream()
                                .map(ToolCall::arguments)
                                .mapToLong(String::length)
                                .sum();
            case Turn.ToolResult result -> result.text().length();
        };
    }
}
