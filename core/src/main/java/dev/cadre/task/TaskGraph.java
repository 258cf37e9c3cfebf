// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

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
    private final Optional<Origin> origin;

    /**
     * The way in which a graph was made, for whoever is to make the same one elsewhere.
     *
     * @param graph the name of the {@link NamedGraph}
     * @param version its version
     * @param input the input that it was made of, as JSON
     */
    public record Origin(String graph, int version, String input) {}

    private TaskGraph(List<GraphNode> nodes, String answer, Optional<Origin> origin) {
        this.nodes = List.copyOf(nodes);
        this.answer = answer;
        this.origin = origin;
    }

    /** How often subtasks may be repeated. */
    private static final int MAX_ROUNDS = 20;

    /** What all subtasks that are added have in common. */
    private record Scope(String prefix, List<Dependency> conditions) {
        Scope within(String name, Dependency condition) {
            var all = new ArrayList<>(conditions);
            all.add(condition);
            return new Scope(prefix + name, List.copyOf(all));
        }
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

    /** The way in which it was made; empty unless a {@link NamedGraph} made it. */
    public Optional<Origin> origin() {
        return origin;
    }

    TaskGraph<R> madeBy(Origin named) {
        return new TaskGraph<>(nodes, answer, Optional.of(named));
    }

    /**
     * Collects subtasks. A dependency exists before its dependent, so no cycle can be written, except by
     * {@link #after}, which refuses one. Not safe for use by many threads.
     */
    public static final class Builder {
        private final Map<String, GraphNode> nodes = new LinkedHashMap<>();
        /** Where subtasks are added. */
        private Scope scope = new Scope("", List.of());

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
                requireNoCycle(node, require(ref).id());
                dependencies.add(new Dependency(ref.id(), ref.isSoft()));
            }
            return replace(node, dependencies);
        }

        /**
         * Lets a subtask start only if something holds of the output of another one. If it does not, the subtask is skipped
         * as {@link Skip.Kind#NOT_NEEDED}, and so is whatever needs its output; the answer lacks nothing without them. Of
         * several conditions all must hold. What does not succeed decides nothing: the subtask is skipped for its sake,
         * unless the reference is {@linkplain SubtaskRef#ifSucceeded soft}, so that work can be done because other work
         * failed. Branches come together again in a {@link #race}.
         *
         * @param condition in words, for reports
         * @param holds asked on the thread of the run, so that it must not block; may be asked more than once, and must
         *     then say the same. One that throws fails the subtask as {@link Failure.Kind#INVALID_INPUT}
         * @throws IllegalArgumentException if this would close a cycle
         */
        public <A> Builder when(
                SubtaskRef<?> dependent, SubtaskRef<A> decider, String condition, Predicate<? super A> holds) {
            GraphNode node = require(dependent);
            requireNoCycle(node, require(decider).id());
            var dependencies = new ArrayList<>(node.dependencies());
            dependencies.add(conditional(decider, condition, holds));
            return replace(node, dependencies);
        }

        /**
         * The first output that is there, of several that would do: when one of the runners has succeeded, the others are
         * not needed. What of them is under way is cancelled and booked, with all that only they needed; the answer lacks
         * nothing without them, whatever they failed of. The race has its winner when the others have ended. If none
         * succeeds, it is skipped for their sake; if none is needed, neither is the race.
         *
         * <p>A resumed run has the same winner, and starts none of the others again.
         *
         * @throws IllegalArgumentException if there is no runner, one is soft, is named twice or fans out
         */
        @SafeVarargs
        @SuppressWarnings("varargs") // the array is only read
        public final <A> SubtaskRef<A> race(String id, SubtaskRef<? extends A>... runners) {
            return race(id, List.of(runners));
        }

        /** The same for runners in a list. */
        public <A> SubtaskRef<A> race(String id, List<? extends SubtaskRef<? extends A>> list) {
            List<SubtaskRef<? extends A>> runners = List.copyOf(list);
            requireAlternatives("race", runners);
            var first = new Binding.Join(
                    ids(runners),
                    1,
                    outputs -> new Binding.Joined(succeeded(runners, outputs).getFirst(), ""));
            return put(id, require(runners.getFirst()).type().joinedAs("race"), first, softly(runners));
        }

        /**
         * Outputs of so many subtasks, of several that would do, in the order of the references; otherwise as a
         * {@link #race}. There may be more of them if some ended at the same time.
         *
         * @throws IllegalArgumentException if {@code enough} is not between 1 and the number of members, or as for a race
         */
        public <A> SubtaskRef<List<A>> quorum(String id, int enough, List<? extends SubtaskRef<? extends A>> list) {
            List<SubtaskRef<? extends A>> members = List.copyOf(list);
            if (enough < 1 || enough > members.size()) {
                throw new IllegalArgumentException("a quorum needs 1 to %d of its %d members, not %d"
                        .formatted(members.size(), members.size(), enough));
            }
            requireAlternatives("quorum", members);
            var some = new Binding.Join(
                    ids(members), enough, outputs -> new Binding.Joined(succeeded(members, outputs), ""));
            return put(id, require(members.getFirst()).type().joinedInAList("quorum"), some, softly(members));
        }

        /**
         * Repeats a round of subtasks until a rule holds of what it returns, so many times at most, as a critic loop does.
         * All rounds are part of the graph from the beginning, so that their worst case is known; those that come to be not
         * needed are skipped as {@link Skip.Kind#NOT_NEEDED} and cost nothing.
         *
         * <p>The output is what the last round returned, or the first output if the rule holds of that already. If the rule
         * holds of none, or a round did not succeed, it is the last one there is, the run is partial, and the rule is among
         * what is missing.
         *
         * @param id of the subtask that stands for the result; those of a round get ids that begin with it and the number of
         *     the round, as {@code polish.1.critic}
         * @param most how many rounds there may be, from 1 to {@value #MAX_ROUNDS}
         * @param rule what the rule says, in words
         * @param holds as for {@link #when}; one that throws fails what asks it
         * @param round adds the subtasks of one round to this builder and returns the one whose output counts; given what
         *     the round before it returned
         * @throws IllegalArgumentException if the number of rounds is another one, or a round returns what it did not add,
         *     what is soft or what fans out
         */
        public <A> SubtaskRef<A> repeat(
                String id,
                SubtaskRef<A> first,
                int most,
                String rule,
                Predicate<? super A> holds,
                UnaryOperator<SubtaskRef<A>> round) {
            if (most < 1 || most > MAX_ROUNDS) {
                throw new IllegalArgumentException(
                        "'%s' may have 1 to %d rounds, not %d".formatted(id, MAX_ROUNDS, most));
            }
            Objects.requireNonNull(holds, () -> "the test of the rule '%s' is null".formatted(rule));
            var ends = new ArrayList<SubtaskRef<A>>(List.of(first));
            Scope outer = scope;
            try {
                for (int number = 1; number <= most; number++) {
                    SubtaskRef<A> last = ends.getLast();
                    scope = outer.within("%s.%d.".formatted(id, number), unless(last, rule, holds));
                    ends.add(requireOfRound(round.apply(last)));
                }
            } finally {
                scope = outer;
            }
            var dependencies = new ArrayList<SubtaskRef<?>>(softly(ends));
            dependencies.set(0, first);
            requireAlternatives("repeat", ends);
            var last = new Binding.Join(ids(ends), 0, outputs -> lastOf(ends, rule, holds, outputs));
            return put(id, require(first).type().joinedAs("repeat"), last, dependencies);
        }

        /** Marks subtasks without which the run still counts as complete; they are the first to go when money is short. */
        public Builder optional(SubtaskRef<?>... refs) {
            for (SubtaskRef<?> ref : refs) {
                GraphNode node = require(ref);
                nodes.put(node.id(), marked(node, true));
            }
            return this;
        }

        /**
         * The graph whose answer is the output of the given subtask, which is required in it, even if it is marked as
         * {@linkplain #optional optional}. This builder may go on.
         */
        public <R> TaskGraph<R> answering(SubtaskRef<R> answer) {
            require(answer);
            if (answer.isSoft()) {
                throw new IllegalArgumentException("the answer '%s' cannot be a soft reference".formatted(answer.id()));
            }
            List<GraphNode> all = nodes.values().stream()
                    .map(node -> node.id().equals(answer.id()) ? marked(node, false) : node)
                    .toList();
            return new TaskGraph<>(all, answer.id(), Optional.empty());
        }

        private static GraphNode marked(GraphNode node, boolean optional) {
            return new GraphNode(node.id(), node.type(), node.binding(), node.dependencies(), optional);
        }

        private <R> SubtaskRef<R> put(
                String name, SubtaskType<?, ?> type, Binding binding, List<? extends SubtaskRef<?>> sources) {
            String id = scope.prefix + name;
            if (nodes.containsKey(id)) {
                throw new IllegalArgumentException("the graph has a subtask '%s' already".formatted(id));
            }
            sources.forEach(this::require);
            var dependencies = Stream.concat(
                            sources.stream().map(ref -> new Dependency(ref.id(), ref.isSoft())),
                            scope.conditions.stream())
                    .distinct()
                    .toList();
            nodes.put(id, new GraphNode(id, type, binding, dependencies, false));
            return new SubtaskRef<>(id, this, false);
        }

        private Builder replace(GraphNode node, List<Dependency> dependencies) {
            nodes.put(node.id(), new GraphNode(node.id(), node.type(), node.binding(), dependencies, node.optional()));
            return this;
        }

        private void requireNoCycle(GraphNode node, String earlier) {
            if (earlier.equals(node.id()) || reaches(earlier, node.id())) {
                throw new IllegalArgumentException("'%s' after '%s' closes a cycle".formatted(node.id(), earlier));
            }
        }

        @SuppressWarnings("unchecked") // a reference stands for the output that its own type declares
        private static <A> Dependency conditional(SubtaskRef<A> decider, String condition, Predicate<? super A> holds) {
            Objects.requireNonNull(holds, () -> "the test of '%s' is null".formatted(condition));
            return new Dependency(
                    decider.id(),
                    decider.isSoft(),
                    Optional.of(new Condition(condition, output -> holds.test((A) output))));
        }

        /** Another round is needed as long as the rule does not hold. */
        @SuppressWarnings("unchecked") // as above
        private static <A> Dependency unless(SubtaskRef<A> last, String rule, Predicate<? super A> holds) {
            var broken = new Condition(
                    "the rule '%s' does not hold".formatted(rule),
                    "the rule '%s' holds".formatted(rule),
                    output -> !holds.test((A) output));
            return new Dependency(last.id(), last.isSoft(), Optional.of(broken));
        }

        private <A> SubtaskRef<A> requireOfRound(SubtaskRef<A> returned) {
            if (!returned.id().startsWith(scope.prefix)) {
                throw new IllegalArgumentException(
                        "a round must add the subtask that it returns, not return '%s'".formatted(returned.id()));
            }
            return returned;
        }

        private void requireAlternatives(String join, List<? extends SubtaskRef<?>> refs) {
            if (refs.isEmpty()) {
                throw new IllegalArgumentException("a %s needs a subtask".formatted(join));
            }
            for (SubtaskRef<?> ref : refs) {
                if (require(ref).binding() instanceof Binding.Each) {
                    throw new IllegalArgumentException(
                            "'%s' fans out, and cannot be part of a %s".formatted(ref.id(), join));
                }
                if (ref.isSoft()) {
                    throw new IllegalArgumentException(
                            "'%s' cannot be part of a %s as a soft reference".formatted(ref.id(), join));
                }
            }
            if (refs.stream().map(SubtaskRef::id).distinct().count() < refs.size()) {
                throw new IllegalArgumentException("a subtask is twice in a %s: %s".formatted(join, refs));
            }
        }

        private static List<String> ids(List<? extends SubtaskRef<?>> refs) {
            return refs.stream().map(SubtaskRef::id).toList();
        }

        private static List<SubtaskRef<?>> softly(List<? extends SubtaskRef<?>> refs) {
            return refs.stream().<SubtaskRef<?>>map(SubtaskRef::ifSucceeded).toList();
        }

        /** Their outputs, in the order of the references. */
        private static List<Object> succeeded(List<? extends SubtaskRef<?>> refs, Outputs outputs) {
            return refs.stream()
                    .map(ref -> outputs.of(ref.id()))
                    .flatMap(Optional::stream)
                    .toList();
        }

        @SuppressWarnings("unchecked") // as above
        private static <A> Binding.Joined lastOf(
                List<SubtaskRef<A>> ends, String rule, Predicate<? super A> holds, Outputs outputs) {
            int last = ends.size() - 1;
            while (last > 0 && outputs.of(ends.get(last).id()).isEmpty()) {
                last--;
            }
            var output = (A) outputs.of(ends.get(last).id()).orElseThrow();
            String doubt = holds.test(output)
                    ? ""
                    : last == ends.size() - 1
                            ? "its rule '%s' does not hold after %d rounds".formatted(rule, last)
                            : "its rule '%s' does not hold, and round %d did not succeed".formatted(rule, last + 1);
            return new Binding.Joined(output, doubt);
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
