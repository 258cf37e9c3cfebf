// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanRejectedException;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import java.util.Collection;

/** A planner that has one plan already: it offers all of it, or nothing. */
final class GivenPlan implements Planner {
    private final Plan<?> plan;

    GivenPlan(Plan<?> plan) {
        this.plan = plan;
    }

    /**
     * Offers the plan.
     *
     * @throws PlanRejectedException if a subtask is not in order any more, such as after a change of its type
     */
    @Override
    public void plan(PlanRequest request, PlanIntake intake) {
        var trial = PlanIntake.whole(request.types(), request.limits(), node -> {});
        for (PlannedSubtask subtask : plan.subtasks()) {
            var unused = trial.offer(subtask);
        }
        if (!trial.defects().isEmpty()) {
            throw new PlanRejectedException("the plan does not fit the subtask types", trial.defects());
        }
        plan.offerTo(intake);
    }

    Plan<?> given() {
        return plan;
    }

    /** Whether all of these subtasks are those of the plan. */
    boolean hasAll(Collection<PlannedSubtask> subtasks) {
        return plan.subtasks().containsAll(subtasks);
    }
}
