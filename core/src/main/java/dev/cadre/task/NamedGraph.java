// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.json.JsonException;
import dev.cadre.redact.Redactor;
import dev.cadre.schema.JsonType;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A way to make a task graph from an input, known by a name: code cannot travel, but a name and an input can, and whoever
 * has the same code makes the same graph of them. A graph {@linkplain #on made by it} runs like any other, here or on an
 * engine that has it registered. Immutable and safe for use by many threads, as far as its function is.
 *
 * @param <I> the input, a record or another type with a JSON form
 * @param <R> the answer of the graph
 */
public final class NamedGraph<I, R> {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

    private final String name;
    private final int version;
    private final JsonType<I> input;
    private final Function<? super I, TaskGraph<R>> graph;

    private NamedGraph(String name, int version, JsonType<I> input, Function<? super I, TaskGraph<R>> graph) {
        this.name = name;
        this.version = version;
        this.input = input;
        this.graph = graph;
    }

    /**
     * A graph of version 1.
     *
     * @param name a letter, then letters, digits, {@code _ -}, at most 64 characters
     * @param graph makes the graph of an input: the same one for an equal input, whenever and wherever it is called. It must
     *     not block, and must not ask for the time, a random number or anything outside
     * @throws IllegalArgumentException if the name is another one, or the class has no JSON form
     */
    public static <I, R> NamedGraph<I, R> of(String name, Class<I> input, Function<? super I, TaskGraph<R>> graph) {
        requireName("graph", name);
        return new NamedGraph<>(name, 1, JsonType.of(input), graph);
    }

    /**
     * Checks that this can be a name, of a graph or of something else that is known by one.
     *
     * @param what what it is the name of
     * @throws IllegalArgumentException if it is none
     */
    public static void requireName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the name of a %s '%s' must match %s".formatted(what, Redactor.SHAPES.quote(name), NAME));
        }
    }

    /**
     * The same under another version: a changed graph is another one for an engine that has runs of the earlier under way.
     *
     * @throws IllegalArgumentException if the version is less than 1
     */
    public NamedGraph<I, R> version(int other) {
        if (other < 1) {
            throw new IllegalArgumentException(
                    "the version of graph '%s' must be at least 1, not %d".formatted(name, other));
        }
        return new NamedGraph<>(name, other, input, graph);
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
     * The graph of this input. It remembers where it is from: {@link TaskGraph#origin()}.
     *
     * @throws JsonException if the input cannot be written
     */
    public TaskGraph<R> on(I value) {
        return graph.apply(value).madeBy(new TaskGraph.Origin(name, version, input.write(value)));
    }

    /**
     * The graph of an input that was written as JSON by another process.
     *
     * @throws JsonException if it is no input of this graph
     */
    public TaskGraph<R> onJson(String json) {
        return on(input.read(json));
    }

    @Override
    public String toString() {
        return "NamedGraph[%s, version %d]".formatted(name, version);
    }
}
