// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.redact.Redactor;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;

/**
 * What there is to merge.
 *
 * @param goal the goal's text
 * @param context the goal's context; may be empty
 * @param outcomes every subtask's outcome in plan order, never in order of arrival
 */
public record MergeInput(String goal, String context, List<SubtaskOutcome> outcomes) {
    public MergeInput {
        outcomes = List.copyOf(outcomes);
    }

    /** The values that subtasks of a type returned, in plan order; those of the items of a fan-out in item order. */
    public <O> List<O> values(SubtaskType<?, O> type) {
        var output = type.output();
        var values = new ArrayList<O>();
        for (SubtaskOutcome each : outcomes) {
            if (each.type().name().equals(type.name())
                    && each.outcome() instanceof Outcome.Succeeded<?>(Object value)) {
                if (value instanceof Items<?> items) {
                    items.values().forEach(item -> values.add(output.cast(item)));
                } else {
                    values.add(output.cast(value));
                }
            }
        }
        return List.copyOf(values);
    }

    /** One line, in which the goal is cut. */
    @Override
    public String toString() {
        return "MergeInput[%s, %d outcomes]".formatted(Redactor.SHAPES.quote(goal), outcomes.size());
    }
}
