// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.json.JsonException;
import dev.cadre.schema.JsonType;
import dev.cadre.task.NamedGraph;
import java.util.Objects;
import java.util.function.Function;

/**
 * A way to make a goal from an input, known by a name, as {@link NamedGraph} is one for task graphs: code such as a merger
 * and the rules of an answer cannot travel, but a name and an input can. A goal {@linkplain #on made by it} runs like any
 * other, here or on an engine that has it registered. Immutable and safe for use by many threads, as far as its function is.
 *
 * @param <I> the input, a record or another type with a JSON form
 * @param <R> the answer of the goal
 */
public final class NamedGoal<I, R> {
    private final String name;
    private final int version;
    private final JsonType<I> input;
    private final Function<? super I, Goal<R>> goal;

    private NamedGoal(String name, int version, JsonType<I> input, Function<? super I, Goal<R>> goal) {
        this.name = name;
        this.version = version;
        this.input = input;
        this.goal = goal;
    }

    /**
     * A goal of version 1.
     *
     * @param name a letter, then letters, digits, {@code _ -}, at most 64 characters
     * @param goal makes the goal of an input: the same one for an equal input, whenever and wherever it is called. It must
     *     not block, and must not ask for the time, a random number or anything outside
     * @throws IllegalArgumentException if the name is another one, or the class has no JSON form
     */
    public static <I, R> NamedGoal<I, R> of(String name, Class<I> input, Function<? super I, Goal<R>> goal) {
        NamedGraph.requireName("goal", name);
        Objects.requireNonNull(goal, () -> "the function of the goal '%s' is null".formatted(name));
        return new NamedGoal<>(name, 1, JsonType.of(input), goal);
    }

    /**
     * The same under another version: a changed goal is another one for an engine that has runs of the earlier under way.
     *
     * @throws IllegalArgumentException if the version is less than 1
     */
    public NamedGoal<I, R> version(int other) {
        if (other < 1) {
            throw new IllegalArgumentException(
                    "the version of goal '%s' must be at least 1, not %d".formatted(name, other));
        }
        return new NamedGoal<>(name, other, input, goal);
    }

    /** The name. */
    public String name() {
        return name;
    }

    /** The version; 1 unless another was given. */
    public int version() {
        return version;
    }

    /**
     * The goal of this input. It remembers where it is from, as {@link Goal#origin()} says; a goal that is made of it by
     * adding something does not.
     *
     * @throws JsonException if the input cannot be written
     */
    public Goal<R> on(I value) {
        return goal.apply(value).madeBy(new Goal.Origin(name, version, input.write(value)));
    }

    /**
     * The goal of an input that was written as JSON by another process.
     *
     * @throws JsonException if it is no input of this goal
     */
    public Goal<R> onJson(String json) {
        return on(input.read(json));
    }

    @Override
    public String toString() {
        return "NamedGoal[%s, version %d]".formatted(name, version);
    }
}
