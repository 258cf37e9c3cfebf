// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanRejectedException;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import java.util.List;

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
        requireFit(plan, request.types(), request.limits());
        plan.offerTo(intake);
    }

    /** Throws {@link PlanRejectedException} with everything that does not fit these types. */
    static void requireFit(Plan<?> plan, List<SubtaskType<?, ?>> types, Limits limits) {
        var trial =
                PlanIntake.whole(types, limits, node -> {}).knowing(plan.goal().inputs());
        for (PlannedSubtask subtask : plan.subtasks()) {
            var unused = trial.offer(subtask);
        }
        if (!trial.defects().isEmpty()) {
            throw new PlanRejectedException("the plan does not fit the subtask types", trial.defects());
        }
    }

    Plan<?> given() {
        return plan;
    }
}
