// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.price.Money;
import dev.cadre.task.Limits;

/**
 * Asks the flagship model for a plan, by a strict schema made of the registered types.
 *
 * <p>The reply is read while it is written. One that is cut off, by its cap or a lost connection, is continued by further
 * calls, at most {@link Limits#planContinuations()}; a cap that let nothing through is doubled. What is
 * wrong with the plan is then told to the model in one repair call. Both can only add: nothing that was taken changes. If
 * such a later call fails, or the repair adds nothing, the plan stays as it is and the trouble is among its defects. If
 * the first call fails before anything was taken, there is no plan.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class ModelPlanner implements Planner {
    /** A planner on whichever model is bound to tier FLAGSHIP; {@link Planner#model()} makes it, too. */
    public ModelPlanner() {}

    /** Blocks for the length of several model calls, and spends money; see {@link Planner#plan}. */
    @Override
    public void plan(PlanRequest request, PlanIntake intake) throws InterruptedException {
        new PlanDialogue(request, intake).run();
    }

    /** The worst case of the first call of a later round, which shows the planner what has become of the plan. */
    @Override
    public Money leastRoundCost(PlanRequest request) {
        return PlanDialogue.roundCall(request);
    }

    /** The worst case of the first call, whose size depends on the goal and the types. */
    @Override
    public Money leastCost(PlanRequest request) {
        return PlanDialogue.firstCall(request);
    }
}
