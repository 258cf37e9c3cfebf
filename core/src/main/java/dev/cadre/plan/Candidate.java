// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Artifacts;
import dev.cadre.task.Dependency;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Wire;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A planned subtask that is in order as far as it can be told without its dependencies.
 *
 * @param literals bare JSON of the components that are given, {@code null} for an Optional that is not
 * @param dependencies the ids of all subtasks that it is wired to or comes after; inputs of the goal have always ended
 */
record Candidate(
        PlannedSubtask planned,
        SubtaskType<?, ?> type,
        Shape<?> input,
        Map<String, Json> literals,
        Set<String> dependencies) {

    /** @param given the names of the goal's inputs */
    static Candidate of(
            PlannedSubtask planned,
            SubtaskType<?, ?> type,
            Shape<?> input,
            Map<String, Json> literals,
            Set<String> given) {
        var dependencies = new LinkedHashSet<String>();
        planned.wires().forEach(wire -> dependencies.add(wire.from()));
        dependencies.addAll(planned.after());
        planned.when().ifPresent(when -> dependencies.add(when.from()));
        dependencies.removeAll(given);
        return new Candidate(planned, type, input, new LinkedHashMap<>(literals), dependencies);
    }

    String id() {
        return planned.id();
    }

    /** Whoever stands in the place of another one must do its work: the run is not complete without it. */
    boolean isOptional() {
        return planned.optional()
                && type.isOptionalAllowed()
                && planned.replaces().isEmpty();
    }

    /** The type of a component that is known to exist. */
    JsonType<?> component(String name) {
        return input.component(name).orElseThrow();
    }

    /**
     * The edges of the graph. One to an optional subtask is soft, unless a component cannot do without its output: then
     * to start would only be to fail.
     */
    List<Dependency> edges(Function<String, Source> sources) {
        var edges = new ArrayList<Dependency>();
        for (String on : dependencies) {
            edges.add(new Dependency(
                    on,
                    sources.apply(on).isOptional() && !needs(on),
                    planned.when()
                            .filter(when -> when.from().equals(on))
                            .map(when -> Conditions.of(when, sources.apply(on)))));
        }
        return edges;
    }

    /** What its model reads by range of the inputs of the goal that it is wired to. */
    List<Artifacts.Output> kept(Function<String, Source> sources) {
        return planned.wires().stream()
                .map(Wire::from)
                .distinct()
                .flatMap(from -> sources.apply(from).kept().stream())
                .toList();
    }

    private boolean needs(String on) {
        return planned.when().filter(when -> when.from().equals(on)).isPresent()
                || planned.wires().stream()
                        .anyMatch(wire -> wire.from().equals(on) && !Shape.isOptional(component(wire.into())));
    }
}
