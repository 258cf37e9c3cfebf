// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/**
 * The highest price of a call of a tool at the provider.
 *
 * @param perCall the fee of one call, in every service tier
 * @param maxTokensPerCall the most tokens that one call adds to the input, which is read again after every further
 *     call; for a file search, a call with at most 20 passages
 */
public record ToolPrice(Money perCall, long maxTokensPerCall) {
    public ToolPrice {
        if (maxTokensPerCall < 0) {
            throw new IllegalArgumentException("negative tokens of a tool: " + maxTokensPerCall);
        }
    }
}
