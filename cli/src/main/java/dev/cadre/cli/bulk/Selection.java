// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

/**
 * Which of the items that are open a model is asked about. The others are left out: they end as skipped, and stay open.
 *
 * @param limit most items, the first ones
 * @param which those that are looked at
 */
public record Selection(long limit, Which which) {
    /** Those that are looked at. */
    public enum Which {
        ALL,
        /** What failed in an earlier run, by the journal; neither what was skipped there nor what it never saw. */
        FAILED_BEFORE
    }

    /** Everything that is open. */
    public static final Selection EVERYTHING = new Selection(Long.MAX_VALUE, Which.ALL);
}
