// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import org.jspecify.annotations.Nullable;

/** What the first call of a rung may cost at most. Pure. */
@FunctionalInterface
public interface FirstCallQuotes {
    /**
     * The worst case of the first call.
     *
     * @param input the input, or null while it is not known
     */
    Money worstCase(SubtaskType<?, ?> type, @Nullable Object input, Tier tier);

    /**
     * Whether a type has a model on the tier; default: on every tier. For work of a model the worst case is asked for bound
     * tiers only.
     */
    default boolean isBound(SubtaskType<?, ?> type, Tier tier) {
        return true;
    }
}
