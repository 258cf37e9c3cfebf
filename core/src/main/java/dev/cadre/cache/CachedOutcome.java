// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cache;

import static java.util.Objects.requireNonNull;

import dev.cadre.price.Money;

/**
 * An output as a cache keeps it.
 *
 * @param output the output as one JSON document
 * @param cost what the work cost in the session that did it, in all of its calls
 */
public record CachedOutcome(String output, Money cost) {
    public CachedOutcome {
        requireNonNull(output, "the output of a cached outcome is null");
        requireNonNull(cost, "the cost of a cached outcome is null");
    }

    /** The cost and the length: the output may be confidential. */
    @Override
    public String toString() {
        return "CachedOutcome[%d characters, %s]".formatted(output.length(), cost);
    }
}
