// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.Coordinator;
import dev.cadre.EngineRun;
import dev.cadre.Goal;
import dev.cadre.NamedGoal;
import dev.cadre.bulk.Bulk;
import dev.cadre.task.NamedGraph;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What a worker process has of the user's: a coordinator, graphs and goals by name and version, and bulks. Immutable. */
record Registry(
        Coordinator coordinator,
        Map<String, NamedGraph<?, ?>> graphs,
        Map<String, NamedGoal<?, ?>> goals,
        Map<String, Bulk<?, ?>> bulks,
        String queue,
        Duration heartbeat) {
    /** Stands for the version of a graph in the order of an item of a bulk run, whose name is that of its type. */
    static final int BULK = 0;

    Registry {
        graphs = Map.copyOf(graphs);
        goals = Map.copyOf(goals);
        bulks = Map.copyOf(bulks);
    }

    /**
     * The bulk of a subtask type.
     *
     * @throws IllegalStateException if this process does not have it
     */
    Bulk<?, ?> bulk(String type) {
        Bulk<?, ?> bulk = bulks.get(type);
        if (bulk == null) {
            throw new IllegalStateException(
                    "this worker has no bulk of subtask type '%s': register the type".formatted(type));
        }
        return bulk;
    }

    static String key(String name, int version) {
        return name + " " + version;
    }

    /** The graph of this name, version and input; empty if this process does not have it. */
    Optional<TaskGraph<?>> graph(String name, int version, String input) {
        return Optional.ofNullable(graphs.get(key(name, version))).map(named -> named.onJson(input));
    }

    /** The goal of this name, version and input; empty if this process does not have it. */
    Optional<Goal<?>> goal(String name, int version, String input) {
        return Optional.ofNullable(goals.get(key(name, version))).map(named -> named.onJson(input));
    }

    /**
     * What a run is asked for.
     *
     * @throws IllegalStateException if this process does not have it
     */
    Asked<?> asked(Wire.Start start, String input) {
        Optional<Asked<?>> asked = start.goal()
                ? goal(start.graph(), start.version(), input)
                        .map(goal -> new Asked.ForGoal<>(goal, EngineRun.types(coordinator)))
                : graph(start.graph(), start.version(), input).map(graph -> new Asked.ForGraph<>(graph));
        return asked.orElseThrow(() -> new IllegalStateException("this worker has no %s '%s' of version %d: register it"
                .formatted(start.goal() ? "goal" : "graph", start.graph(), start.version())));
    }

    /**
     * The registered subtask type of this name.
     *
     * @throws IllegalStateException if the coordinator of this process has none
     */
    SubtaskType<?, ?> type(String name) {
        return EngineRun.types(coordinator).stream()
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "the coordinator of this worker has no subtask type '%s'".formatted(name)));
    }
}
