// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.model.ModelException;
import dev.cadre.pool.CallRefusedException;
import dev.cadre.price.Money;

/** Turns a goal into subtasks. */
@FunctionalInterface
public interface Planner {
    /** The default: asks the flagship model, and lets subtasks start while it is still writing. */
    static ModelPlanner model() {
        return new ModelPlanner();
    }

    /**
     * Offers the subtasks of a plan, one by one; in a later round, what is to come in addition. What stands in the plan
     * already may be offered again and is passed over. Runs on a virtual thread; may block, and spend money by the terms of the
     * request. The intake says at once what is wrong with a subtask, so that another one can be offered instead;
     * whoever runs the planner finishes the intake.
     *
     * @throws PlanFailedException if there is no plan, and asking again will not help
     * @throws ModelException if a model failed before anything was taken
     * @throws CallRefusedException if a call could not be sent before anything was taken
     * @throws InterruptedException if the run was cancelled
     */
    void plan(PlanRequest request, PlanIntake intake) throws InterruptedException;

    /**
     * The most that the first call of a later round can cost, which is set aside for each round that a run may need; default
     * that of the first one. Asked with a request without progress.
     */
    default Money leastRoundCost(PlanRequest request) {
        return leastCost(request);
    }

    /** The most that the first call can cost, without which there is no use in beginning; default: nothing. */
    default Money leastCost(PlanRequest request) {
        return Money.ZERO;
    }
}
