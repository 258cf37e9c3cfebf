// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.Limits;

/**
 * Turns the outcomes of a plan into one typed answer. Must be safe for use by many threads.
 *
 * @param <R> the answer
 */
@FunctionalInterface
public interface Merger<R> {
    /**
     * Merges, on a virtual thread of the run. May block; may spend the money of the terms and no other.
     *
     * @throws MergeFailedException if there can be no answer
     * @throws InterruptedException if the run is cancelled or its time is up
     */
    Merged<R> merge(MergeInput input, MergeTerms terms) throws InterruptedException;

    /**
     * The least money that must be set aside for it before a run begins: the worst case of two small calls, or nothing
     * (the default) for plain code.
     */
    default Money leastCost(ModelPools pools, Limits limits) {
        return Money.ZERO;
    }
}
