// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.price.Spend;

/**
 * How many items have ended so far, and how.
 *
 * @param total items of the input, malformed lines included; what has not ended yet is the rest
 * @param reused how many of those that succeeded were on record, and cost nothing
 * @param spend what this run spent
 * @param lastFailure why the last of those that failed did; empty if none did
 */
public record BulkTally(
        long total, long succeeded, long failed, long skipped, long reused, Spend spend, String lastFailure) {
    public static final BulkTally EMPTY = new BulkTally(0, 0, 0, 0, 0, Spend.NONE, "");

    /** How many have ended. */
    public long ended() {
        return succeeded + failed + skipped;
    }

    BulkTally of(long items) {
        return new BulkTally(items, succeeded, failed, skipped, reused, spend, lastFailure);
    }

    BulkTally plusSucceeded(Spend cost) {
        return new BulkTally(total, succeeded + 1, failed, skipped, reused, spend.plus(cost), lastFailure);
    }

    BulkTally plusReused() {
        return new BulkTally(total, succeeded + 1, failed, skipped, reused + 1, spend, lastFailure);
    }

    BulkTally plusFailed(Spend cost, String reason) {
        return new BulkTally(total, succeeded, failed + 1, skipped, reused, spend.plus(cost), reason);
    }

    BulkTally plusSkipped(Spend cost) {
        return new BulkTally(total, succeeded, failed, skipped + 1, reused, spend.plus(cost), lastFailure);
    }

    BulkTally spending(Spend all) {
        return new BulkTally(total, succeeded, failed, skipped, reused, all, lastFailure);
    }
}
