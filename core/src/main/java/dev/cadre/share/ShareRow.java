// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import dev.cadre.share.ShareRequest.Demand;
import java.time.Duration;
import java.time.Instant;

/**
 * The share of one holder.
 *
 * @param sequence the last request that is booked; {@link Long#MAX_VALUE} if the holder has left
 * @param share what the holder may use, in parts per million
 * @param demand what it could use
 * @param lease how long its share is nobody else's without a later request
 * @param since since when it has this share, for people
 * @param seenAt when it made its last request, for people
 */
public record ShareRow(
        String limit,
        String holder,
        long sequence,
        int share,
        Demand demand,
        Duration lease,
        Instant since,
        Instant seenAt) {

    private static final long LAST = Long.MAX_VALUE;

    /** Whether the holder has gone, and its share pays for what it has used too much. */
    boolean hasLeft() {
        return sequence == LAST;
    }

    /** The share of a holder that leaves, which nobody uses for a time. */
    ShareRow left(int owing, Duration debt, Instant now) {
        return new ShareRow(limit, holder, LAST, owing, Demand.NONE, debt, since, now);
    }

    /** This with another rest of its lease. */
    ShareRow with(Duration rest) {
        return new ShareRow(limit, holder, sequence, share, demand, rest, since, seenAt);
    }

    ShareRow having(int changed, Instant now) {
        return new ShareRow(limit, holder, sequence, changed, demand, lease, changed == share ? since : now, seenAt);
    }
}
