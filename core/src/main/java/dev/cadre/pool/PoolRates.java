// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The request and token rates of a pool: two buckets, from which each attempt takes together. */
final class PoolRates {
    private final RetryPolicy policy;
    private final TokenBucket requests;
    private final TokenBucket tokens;
    /** The part of the rates that is left by other processes; null if there are none. */
    private @Nullable PoolShare share;

    private PoolDemand.Amounts used = PoolDemand.Amounts.NONE;
    private RateLimits reported = RateLimits.UNKNOWN;
    private long reports;

    /** @param policy bounds how long a reported limit may close a rate */
    PoolRates(PoolLimits limits, RetryPolicy policy, long now) {
        this.policy = policy;
        requests = new TokenBucket(limits.requestsPerMinute(), now);
        tokens = new TokenBucket(limits.tokensPerMinute(), now);
    }

    /** Sets the part that may be used from now on, and follows what other processes have heard of the limits. */
    void share(PoolShare part, RateLimits heardByOthers, long now) {
        expire(now);
        // before the share grows: what is learned fills no more than the old one
        requests.learn(heardByOthers.requests(), requests.mark(), now);
        tokens.learn(heardByOthers.tokens(), tokens.mark(), now);
        setShare(part, now);
    }

    private void setShare(PoolShare part, long now) {
        share = part;
        requests.share(part, now);
        tokens.share(part, now);
    }

    /** Ends a share whose time is over; it has refilled the rates until then. */
    void expire(long now) {
        if (share != null && share.partsPerMillion() > 0 && share.isOver(now)) {
            setShare(PoolShare.none(share.untilNanos()), share.untilNanos());
        }
    }

    /** Whether there is a share; calls wait until there is. */
    boolean isOpen() {
        return share == null || share.partsPerMillion() > 0;
    }

    /** Whether nothing but time can let a call pass: other processes have nothing that they could give. */
    boolean isWhole() {
        return share == null || share.partsPerMillion() == PoolShare.WHOLE;
    }

    /** Lets the rates save up for a call that waits for them. */
    void saveFor(CallState call) {
        if (share != null) {
            requests.saveFor(1);
            tokens.saveFor(call.submitted.tokenEstimate());
        }
    }

    /** Saves up for nobody. */
    void saveForNone() {
        if (share != null) {
            requests.saveFor(0);
            tokens.saveFor(0);
        }
    }

    /** The share whose burst is large enough for a call of so many tokens. */
    int shareFor(long tokenEstimate) {
        return Math.max(requests.shareFor(1), tokens.shareFor(tokenEstimate));
    }

    /** What a call of so many tokens leaves owing when it is sent. */
    PoolDemand.Amounts ahead(long tokenEstimate) {
        return new PoolDemand.Amounts(requests.beyondBurst(1), tokens.beyondBurst(tokenEstimate));
    }

    PoolDemand.Amounts owed(long now) {
        return new PoolDemand.Amounts(requests.owed(now), tokens.owed(now));
    }

    PoolDemand.Amounts used() {
        return used;
    }

    PoolDemand.Amounts perMinute() {
        return new PoolDemand.Amounts(requests.limit(), tokens.limit());
    }

    PoolDemand.News news(long pausedUntil) {
        return new PoolDemand.News(reports, reported, pausedUntil);
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
        used = used.plus(1, call.submitted.tokenEstimate());
    }

    /** Gives back what an attempt took that was never sent. */
    void giveBack(CallState call, long now) {
        requests.giveBack(1, now);
        used = used.plus(-1, 0);
        giveBackUnused(call, 0, now);
    }

    /** Gives back the tokens that an attempt took and did not use. */
    void giveBackUnused(CallState call, long usedTokens, long now) {
        long unused = call.submitted.tokenEstimate() - usedTokens;
        tokens.giveBack(unused, now);
        used = used.plus(0, -unused);
    }

    /** Follows the limits that the provider reported in its answer to this call. */
    void learn(RateLimits limits, CallState call, long now) {
        requests.learn(bounded(limits.requests()), call.requestsMark, now);
        tokens.learn(bounded(limits.tokens()), call.tokensMark, now);
        if (limits.requests().isKnown() || limits.tokens().isKnown()) {
            reported = limits;
            reports++;
        }
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
        String message = "its %s of %s per minute is used up"
                .formatted(share == null ? "limit" : "share of the limit", isTokens ? "tokens" : "requests");
        return new ModelException.RateLimited(message, null, RateLimits.UNKNOWN);
    }
}
