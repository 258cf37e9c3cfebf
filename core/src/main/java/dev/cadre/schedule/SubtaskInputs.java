// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Binding;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outputs;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The inputs of a subtask whose dependencies have ended. */
sealed interface SubtaskInputs {
    /** One for each execution: a single one, or one an item. */
    record Made(List<Seed> seeds) implements SubtaskInputs {}

    /** They could not be made. */
    record Bad(Failure failure) implements SubtaskInputs {}

    /**
     * The input of one execution.
     *
     * @param item -1 if the subtask does not fan out
     * @param type that of the node, with what its model reads of this input by range
     */
    record Seed(int item, Object input, SubtaskType<?, ?> type) {}

    /** Makes them; the graph's own functions may throw, which is the subtask's failure and nobody else's. */
    static SubtaskInputs of(
            GraphNode node, Function<String, Optional<Subtask>> subtasks, int maxItems, int toolOutputBytes) {
        KeptOutputs kept = KeptOutputs.of(node, subtasks, toolOutputBytes);
        Outputs outputs = id -> subtasks.apply(id).flatMap(SubtaskInputs::output);
        try {
            return switch (node.binding()) {
                case Binding.One one -> {
                    Object input = checked(node, one.input().apply(outputs));
                    yield new Made(List.of(new Seed(-1, input, kept.reading(input))));
                }
                case Binding.Each each -> items(node, each.inputs().apply(outputs), maxItems, kept);
            };
        } catch (Throwable e) { // errors too, as in a worker: they touch this subtask alone
            return new Bad(Failure.thrown(
                    Failure.Kind.INVALID_INPUT,
                    e,
                    "the code that makes the input of subtask '%s'".formatted(node.id())));
        }
    }

    private static SubtaskInputs items(GraphNode node, List<?> inputs, int maxItems, KeptOutputs kept) {
        var seeds = new ArrayList<Seed>();
        for (Object input : inputs) {
            if (seeds.size() == maxItems) { // counted here: a list that grows meanwhile has no size
                return new Bad(new Failure(
                        Failure.Kind.TOO_MANY_ITEMS,
                        "a list of %d to fan out over exceeds the limit of %d items"
                                .formatted(Math.max(inputs.size(), maxItems + 1), maxItems)));
            }
            seeds.add(new Seed(seeds.size(), checked(node, input), kept.reading(input)));
        }
        return new Made(List.copyOf(seeds));
    }

    private static Object checked(GraphNode node, Object input) {
        if (!node.type().input().isInstance(input)) {
            throw new IllegalArgumentException("subtask type '%s' takes %s, not %s"
                    .formatted(node.type().name(), node.type().input().getName(), nameOf(input)));
        }
        return input;
    }

    private static Optional<Object> output(Subtask subtask) {
        return subtask.outcome == null
                ? Optional.empty()
                : subtask.outcome.ifSucceeded().map(value -> (Object) value);
    }

    private static String nameOf(Object input) {
        return input == null ? "null" : input.getClass().getName();
    }
}
