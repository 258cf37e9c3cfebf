// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.schema.JsonComponent;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Notation;
import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.Optional;

/**
 * The subtask types that a plan for a goal can give what they need. Pictures and files are wired, never written: where
 * neither the goal nor a type brings one, a type that needs one is not shown to the planner.
 */
final class Givable {
    private Givable() {}

    /**
     * The types, without those that no plan could give a picture or file.
     *
     * @throws PlanFailedException if none is left
     */
    static List<SubtaskType<?, ?>> of(PlanRequest request) {
        List<SubtaskType<?, ?>> left = request.types();
        int before;
        do { // what cannot be planned brings nothing either
            before = left.size();
            List<SubtaskType<?, ?>> sources = left;
            left = left.stream()
                    .filter(type -> lacking(type, sources, request.inputs()).isEmpty())
                    .toList();
        } while (left.size() < before);
        if (left.isEmpty()) {
            throw new PlanFailedException(trouble(request));
        }
        return left;
    }

    private static String trouble(PlanRequest request) {
        SubtaskType<?, ?> type = request.types().getFirst();
        return lacking(type, List.of(), request.inputs())
                .map(component ->
                        "no subtask type can be planned: input.%s of '%s' is %s, which no input of the goal and no output of a type brings"
                                .formatted(component.name(), type.name(), Notation.of(component.type())))
                .orElse("no subtask type can be planned");
    }

    private static Optional<JsonComponent> lacking(
            SubtaskType<?, ?> type, List<SubtaskType<?, ?>> sources, List<GoalInput> inputs) {
        return Shape.of(type.inputType()).components().stream()
                .filter(component -> Shape.isReferenceOnly(component.type()) && !Shape.isOptional(component.type()))
                .filter(component -> !isBrought(component.type(), sources, inputs))
                .findFirst();
    }

    private static boolean isBrought(JsonType<?> into, List<SubtaskType<?, ?>> sources, List<GoalInput> inputs) {
        return sources.stream().anyMatch(type -> !Source.fieldsFor(into, type).isEmpty())
                || inputs.stream()
                        .anyMatch(input -> Source.isWholeFor(into, input)
                                || !Source.fieldsFor(into, input).isEmpty());
    }
}
