// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.List;
import java.util.function.Function;

/** How a subtask's input is made once its dependencies have ended, or its output if it takes no work. */
public sealed interface Binding {
    /** One input. */
    record One(Function<Outputs, Object> input) implements Binding {}

    /**
     * A list of inputs: the subtask fans out, one item each.
     *
     * @param minSuccess how many items must succeed, for a list of the given length
     * @param stopsThere whether the rest is not needed when so many have succeeded
     * @param nested whether what the function returns are lists of inputs, one for each element of an outer list
     */
    record Each(Function<Outputs, List<?>> inputs, MinSuccess minSuccess, boolean stopsThere, boolean nested)
            implements Binding {
        /** One list, all of whose items are needed, though a part of them may fail. */
        public Each(Function<Outputs, List<?>> inputs, MinSuccess minSuccess) {
            this(inputs, minSuccess, false, false);
        }
    }

    /**
     * No work: the output is made of those of its members when they have ended.
     *
     * @param members the ids of the subtasks whose outputs it is made of; it may depend on others, too, as any subtask
     * @param enough how many of them must succeed; as soon as they have, the others are not needed. 0 if all are waited for
     * @param output makes the output
     */
    record Join(List<String> members, int enough, Function<Outputs, Joined> output) implements Binding {
        public Join {
            members = List.copyOf(members);
        }
    }

    /**
     * The output of a {@link Join}.
     *
     * @param doubt what is wrong with it, which makes the run partial; empty if nothing is
     */
    record Joined(Object value, String doubt) {}

    /** How many items of a fan-out must succeed. */
    @FunctionalInterface
    interface MinSuccess {
        /** At least one, unless the list is empty: the default. */
        MinSuccess ONE = items -> Math.min(1, items);

        /** How many of so many items must succeed. */
        int of(int items);
    }
}
