// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

/**
 * The limits of a pool at once and per minute. Providers report limits of their own; the tighter limit counts.
 *
 * @param maxParallel the most calls in flight; default 64
 * @param requestsPerMinute the most calls started in a minute, or {@link #UNLIMITED} (default)
 * @param tokensPerMinute the most tokens, input and output together, in a minute, or {@link #UNLIMITED} (default)
 */
public record PoolLimits(int maxParallel, long requestsPerMinute, long tokensPerMinute) {
    /** No limit except those that the provider reports. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** 64 parallel calls, rates unlimited until the provider reports some. */
    public static final PoolLimits STANDARD = new PoolLimits(64, UNLIMITED, UNLIMITED);

    public PoolLimits {
        if (maxParallel < 1 || requestsPerMinute < 1 || tokensPerMinute < 1) {
            throw new IllegalArgumentException("limits must be positive: parallel=%d, requests=%d, tokens=%d per minute"
                    .formatted(maxParallel, requestsPerMinute, tokensPerMinute));
        }
    }

    public PoolLimits withMaxParallel(int maxParallel) {
        return new PoolLimits(maxParallel, requestsPerMinute, tokensPerMinute);
    }

    public PoolLimits withRequestsPerMinute(long requestsPerMinute) {
        return new PoolLimits(maxParallel, requestsPerMinute, tokensPerMinute);
    }

    public PoolLimits withTokensPerMinute(long tokensPerMinute) {
        return new PoolLimits(maxParallel, requestsPerMinute, tokensPerMinute);
    }
}
