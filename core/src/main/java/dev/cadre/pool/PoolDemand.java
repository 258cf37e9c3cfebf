// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.RateLimits;

/**
 * What a pool does with its rates, for those who divide them among processes.
 *
 * @param used what attempts have taken since the pool was made, less what they gave back
 * @param waiting what the calls need that wait for their rates; zero if their rates hold back none
 * @param owed what was used beyond what had come in, such as by a call that is larger than a burst
 * @param ahead what will be owed when the next call that waits is sent, if nothing is owed before
 * @param perMinute the limits of all processes together, as far as they are known here; {@link PoolLimits#UNLIMITED} else
 * @param leastShare the share whose burst is large enough for the next call, in parts per million; zero if no limit is known
 * @param news what the provider has told
 */
record PoolDemand(
        Amounts used, Amounts waiting, Amounts owed, Amounts ahead, Amounts perMinute, int leastShare, News news) {

    /** Nothing was done yet. */
    static final PoolDemand NONE = new PoolDemand(
            Amounts.NONE,
            Amounts.NONE,
            Amounts.NONE,
            Amounts.NONE,
            Amounts.NONE,
            0,
            new News(0, RateLimits.UNKNOWN, 0));

    /** Requests and tokens. */
    record Amounts(long requests, long tokens) {
        static final Amounts NONE = new Amounts(0, 0);

        Amounts plus(long moreRequests, long moreTokens) {
            return new Amounts(requests + moreRequests, tokens + moreTokens);
        }

        boolean isNone() {
            return requests <= 0 && tokens <= 0;
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

    /** Whether calls wait for a larger share, or for any, or something is owed. */
    boolean isHeld() {
        return waiting.requests > 0 || !owed.isNone();
    }
}
