// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import dev.cadre.share.SyncRequest.Stay;
import java.time.Duration;
import java.util.List;

/**
 * What a holder of a share of rate limits says to their store. Shares are parts per million of all that is known of the
 * limits.
 *
 * @param limit the name of the limits
 * @param holder a name that no other holder has or will have
 * @param sequence 1 for the first request of a holder, more for each later one
 * @param keeps the share that the holder uses until the answer; if it leaves, what nobody is to use for a lease
 * @param demand what it could use
 * @param silent the holders whose leases have run out, as this one has seen on its own clock; if it leaves, also those whose
 *     leases have run out in part, so that who comes later need not wait from the beginning
 * @param heard what the provider has told this holder since its last request
 * @param lease how long nobody else is to use the share from when this was written, if there is no later request
 * @param stay whether there will be a next request
 */
public record ShareRequest(
        String limit,
        String holder,
        long sequence,
        int keeps,
        Demand demand,
        List<Silent> silent,
        Heard heard,
        Duration lease,
        Stay stay) {
    /** The whole: one million. */
    public static final int WHOLE = 1_000_000;

    private static final int LONGEST_NAME = 200;

    /**
     * What a holder could use.
     *
     * @param share the rate at which it could send, in parts per million of the limits; above {@link #WHOLE} if they are too
     *     small even for this holder alone
     * @param least the share whose burst is large enough for its largest call that waits
     */
    public record Demand(long share, int least) {
        /** Nothing. */
        public static final Demand NONE = new Demand(0, 0);

        public Demand {
            if (share < 0 || least < 0 || least > WHOLE) {
                throw new IllegalArgumentException("a demand of %d with bursts of %d".formatted(share, least));
            }
        }
    }

    /**
     * A holder that has said nothing since a request.
     *
     * @param sequence that request, its last; whatever it says later shows that it is alive
     * @param rest what may be left of its lease when this is written; zero if it is over
     */
    public record Silent(String holder, long sequence, Duration rest) {}

    /**
     * What a provider has told.
     *
     * @param requestsPerMinute the limit of the whole account, or -1 if nothing was told
     * @param tokensPerMinute the same in tokens
     * @param pause the time for which nobody is to send anything; zero if there is none
     */
    public record Heard(long requestsPerMinute, long tokensPerMinute, Duration pause) {
        /** Nothing. */
        public static final Heard NOTHING = new Heard(-1, -1, Duration.ZERO);
    }

    public ShareRequest {
        if (limit.isBlank() || limit.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "the name of a limit has 1 to %d characters, not '%.200s'".formatted(LONGEST_NAME, limit));
        }
        if (sequence < 1) {
            throw new IllegalArgumentException("the first request of a holder is 1, not " + sequence);
        }
        if (keeps < 0 || keeps > WHOLE) {
            throw new IllegalArgumentException("a share is at most %d, not %d".formatted(WHOLE, keeps));
        }
        if (!lease.isPositive()) {
            throw new IllegalArgumentException("a lease must be longer than " + lease);
        }
        silent = List.copyOf(silent);
    }
}
