// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/**
 * What a call of a tool at the provider costs at most.
 *
 * @param perCall the fee of one call, whatever the service tier
 * @param maxTokensPerCall the most input tokens that one call adds to the bill of its attempt; for a file
 *     search, one of at most 20 passages
 */
public record ToolPrice(Money perCall, long maxTokensPerCall) {
    public ToolPrice {
        if (maxTokensPerCall < 0) {
            throw new IllegalArgumentException("negative tokens of a tool: " + maxTokensPerCall);
        }
    }
}
