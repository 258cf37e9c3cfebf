// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.json.Json;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.task.Binding;
import dev.cadre.task.GraphNode;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Wire;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What checks ask of a plan that was taken. */
final class PlanFacts {
    private final Map<String, PlannedSubtask> subtasks = new LinkedHashMap<>();
    private final Set<String> fannedOut = new HashSet<>();

    /** What each subtask waits for, directly or through others. */
    private final Map<String, Set<String>> earlier = new HashMap<>();

    private final Map<String, Integer> depths = new HashMap<>();

    private PlanFacts(List<PlannedSubtask> planned, List<SubtaskType<?, ?>> types) {
        var intake = PlanIntake.streamed(types, Terms.LIMITS, this::noteFanOut);
        planned.forEach(each -> {
            subtasks.put(each.id(), each);
            intake.offer(each);
        });
        subtasks.keySet().forEach(this::place);
    }

    /**
     * The facts of a plan, which has no cycles.
     *
     * @param planned its subtasks as they were planned
     * @param types the types that it was made of
     */
    static PlanFacts of(List<PlannedSubtask> planned, List<SubtaskType<?, ?>> types) {
        return new PlanFacts(planned, types);
    }

    private void noteFanOut(GraphNode node) {
        if (node.binding() instanceof Binding.Each) {
            fannedOut.add(node.id());
        }
    }

    /** Finds out what a subtask waits for, and how deep it lies; gives the depth. */
    private int place(String id) {
        PlannedSubtask subtask = subtasks.get(id);
        if (subtask == null || depths.containsKey(id)) {
            return depths.getOrDefault(id, 0);
        }
        var before = new HashSet<String>();
        int depth = 1;
        for (String source : dependencies(subtask)) {
            depth = Math.max(depth, 1 + place(source));
            before.add(source);
            before.addAll(earlier.getOrDefault(source, Set.of()));
        }
        earlier.put(id, before);
        depths.put(id, depth);
        return depth;
    }

    private static List<String> dependencies(PlannedSubtask subtask) {
        return Stream.concat(subtask.wires().stream().map(Wire::from), subtask.after().stream())
                .toList();
    }

    int size() {
        return subtasks.size();
    }

    /** The number of subtasks of a type. */
    long count(String type) {
        return subtasks.values().stream()
                .filter(each -> each.type().equals(type))
                .count();
    }

    /** The length of the longest chain. */
    int depth() {
        return depths.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /** Whether a subtask of the type runs once for each element of a list. */
    boolean fansOut(String type) {
        return fannedOut.stream().anyMatch(id -> typeOf(id).equals(type));
    }

    boolean fansOutAnywhere() {
        return !fannedOut.isEmpty();
    }

    /** Whether every subtask of the later type waits, directly or through others, for one of the earlier type. */
    boolean orders(String first, String later) {
        return subtasks.values().stream()
                .filter(each -> each.type().equals(later))
                .allMatch(each -> earlier.getOrDefault(each.id(), Set.of()).stream()
                        .anyMatch(id -> typeOf(id).equals(first)));
    }

    private String typeOf(String id) {
        PlannedSubtask subtask = subtasks.get(id);
        return subtask == null ? "" : subtask.type();
    }

    /** Whether a subtask has a literal for the component. */
    boolean hasLiteral(String component) {
        return subtasks.values().stream().anyMatch(each -> each.literals().containsKey(component));
    }

    /** All texts and numbers that the plan itself gives, as text. */
    List<String> values() {
        return subtasks.values().stream()
                .flatMap(each -> each.literals().values().stream())
                .flatMap(json -> texts(Json.parse(json)).stream())
                .toList();
    }

    /** The texts and numbers that the plan gives for a component. */
    List<String> values(String component) {
        return subtasks.values().stream()
                .filter(each -> each.literals().containsKey(component))
                .flatMap(each -> texts(Json.parse(String.valueOf(each.literals().get(component)))).stream())
                .toList();
    }

    private static List<String> texts(Json json) {
        var texts = new ArrayList<String>();
        switch (json) {
            case Json.Str(String text) -> texts.add(text);
            case Json.Num number -> texts.add(number.write());
            case Json.Arr(var items) -> items.forEach(item -> texts.addAll(texts(item)));
            case Json.Obj(var fields) -> fields.values().forEach(field -> texts.addAll(texts(field)));
            case Json.Bool bool -> {}
            case Json.Null nothing -> {}
        }
        return texts;
    }

    /** The types in plan order, for people. */
    @Override
    public String toString() {
        return subtasks.values().stream().map(PlannedSubtask::type).toList().toString();
    }
}
