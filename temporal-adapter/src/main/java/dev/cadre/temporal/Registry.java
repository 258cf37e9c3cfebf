// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.Coordinator;
import dev.cadre.task.NamedGraph;
import dev.cadre.task.TaskGraph;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What a worker process has of the user's: a coordinator, and graphs by name and version. Immutable. */
record Registry(Coordinator coordinator, Map<String, NamedGraph<?, ?>> graphs, String queue, Duration heartbeat) {
    Registry {
        graphs = Map.copyOf(graphs);
    }

    static String key(String name, int version) {
        return name + " " + version;
    }

    /** The graph of this name, version and input; empty if this process does not have it. */
    Optional<TaskGraph<?>> graph(String name, int version, String input) {
        return Optional.ofNullable(graphs.get(key(name, version))).map(named -> named.onJson(input));
    }
}
