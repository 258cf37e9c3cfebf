// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import java.time.Instant;
import java.util.List;

/**
 * The rows of a store within one transaction, which is for the {@link ShareBooks}. What is written becomes visible to others
 * all at once, or not at all.
 */
public interface ShareRows {
    /** The time of the store's clock; no share depends on it. */
    Instant now();

    /** Locks the limits of this name, and reads them; makes a row for them if there is none. */
    LimitRow lock(String limit);

    /** The shares of limits that are locked, in the order of their holders' names. */
    List<ShareRow> shares(String limit);

    /** Replaces the row of limits that are locked. */
    void write(LimitRow limit);

    /** Adds or replaces a share's row. */
    void write(ShareRow share);

    /** Deletes a share's row. */
    void delete(ShareRow share);
}
