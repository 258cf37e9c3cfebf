// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A validated acyclic graph of subtasks, written by hand; the answer is the output of one of them. Immutable, and may
 * be run many times.
 *
 * @param <R> the answer
 */
@SuppressWarnings("UnusedTypeParameter") // R is what a run of this graph answers
public final class TaskGraph<R> {
    private final List<GraphNode> nodes;
    private final String answer;

    private TaskGraph(List<GraphNode> nodes, String answer) {
        this.nodes = List.copyOf(nodes);
        this.answer = answer;
    }

    /** An empty graph, to be filled. */
    public static Builder builder() {
        return new Builder();
    }

    /** The subtasks, in the order in which they were added. */
    public List<GraphNode> nodes() {
        return nodes;
    }

    /** The id of the subtask whose output is the answer. */
    public String answer() {
        return answer;
    }

    /**
     * Collects subtasks. A dependency exists before its dependent, so no cycle can be written, except by
     * {@link #after}, which refuses one. Not safe for use by many threads.
     */
    public static final class Builder {
        private final Map<String, GraphNode> nodes = new LinkedHashMap<>();

        private Builder() {}

        /** Adds a subtask whose input is known. */
        public <I, O> SubtaskRef<O> add(String id, SubtaskType<I, O> type, I input) {
            if (!type.input().isInstance(input)) {
                throw new IllegalArgumentException("subtask '%s' takes %s, not %s"
                        .formatted(id, type.input().getName(), input.getClass().getName()));
            }
            return put(id, type, new Binding.One(outputs -> input), List.of());
        }

        /** Adds a subtask whose input is made from the outputs of others. */
        public <I, O> SubtaskRef<O> add(String id, SubtaskType<I, O> type, Input<? extends I> input) {
            return put(id, type, new Binding.One(input::make), input.sources());
        }

        /** Adds a subtask that fans out over a list. */
        public <I, O> SubtaskRef<Items<O>> add(String id, SubtaskType<I, O> type, Input.Each<? extends I> inputs) {
            return put(id, type, inputs.binding(), inputs.sources());
        }

        /** Lets a subtask start only when others have succeeded, without passing it their outputs. */
        public Builder after(SubtaskRef<?> dependent, SubtaskRef<?>... earlier) {
            GraphNode node = require(dependent);
            var dependencies = new ArrayList<>(node.dependencies());
            for (SubtaskRef<?> ref : earlier) {
                require(ref);
                if (ref.id().equals(node.id()) || reaches(ref.id(), node.id())) {
                    throw new IllegalArgumentException("'%s' after '%s' closes a cycle".formatted(node.id(), ref.id()));
                }
                dependencies.add(new Dependency(ref.id(), ref.isSoft()));
            }
            replace(new GraphNode(node.id(), node.type(), node.binding(), dependencies, node.optional()));
            return this;
        }

        /** Marks subtasks without which the run still counts as complete; they are the first to go when money is short. */
        public Builder optional(SubtaskRef<?>... refs) {
            for (SubtaskRef<?> ref : refs) {
                GraphNode node = require(ref);
                replace(new GraphNode(node.id(), node.type(), node.binding(), node.dependencies(), true));
            }
            return this;
        }

        /** The graph whose answer is the output of the given subtask. This builder may go on. */
        public <R> TaskGraph<R> answering(SubtaskRef<R> answer) {
            require(answer);
            if (answer.isSoft()) {
                throw new IllegalArgumentException("the answer '%s' cannot be a soft reference".formatted(answer.id()));
            }
            return new TaskGraph<>(List.copyOf(nodes.values()), answer.id());
        }

        private <R> SubtaskRef<R> put(String id, SubtaskType<?, ?> type, Binding binding, List<SubtaskRef<?>> sources) {
            if (nodes.containsKey(id)) {
                throw new IllegalArgumentException("the graph has a subtask '%s' already".formatted(id));
            }
            sources.forEach(this::require);
            var dependencies = sources.stream()
                    .map(ref -> new Dependency(ref.id(), ref.isSoft()))
                    .distinct()
                    .toList();
            nodes.put(id, new GraphNode(id, type, binding, dependencies, false));
            return new SubtaskRef<>(id, this, false);
        }

        private void replace(GraphNode node) {
            nodes.put(node.id(), node);
        }

        private GraphNode require(SubtaskRef<?> ref) {
            GraphNode node = nodes.get(ref.id());
            if (node == null || ref.owner() != this) {
                throw new IllegalArgumentException("subtask '%s' belongs to another graph".formatted(ref.id()));
            }
            return node;
        }

        private boolean reaches(String from, String target) {
            Set<String> seen = new HashSet<>();
            Deque<String> open = new ArrayDeque<>(List.of(from));
            while (!open.isEmpty()) {
                String id = open.pop();
                if (id.equals(target)) {
                    return true;
                }
                GraphNode node = nodes.get(id);
                if (node != null && seen.add(id)) {
                    node.dependencies().forEach(dependency -> open.push(dependency.on()));
                }
            }
            return false;
        }
    }
}
