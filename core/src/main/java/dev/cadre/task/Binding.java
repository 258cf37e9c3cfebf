// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.List;
import java.util.function.Function;

/** How a subtask's input is made once its dependencies have ended. */
public sealed interface Binding {
    /** One input. */
    record One(Function<Outputs, Object> input) implements Binding {}

    /**
     * A list of inputs: the subtask fans out, one item each.
     *
     * @param minSuccess how many items must succeed, for a list of the given length
     */
    record Each(Function<Outputs, List<?>> inputs, MinSuccess minSuccess) implements Binding {}

    /** How many items of a fan-out must succeed. */
    @FunctionalInterface
    interface MinSuccess {
        /** At least one, unless the list is empty: the default. */
        MinSuccess ONE = items -> Math.min(1, items);

        /** How many of so many items must succeed. */
        int of(int items);
    }
}
