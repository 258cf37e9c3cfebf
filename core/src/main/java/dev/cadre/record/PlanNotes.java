// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.json.Json;
import dev.cadre.plan.PlanDefect;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlannedSubtask;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What was wrong with a plan.
 *
 * @param defects all of it, in the order in which it was found, and then what was understood all the same
 * @param lost the notes about subtasks that the plan lost: nothing was planned instead of them
 */
public record PlanNotes(List<String> defects, List<String> lost) {
    public static final PlanNotes NONE = new PlanNotes(List.of(), List.of());

    public PlanNotes {
        defects = List.copyOf(defects);
        lost = List.copyOf(lost);
    }

    /** The notes of a plan whose planner has nothing more to say. */
    public static PlanNotes of(PlanIntake intake) {
        Set<String> taken = intake.taken().stream().map(PlannedSubtask::id).collect(Collectors.toSet());
        var lost = new ArrayList<String>();
        for (PlanDefect defect : intake.defects()) {
            if (!defect.subtaskId().isEmpty() && !taken.contains(defect.subtaskId())) {
                lost.add(defect.toString());
            }
        }
        // a defect of the plan as a whole follows from those of its subtasks, if there are any
        if (lost.isEmpty() && intake.unresolved().isEmpty()) {
            intake.outstanding().forEach(defect -> lost.add(defect.toString()));
        }
        List<String> defects = Stream.concat(intake.defects().stream(), intake.notes().stream())
                .map(PlanDefect::toString)
                .toList();
        return new PlanNotes(defects, lost);
    }

    /** The same with one line for each list that has any; for where they are too long. */
    PlanNotes shortened() {
        return new PlanNotes(shortened(defects), shortened(lost));
    }

    private static List<String> shortened(List<String> lines) {
        return lines.isEmpty() ? lines : List.of("%d lines that are too long to be recorded".formatted(lines.size()));
    }

    Json.Obj toJson() {
        return Json.obj().with("defects", Json.strings(defects)).with("lost", Json.strings(lost));
    }

    static PlanNotes from(Json.Obj json) {
        return new PlanNotes(strings(json.items("defects")), strings(json.items("lost")));
    }

    static List<String> strings(List<Json> items) {
        return items.stream()
                .map(item -> item instanceof Json.Str text ? text.value() : item.write())
                .toList();
    }
}
