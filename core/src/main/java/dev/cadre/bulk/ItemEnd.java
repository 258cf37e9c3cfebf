// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.bulk.InputPuller.Pull;
import dev.cadre.model.ModelException;
import dev.cadre.price.Spend;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import java.util.Optional;

/** What the thread of an item says last, to the thread of the run. */
sealed interface ItemEnd<I, O> {
    Pull.Next<I> next();

    /**
     * It has ended.
     *
     * @param origin the source of its outcome
     * @param outage a failure that it shares with all other items, if that is why it failed
     */
    record Ended<I, O>(
            Pull.Next<I> next, Outcome<O> outcome, Spend spend, Origin origin, Optional<ModelException> outage)
            implements ItemEnd<I, O> {
        BulkItem<O> item() {
            return new BulkItem<>(next.index(), next.key(), outcome, spend, origin);
        }
    }

    /** The run was over before anything was done for it. */
    record NotBegun<I, O>(Pull.Next<I> next) implements ItemEnd<I, O> {}

    /**
     * It was in a pack and has no answer from there: it is asked by itself.
     *
     * @param share what it bears of the pack's cost
     */
    record Alone<I, O>(Pull.Next<I> next, Spend share) implements ItemEnd<I, O> {}
}
