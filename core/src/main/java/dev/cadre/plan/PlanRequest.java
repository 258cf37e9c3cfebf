// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.pool.AttemptListener;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Limits;
import dev.cadre.task.PassRates;
import dev.cadre.task.SubtaskType;
import java.util.List;

/**
 * What a planner is asked.
 *
 * @param goal what the caller wants, in the caller's words
 * @param context what the caller says besides, data and not instructions; may be empty
 * @param answer the form of the answer to the goal, such as {@code {total: integer, rooms: list of string}}; may be empty
 * @param types the registered subtask types: a plan consists of nothing else
 * @param rates how often the outputs of the types were good on each tier, as far as that is known
 * @param progress what has become of the plan, if the planner is asked again
 * @param limits how large the plan may be, and how long a planner's reply
 * @param terms how a planner that needs a model calls it
 */
public record PlanRequest(
        String goal,
        String context,
        String answer,
        List<SubtaskType<?, ?>> types,
        PassRates rates,
        PlanProgress progress,
        Limits limits,
        Terms terms) {

    public PlanRequest {
        types = List.copyOf(types);
    }

    /** This request, for a round after what has become of the plan. */
    public PlanRequest after(PlanProgress become) {
        return new PlanRequest(goal, context, answer, types, rates, become, limits, terms);
    }

    /**
     * The means to call a model.
     *
     * @param pools the pool of each tier
     * @param budget pays for every call
     * @param runId the run
     * @param deadlineNanos the reading of {@link System#nanoTime()} at which planning must be over
     * @param attempts is told about every attempt
     */
    public record Terms(
            ModelPools pools, BudgetGuard budget, String runId, long deadlineNanos, AttemptListener attempts) {}
}
