// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A small fixed world: subtask types over a few data, and goals that can be reached with them.
 *
 * @param types makes the types anew for each trial, because some worlds change
 * @param identifiers the components that name a thing of the world, such as a city: a plan must not make one up
 */
record World(String name, Supplier<List<SubtaskType<?, ?>>> types, Set<String> identifiers, List<WorldGoal> goals) {
    World {
        identifiers = Set.copyOf(identifiers);
        goals = List.copyOf(goals);
    }

    /** A world that has no goals yet. */
    static World of(String name, Supplier<List<SubtaskType<?, ?>>> types, String... identifiers) {
        return new World(name, types, Set.of(identifiers), List.of());
    }

    /** This world with goals, which must name types that it has. */
    World with(WorldGoal... added) {
        Set<String> known = types.get().stream().map(SubtaskType::name).collect(Collectors.toSet());
        for (WorldGoal goal : added) {
            for (String type : goal.named()) {
                if (!known.contains(type)) {
                    throw new IllegalArgumentException(
                            "goal '%s' names the type '%s', world '%s' has %s".formatted(goal.id(), type, name, known));
                }
            }
        }
        var all = new ArrayList<>(goals);
        all.addAll(List.of(added));
        return new World(name, types, identifiers, all);
    }

    /** The goals as exercises of the section {@code plans.NAME}. */
    Section section() {
        return new Section(
                "plans." + name,
                goals.stream()
                        .<Exercise>map(goal -> new WorldExercise(this, goal))
                        .toList());
    }

    /** A type whose work is a function. */
    static <I, O> SubtaskType<I, O> code(
            String name, Class<I> input, Class<O> output, String description, Function<I, O> function) {
        return SubtaskType.code(name, input, output, (in, context) -> function.apply(in))
                .describedAs(description);
    }

    /** The value, or a failure that says what is missing. */
    static <T> T found(@Nullable T value, String what) {
        if (value == null) {
            throw new IllegalArgumentException("there is no " + what);
        }
        return value;
    }
}
