// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/**
 * The tokens used by one call, or by several calls together.
 *
 * @param inputTokens all input, cached and cache-written tokens included
 * @param cachedInputTokens the part of the input that the provider read from its prompt cache
 * @param cacheWriteTokens the part of the input that the provider wrote to its prompt cache, where it charges for that
 * @param outputTokens all output, reasoning included
 * @param reasoningTokens the part of the output that was reasoning
 */
public record TokenUsage(
        long inputTokens, long cachedInputTokens, long cacheWriteTokens, long outputTokens, long reasoningTokens) {

    /** No tokens at all. */
    public static final TokenUsage NONE = new TokenUsage(0, 0, 0, 0, 0);

    public TokenUsage {
        if (inputTokens < 0
                || cachedInputTokens < 0
                || cacheWriteTokens < 0
                || outputTokens < 0
                || reasoningTokens < 0
                || cachedInputTokens > inputTokens
                || cacheWriteTokens > inputTokens - cachedInputTokens
                || reasoningTokens > outputTokens) {
            throw new IllegalArgumentException(
                    "impossible token usage: input=%d (cached=%d, cache write=%d), output=%d (reasoning=%d)"
                            .formatted(
                                    inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens));
        }
    }

    /** Usage without cached or reasoning tokens. */
    public static TokenUsage of(long inputTokens, long outputTokens) {
        return new TokenUsage(inputTokens, 0, 0, outputTokens, 0);
    }

    /** The sum of both; throws {@link ArithmeticException} on overflow. */
    public TokenUsage plus(TokenUsage other) {
        return new TokenUsage(
                Math.addExact(inputTokens, other.inputTokens),
                Math.addExact(cachedInputTokens, other.cachedInputTokens),
                Math.addExact(cacheWriteTokens, other.cacheWriteTokens),
                Math.addExact(outputTokens, other.outputTokens),
                Math.addExact(reasoningTokens, other.reasoningTokens));
    }

    /** Input and output together. */
    public long totalTokens() {
        return Math.addExact(inputTokens, outputTokens);
    }
}
