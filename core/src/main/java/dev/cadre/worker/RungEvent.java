// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.price.Money;
import java.util.List;

/** What a {@link Rung} is told. Carries no compatibility promise. */
public sealed interface RungEvent {
    /** Start. */
    record Begin() implements RungEvent {}

    /** The model replied. */
    record Replied(ModelReply reply) implements RungEvent {}

    /** The call failed, retries included. */
    record CallFailed(ModelException cause) implements RungEvent {}

    /** The client threw what no client may throw: it is broken. */
    record ClientBroke(Throwable thrown) implements RungEvent {}

    /**
     * The budget can never pay for the call.
     *
     * @param need its worst case
     * @param message one line with the figures
     * @param attempted whether an attempt of this call was sent before
     */
    record CallUnaffordable(Money need, String message, boolean attempted) implements RungEvent {}

    /** The budget, or one around it, was closed: its owner wants nothing more paid from it. */
    record BudgetClosed(String message, boolean attempted) implements RungEvent {}

    /**
     * The pool has stopped, or is paused beyond the deadline.
     *
     * @param message one line that says until when and why
     * @param because the failure that stopped or paused it
     * @param attempted whether an attempt of this call was sent before
     */
    record PoolHeld(String message, ModelException because, boolean attempted) implements RungEvent {}

    /**
     * The deadline has passed, or would before the next call or tool ends.
     *
     * @param attempted whether an attempt of this call was sent before
     */
    record TimeUp(String message, boolean attempted) implements RungEvent {}

    /**
     * All tools of a {@link RungCommand.RunTools} ended.
     *
     * @param ends one for each run, in the same order
     */
    record ToolsEnded(List<ToolEnd> ends) implements RungEvent {
        public ToolsEnded {
            ends = List.copyOf(ends);
        }
    }

    /**
     * The rung's thread was interrupted.
     *
     * @param attempted whether an attempt of the call that it was making was sent before
     */
    record Interrupted(boolean attempted) implements RungEvent {}
}
