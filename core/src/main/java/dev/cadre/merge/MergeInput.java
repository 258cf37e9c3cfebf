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
        return returned(type).stream().flatMap(each -> each.value().stream()).toList();
    }

    /** What each subtask of a type, or each item of a fan-out, returned, in the same order. */
    <O> List<Returned<O>> returned(SubtaskType<?, O> type) {
        var output = type.output();
        var returned = new ArrayList<Returned<O>>();
        for (SubtaskOutcome each : outcomes) {
            if (!each.type().name().equals(type.name())) {
                continue;
            }
            if (each.outcome() instanceof Outcome.Succeeded<?>(Items<?> items)) {
                for (int index = 0; index < items.outcomes().size(); index++) {
                    Outcome<?> item = items.outcomes().get(index);
                    returned.add(new Returned<>(
                            each.id() + "#" + index, item.ifSucceeded().map(output::cast)));
                }
            } else {
                returned.add(
                        new Returned<>(each.id(), each.outcome().ifSucceeded().map(output::cast)));
            }
        }
        return List.copyOf(returned);
    }

    /** One line, in which the goal is cut. */
    @Override
    public String toString() {
        return "MergeInput[%s, %d outcomes]".formatted(Redactor.SHAPES.quote(goal), outcomes.size());
    }
}
