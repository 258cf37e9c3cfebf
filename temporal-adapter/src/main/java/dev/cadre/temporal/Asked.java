// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.Coordinator;
import dev.cadre.EngineRun;
import dev.cadre.Goal;
import dev.cadre.schema.JsonType;
import dev.cadre.task.GraphNode;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a run is asked for, with the types of what it makes.
 *
 * @param <R> the answer
 */
sealed interface Asked<R> {
    /** A graph by hand. */
    record ForGraph<R>(TaskGraph<R> graph) implements Asked<R> {
        @Override
        public EngineRun<R> run(Coordinator coordinator, String id) {
            return EngineRun.of(coordinator, graph, id);
        }

        @Override
        public Stream<SubtaskType<?, ?>> types() {
            return graph.nodes().stream().map(GraphNode::type);
        }

        @Override
        public Optional<String> obstacle() {
            return keeping(types());
        }
    }

    /**
     * A goal.
     *
     * @param registered the types that its plan may consist of
     */
    record ForGoal<R>(Goal<R> goal, List<SubtaskType<?, ?>> registered) implements Asked<R> {
        public ForGoal {
            registered = List.copyOf(registered);
        }

        @Override
        public EngineRun<R> run(Coordinator coordinator, String id) {
            return EngineRun.of(coordinator, goal, id);
        }

        @Override
        public Stream<SubtaskType<?, ?>> types() {
            return registered.stream();
        }

        @Override
        public Optional<String> obstacle() {
            return keeping(types())
                    .or(() -> goal.inputs().stream()
                            .filter(input -> !input.kept().isEmpty())
                            .findFirst()
                            .map(input ->
                                    "input '%s' of the goal is kept out of prompts, which a run on Temporal cannot yet"
                                            .formatted(input.name())));
        }

        JsonType<?> form() {
            return JsonType.of(goal.answer().type());
        }
    }

    /** The parts of its run. */
    EngineRun<R> run(Coordinator coordinator, String id);

    /** The types of its subtasks; of a goal all that there may be. */
    Stream<SubtaskType<?, ?>> types();

    /** Why it cannot run on Temporal; empty if it can. */
    Optional<String> obstacle();

    private static Optional<String> keeping(Stream<SubtaskType<?, ?>> types) {
        return types.filter(type -> type.keptAbove().isPresent())
                .findFirst()
                .map(type -> "subtask type '%s' keeps long outputs out of prompts, which a run on Temporal cannot yet"
                        .formatted(type.name()));
    }
}
