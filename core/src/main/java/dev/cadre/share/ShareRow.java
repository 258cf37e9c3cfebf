// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import dev.cadre.share.ShareRequest.Demand;
import java.time.Duration;
import java.time.Instant;

/**
 * The share of one holder.
 *
 * @param sequence the last request that is booked
 * @param share what the holder may use, in parts per million
 * @param demand what it could use
 * @param lease how long it uses its share without an answer to a later request
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

    ShareRow having(int changed, Instant now) {
        return new ShareRow(limit, holder, sequence, changed, demand, lease, changed == share ? since : now, seenAt);
    }
}
