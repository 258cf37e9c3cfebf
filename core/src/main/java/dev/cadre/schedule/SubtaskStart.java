// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Binding;
import dev.cadre.task.Condition;
import dev.cadre.task.Dependency;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outputs;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What becomes of a subtask whose dependencies have ended as they should. */
sealed interface SubtaskStart {
    /**
     * There is work to do.
     *
     * @param seeds one for each execution: a single one, or one an item
     * @param groupSizes how many of them came of each element of an outer list; empty if there is none
     */
    record Work(List<Seed> seeds, List<Integer> groupSizes) implements SubtaskStart {
        public Work {
            seeds = List.copyOf(seeds);
            groupSizes = List.copyOf(groupSizes);
        }
    }

    /** There is none: its output follows from others. */
    record Joined(Object output, String doubt) implements SubtaskStart {}

    /** A condition does not hold. */
    record NotNeeded(Skip skip) implements SubtaskStart {}

    /** Its inputs could not be made. */
    record Bad(Failure failure) implements SubtaskStart {}

    /**
     * The input of one execution.
     *
     * @param item -1 if the subtask does not fan out
     * @param type that of the node, with what its model reads of this input by range
     */
    record Seed(int item, Object input, SubtaskType<?, ?> type) {}

    /** Finds out; the graph's own functions may throw, which is the subtask's failure and nobody else's. */
    static SubtaskStart of(
            GraphNode node, Function<String, Optional<Subtask>> subtasks, int maxItems, int toolOutputBytes) {
        Outputs outputs = id -> subtasks.apply(id).flatMap(SubtaskStart::output);
        for (Dependency dependency : node.dependencies()) {
            Optional<SubtaskStart> otherwise = otherwise(node, dependency, outputs);
            if (otherwise.isPresent()) {
                return otherwise.get();
            }
        }
        try {
            KeptOutputs kept = KeptOutputs.of(node, subtasks, toolOutputBytes);
            return switch (node.binding()) {
                case Binding.One one -> {
                    Object input = checked(node, one.input().apply(outputs));
                    yield new Work(List.of(new Seed(-1, input, kept.reading(input))), List.of());
                }
                case Binding.Each each -> items(node, each, outputs, maxItems, kept);
                case Binding.Join join -> {
                    Binding.Joined made = join.output().apply(outputs);
                    yield new Joined(made.value(), made.doubt());
                }
            };
        } catch (Throwable e) { // errors too, as in a worker: they touch this subtask alone
            boolean isJoin = node.binding() instanceof Binding.Join;
            String place =
                    isJoin ? "the code that makes the output of '%s'" : "the code that makes the input of subtask '%s'";
            return new Bad(Failure.thrown(Failure.Kind.INVALID_INPUT, e, place.formatted(node.id())));
        }
    }

    /** What becomes of a subtask if the condition of an edge does not hold of it; empty if there is none, or it does. */
    private static Optional<SubtaskStart> otherwise(GraphNode node, Dependency dependency, Outputs outputs) {
        if (dependency.condition().isEmpty()) {
            return Optional.empty();
        }
        Condition condition = dependency.condition().get();
        try {
            String why = "%s (of '%s')".formatted(condition.otherwise(), dependency.on());
            return holds(condition, dependency, outputs)
                    ? Optional.empty()
                    : Optional.of(new NotNeeded(new Skip(Skip.Kind.NOT_NEEDED, why, List.of(dependency.on()))));
        } catch (Throwable e) { // as above
            return Optional.of(new Bad(Failure.thrown(
                    Failure.Kind.INVALID_INPUT,
                    e,
                    "the test of '%s', a condition of subtask '%s'".formatted(condition, node.id()))));
        }
    }

    private static boolean holds(Condition condition, Dependency dependency, Outputs outputs) {
        Optional<Object> output = outputs.of(dependency.on());
        return condition.holds().test(dependency.soft() ? output : output.orElseThrow());
    }

    private static SubtaskStart items(
            GraphNode node, Binding.Each each, Outputs outputs, int maxItems, KeptOutputs kept) {
        List<?> made = each.inputs().apply(outputs);
        var seeds = new ArrayList<Seed>();
        var groupSizes = new ArrayList<Integer>();
        for (List<?> group : each.nested() ? lists(made) : List.of(made)) {
            int before = seeds.size();
            for (Object input : group) {
                if (seeds.size() == maxItems) { // counted here: a list that grows meanwhile has no size
                    int all = each.nested()
                            ? lists(made).stream().mapToInt(List::size).sum()
                            : group.size();
                    return tooMany(Math.max(all, maxItems + 1), maxItems);
                }
                seeds.add(new Seed(seeds.size(), checked(node, input), kept.reading(input)));
            }
            groupSizes.add(seeds.size() - before);
        }
        return new Work(seeds, each.nested() ? groupSizes : List.of());
    }

    private static List<List<?>> lists(List<?> made) {
        var lists = new ArrayList<List<?>>();
        made.forEach(list -> lists.add((List<?>) list));
        return lists;
    }

    private static SubtaskStart tooMany(int items, int maxItems) {
        return new Bad(new Failure(
                Failure.Kind.TOO_MANY_ITEMS,
                "a list of %d to fan out over exceeds the limit of %d items".formatted(items, maxItems)));
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
