// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.price.Money;
import java.util.List;

/** The library's planner, whose plan can be looked at. A review would see it, too, but lets nothing start before the end. */
final class WatchedPlanner implements Planner {
    private final Planner planner = Planner.model();
    private volatile List<PlannedSubtask> taken = List.of();

    @Override
    public void plan(PlanRequest request, PlanIntake intake) throws InterruptedException {
        planner.plan(request, intake);
        taken = intake.taken();
    }

    @Override
    public Money leastCost(PlanRequest request) {
        return planner.leastCost(request);
    }

    /** What was taken of the plan; empty before its end, or if there is none. */
    List<PlannedSubtask> taken() {
        return taken;
    }
}
