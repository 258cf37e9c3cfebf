// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

/** How a bulk run is performed. */
public enum Lane {
    /** Each item by calls of its own, at once, at the pace of the pool. */
    NOW,
    /**
     * The items gathered into batches of the provider, which answers them some time within a day at half the price. For
     * types that are a single model call; needs a journal, because a batch outlives the process.
     */
    BATCH
}
