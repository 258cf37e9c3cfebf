// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.Coordinator;
import dev.cadre.bulk.Bulk;
import dev.cadre.task.NamedGraph;
import dev.cadre.task.TaskGraph;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What a worker process has of the user's: a coordinator, and graphs by name and version. Immutable. */
record Registry(
        Coordinator coordinator,
        Map<String, NamedGraph<?, ?>> graphs,
        String queue,
        Duration heartbeat,
        Map<String, Bulk<?, ?>> bulks) {
    /** Stands for the version of a graph in the order of an item of a bulk run, whose name is that of its type. */
    static final int BULK = 0;

    Registry {
        graphs = Map.copyOf(graphs);
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
}
