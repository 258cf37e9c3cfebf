// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who depends on whom in a plan that is still growing, with references to subtasks that have not come yet.
 *
 * <p>It stays without a cycle and no chain grows beyond the limit, because a subtask that would break either is not
 * added. A subtask that has not come counts as one link of a chain.
 */
final class PlanGraph {
    private final int maxDepth;
    private final Map<String, Integer> depths = new HashMap<>();
    private final Map<String, Set<String>> dependents = new HashMap<>();

    PlanGraph(int maxDepth) {
        this.maxDepth = maxDepth;
    }

    /** Adds a subtask, or says why it cannot be. */
    Optional<String> add(String id, Set<String> dependencies) {
        var behind = allBehind(id);
        for (String dependency : dependencies) {
            if (dependency.equals(id)) {
                return Optional.of("it depends on itself");
            }
            if (behind.contains(dependency)) {
                return Optional.of("it depends on %s, which depends on it: a cycle".formatted(Quoted.of(dependency)));
            }
        }
        var deeper = depthsWith(id, dependencies);
        if (deeper.values().stream().anyMatch(depth -> depth > maxDepth)) {
            return Optional.of("it makes a chain of more than %d subtasks".formatted(maxDepth));
        }
        depths.putAll(deeper);
        dependencies.forEach(on ->
                dependents.computeIfAbsent(on, unseen -> new LinkedHashSet<>()).add(id));
        return Optional.empty();
    }

    /** Takes a subtask out again; those that depend on it wait for another one of this id. */
    void remove(String id, Set<String> dependencies) {
        depths.remove(id);
        dependencies.forEach(on -> dependentsOf(on).remove(id));
    }

    /** Those that name this one as a dependency, in the order in which they came. */
    Set<String> dependentsOf(String id) {
        return dependents.getOrDefault(id, Set.of());
    }

    /** The number of links of the longest chain that ends with the subtask. */
    int depth(String id) {
        return depths.getOrDefault(id, 1);
    }

    private Set<String> allBehind(String id) {
        var behind = new LinkedHashSet<String>();
        Deque<String> open = new ArrayDeque<>(dependentsOf(id));
        while (!open.isEmpty()) {
            String next = open.pop();
            if (behind.add(next)) {
                open.addAll(dependentsOf(next));
            }
        }
        return behind;
    }

    /** The depths that the subtask would change, its own included; ends early beyond the limit. */
    private Map<String, Integer> depthsWith(String id, Set<String> dependencies) {
        int own = 1 + dependencies.stream().mapToInt(this::depth).max().orElse(0);
        var deeper = new LinkedHashMap<String, Integer>();
        deeper.put(id, own);
        Deque<String> open = new ArrayDeque<>(Set.of(id));
        while (!open.isEmpty()) {
            String changed = open.removeFirst();
            int least = 1 + deeper.getOrDefault(changed, 0);
            for (String dependent : dependentsOf(changed)) {
                if (least > deeper.getOrDefault(dependent, depth(dependent))) {
                    deeper.put(dependent, least);
                    open.addLast(dependent);
                }
            }
            if (least - 1 > maxDepth) {
                break;
            }
        }
        return deeper;
    }
}
