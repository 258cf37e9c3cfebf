// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;
import java.time.Duration;

/** The request and token rates of a pool: two buckets, from which each attempt takes together. */
final class PoolRates {
    private final RetryPolicy policy;
    private final TokenBucket requests;
    private final TokenBucket tokens;

    /** @param policy bounds how long a reported limit may close a rate */
    PoolRates(PoolLimits limits, RetryPolicy policy, long now) {
        this.policy = policy;
        requests = new TokenBucket(limits.requestsPerMinute(), now);
        tokens = new TokenBucket(limits.tokensPerMinute(), now);
    }

    /** The clock reading from which on both rates let the call pass. */
    long opensAt(CallState call, long now) {
        return NanoTime.later(requests.opensAt(1, now), tokensOpenAt(call, now));
    }

    private long tokensOpenAt(CallState call, long now) {
        return tokens.opensAt(call.submitted.tokenEstimate(), now);
    }

    void take(CallState call, long now) {
        requests.take(1, now);
        tokens.take(call.submitted.tokenEstimate(), now);
        call.requestsMark = requests.mark();
        call.tokensMark = tokens.mark();
    }

    /** Gives back what an attempt took that was never sent. */
    void giveBack(CallState call, long now) {
        requests.giveBack(1, now);
        giveBackUnused(call, 0, now);
    }

    /** Gives back the tokens that an attempt took and did not use. */
    void giveBackUnused(CallState call, long usedTokens, long now) {
        tokens.giveBack(call.submitted.tokenEstimate() - usedTokens, now);
    }

    /** Follows the limits that the provider reported in its answer to this call. */
    void learn(RateLimits limits, CallState call, long now) {
        requests.learn(bounded(limits.requests()), call.requestsMark, now);
        tokens.learn(bounded(limits.tokens()), call.tokensMark, now);
    }

    /** A report closes the pool for no longer than a Retry-After may. */
    private RateLimits.Window bounded(RateLimits.Window window) {
        return new RateLimits.Window(
                window.limitPerMinute(), window.remaining(), Duration.ofNanos(policy.floorNanos(window.reset())));
    }

    void reopen(long now) {
        requests.reopen(now);
        tokens.reopen(now);
    }

    /** The failure that names the rate which holds the call back longest. */
    ModelException usedUp(CallState call, long now) {
        boolean isTokens = tokensOpenAt(call, now) - requests.opensAt(1, now) > 0;
        String message = "its limit of %s per minute is used up".formatted(isTokens ? "tokens" : "requests");
        return new ModelException.RateLimited(message, null, RateLimits.UNKNOWN);
    }
}
