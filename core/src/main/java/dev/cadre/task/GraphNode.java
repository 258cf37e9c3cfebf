// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One subtask of a task graph.
 *
 * @param id unique in the graph
 * @param dependencies what must end first
 * @param optional whether the run is complete without it
 * @param replaces the subtasks, and the items of fan-outs as {@code id#index}, that did not succeed and in whose place it
 *     stands: the run is complete without them
 * @param kept the values that its binding has by itself and that its model reads by range, such as inputs of the goal
 */
public record GraphNode(
        String id,
        SubtaskType<?, ?> type,
        Binding binding,
        List<Dependency> dependencies,
        boolean optional,
        List<String> replaces,
        List<Artifacts.Output> kept) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

    public GraphNode {
        dependencies = List.copyOf(dependencies);
        replaces = List.copyOf(replaces);
        kept = List.copyOf(kept);
        if (!isValidId(id)) {
            throw new IllegalArgumentException("subtask id '%s' must match %s".formatted(cut(id), ID));
        }
    }

    /** A subtask that has nothing by itself that its model reads by range. */
    public GraphNode(
            String id,
            SubtaskType<?, ?> type,
            Binding binding,
            List<Dependency> dependencies,
            boolean optional,
            List<String> replaces) {
        this(id, type, binding, dependencies, optional, replaces, List.of());
    }

    /** A subtask that stands in nobody's place. */
    public GraphNode(
            String id, SubtaskType<?, ?> type, Binding binding, List<Dependency> dependencies, boolean optional) {
        this(id, type, binding, dependencies, optional, List.of());
    }

    /** Whether a text can be the id of a subtask: letters, digits, {@code _ . -}, at most 64 characters. */
    public static boolean isValidId(String id) {
        return id.length() <= 64 && ID.matcher(id).matches();
    }

    private static String cut(String id) {
        return id.length() <= 64 ? id : id.substring(0, 64) + "…";
    }
}
