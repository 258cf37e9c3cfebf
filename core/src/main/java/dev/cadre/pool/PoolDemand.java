// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.RateLimits;

/**
 * What a pool does with its rates, for those who divide them among processes.
 *
 * @param used what attempts have taken since the pool was made, less what they gave back
 * @param waiting what the calls need that wait for their rates; zero if their rates hold back none
 * @param perMinute the limits of all processes together, as far as they are known here; {@link PoolLimits#UNLIMITED} else
 * @param leastShare the share whose burst is large enough for the next call, in parts per million; zero if no limit is known
 * @param news what the provider has told
 */
record PoolDemand(Amounts used, Amounts waiting, Amounts perMinute, int leastShare, News news) {

    /** Requests and tokens. */
    record Amounts(long requests, long tokens) {
        static final Amounts NONE = new Amounts(0, 0);

        Amounts plus(long moreRequests, long moreTokens) {
            return new Amounts(requests + moreRequests, tokens + moreTokens);
        }

        Amounts minus(Amounts other) {
            return new Amounts(requests - other.requests, tokens - other.tokens);
        }
    }

    /**
     * What the provider has told this pool itself.
     *
     * @param reports how often it reported limits
     * @param limits what it reported last
     * @param pausedUntil the end of the last pause that it asked for; a past time if there is none
     */
    record News(long reports, RateLimits limits, long pausedUntil) {}

    /** Whether calls wait for a larger share, or for any. */
    boolean isHeld() {
        return waiting.requests > 0;
    }
}
