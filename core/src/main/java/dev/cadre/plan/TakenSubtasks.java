// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.task.GraphNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The subtasks that a plan has: those that were admitted, and those that wait for what they depend on. */
final class TakenSubtasks {
    /** One that was admitted, for good. */
    record Admitted(PlannedSubtask planned, GraphNode node, Source source) {}

    private final PlanGraph graph;
    private final Map<String, Candidate> waiting = new LinkedHashMap<>();
    private final Map<String, Admitted> admitted = new LinkedHashMap<>();
    private final Set<PlannedSubtask> restored = new HashSet<>();

    TakenSubtasks(int maxDepth) {
        graph = new PlanGraph(maxDepth);
    }

    /** Lets one wait, or says why the plan cannot have it. */
    Optional<String> add(Candidate candidate) {
        Optional<String> objection = graph.add(candidate.id(), candidate.dependencies());
        if (objection.isEmpty()) {
            waiting.put(candidate.id(), candidate);
        }
        return objection;
    }

    /** Takes one out that was not admitted. */
    void remove(Candidate candidate) {
        waiting.remove(candidate.id());
        graph.remove(candidate.id(), candidate.dependencies());
    }

    /** Takes out all that were not admitted. */
    void removeWaiting() {
        waiting().forEach(this::remove);
    }

    /** It waits no more. */
    void admit(Candidate candidate, GraphNode node, Source source) {
        waiting.remove(candidate.id());
        admitted.put(candidate.id(), new Admitted(candidate.planned(), node, source));
    }

    /** One that waits and has no reason to any more; empty if there is none of this id. */
    Optional<Candidate> ready(String id) {
        return waiting(id).filter(candidate -> admitted.keySet().containsAll(candidate.dependencies()));
    }

    Set<String> dependentsOf(String id) {
        return graph.dependentsOf(id);
    }

    Optional<Candidate> waiting(String id) {
        return Optional.ofNullable(waiting.get(id));
    }

    List<Candidate> waiting() {
        return List.copyOf(waiting.values());
    }

    /** The same, each after those of them that it depends on. */
    List<Candidate> waitingInOrder() {
        return waiting.values().stream()
                .sorted(Comparator.comparingInt(each -> graph.depth(each.id())))
                .toList();
    }

    Optional<Admitted> admitted(String id) {
        return Optional.ofNullable(admitted.get(id));
    }

    Collection<Admitted> admitted() {
        return List.copyOf(admitted.values());
    }

    List<String> admittedIds() {
        return List.copyOf(admitted.keySet());
    }

    int size() {
        return admitted.size() + waiting.size();
    }

    boolean has(String id) {
        return admitted.containsKey(id) || waiting.containsKey(id);
    }

    Set<String> ids() {
        var ids = new LinkedHashSet<>(admitted.keySet());
        ids.addAll(waiting.keySet());
        return ids;
    }

    /** As they were planned, first those admitted. */
    List<PlannedSubtask> all() {
        var all = new ArrayList<PlannedSubtask>();
        admitted.values().forEach(each -> all.add(each.planned()));
        waiting.values().forEach(each -> all.add(each.planned()));
        return all;
    }

    /** An earlier session took this one. */
    void restored(PlannedSubtask planned) {
        restored.add(planned);
    }

    /** Whether it has the very same one, on whichever tier. */
    boolean has(PlannedSubtask planned) {
        return find(planned.id())
                .filter(taken -> TierChoices.isSameWork(planned, taken))
                .isPresent();
    }

    /** Whether it has that from an earlier session. */
    boolean hasRestored(PlannedSubtask planned) {
        return has(planned) && find(planned.id()).filter(restored::contains).isPresent();
    }

    private Optional<PlannedSubtask> find(String id) {
        return admitted(id).map(Admitted::planned).or(() -> waiting(id).map(Candidate::planned));
    }
}
