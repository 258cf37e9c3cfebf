// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.pool.ModelPools;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.task.Limits;

/**
 * Turns the outcomes of a plan into one typed answer. Must be safe for use by many threads.
 *
 * @param <R> the answer
 */
@FunctionalInterface
public interface Merger<R> {
    /**
     * Merges, on a virtual thread of the run. May block; may spend the money of the terms and no other, and should tell
     * its attempts to the listener of the terms.
     *
     * @throws MergeFailedException if there can be no answer
     * @throws InterruptedException if the run is cancelled or its time is up
     */
    Merged<R> merge(MergeInput input, MergeTerms terms) throws InterruptedException;

    /**
     * Whether a model merges, whatever it costs; default no: plain code. A model gets a fifth of the run's time for
     * itself, at least 5 seconds and at most half, and its answer is recorded.
     */
    default boolean callsModel() {
        return false;
    }

    /**
     * All that its answer depends on besides goal, outcomes and models, such as instructions; default empty. An answer that
     * is on record is used again by a later session only if this is the same.
     */
    default String identity() {
        return "";
    }

    /**
     * The least money that must be set aside for it before a run begins, such as the worst case of two small calls. If
     * that is nothing, which is the default, nothing is set aside: it may spend what the subtasks leave of the budget.
     */
    default Money leastCost(ModelPools pools, Limits limits) {
        return Money.ZERO;
    }

    /**
     * What merging will take, as an estimate; see {@link dev.cadre.price.CostEstimate}. By default nothing for plain code
     * whose {@link #leastCost} is nothing, and for another merger that, or up to all the money there is. Calls no model.
     */
    default Quote quote(MergeLoad load) {
        Money least = leastCost(load.pools(), load.limits());
        return least.isZero() && !callsModel()
                ? Quote.NOTHING
                : new Quote(new CountRange(0, 1, Long.MAX_VALUE), new CostRange(Money.ZERO, least, CostRange.MOST));
    }
}
