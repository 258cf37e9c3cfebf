// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.plan.PlannedSubtask;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The further rounds of a plan that are on record, and what they added. Immutable. */
public final class RoundsOnRecord {
    private final List<RoundStart> starts;
    private final List<PlanAdmitted> plan;

    RoundsOnRecord(List<RoundStart> starts, List<PlanAdmitted> plan) {
        this.starts = List.copyOf(starts);
        this.plan = List.copyOf(plan);
    }

    /** How many were begun. */
    public int begun() {
        return starts.size();
    }

    /**
     * Those that added to the plan, up to the first that did not: for each the rule of the goal that had rejected the
     * answer, or an empty text.
     */
    public List<String> added() {
        var rules = new ArrayList<String>();
        for (int i = 0; i < starts.size(); i++) {
            RoundStart start = starts.get(i);
            Optional<RoundStart> next = i + 1 < starts.size() ? Optional.of(starts.get(i + 1)) : Optional.empty();
            if (plan.stream().noneMatch(each -> start.holds(each, next))) {
                break;
            }
            rules.add(start.rejected());
        }
        return List.copyOf(rules);
    }

    /** The subtasks, and the items as {@code id#index}, in whose place others were planned that no review rejected. */
    public Set<String> replaced() {
        Set<String> replaced = new HashSet<>();
        for (PlanAdmitted each : plan) {
            if (starts.stream().noneMatch(start -> start.voids(each))) {
                replaced.addAll(replacedBy(each));
            }
        }
        return replaced;
    }

    private static List<String> replacedBy(PlanAdmitted admitted) {
        try {
            return PlannedSubtask.parse(admitted.subtask()).replaces();
        } catch (IllegalArgumentException unreadable) {
            return List.of(); // the plan's own record says so
        }
    }
}
