// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/**
 * The dearer price of long requests: above a number of input tokens the whole request costs more.
 *
 * @param aboveInputTokens the largest input, in tokens, that still has the ordinary price
 * @param inputPercent the price of input above it, cached and cache-written tokens included, in percent of the
 *     ordinary price
 * @param outputPercent the price of output above it, in percent of the ordinary price
 */
public record LongContext(long aboveInputTokens, int inputPercent, int outputPercent) {

    /** One price for requests of every length. */
    public static final LongContext NONE = new LongContext(Long.MAX_VALUE, 100, 100);

    public LongContext {
        if (aboveInputTokens < 0 || inputPercent < 0 || outputPercent < 0) {
            throw new IllegalArgumentException(
                    "impossible long-context price: %d %% of input, %d %% of output above %d tokens"
                            .formatted(inputPercent, outputPercent, aboveInputTokens));
        }
    }

    LongContext bandOf(long inputTokens) {
        return inputTokens > aboveInputTokens ? this : NONE;
    }
}
