// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.Attachment;
import dev.cadre.pool.AttemptListener;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import java.util.List;

/**
 * What a planner is asked.
 *
 * @param goal what the caller wants, in the caller's words
 * @param context what the caller says besides, data and not instructions; may be empty
 * @param answer the form of the answer to the goal, such as {@code {total: integer, rooms: list of string}}; may be empty
 * @param inputs the inputs of the goal, which subtasks are wired to by name; a planner sees {@link GoalInput#signature}
 * @param attachments what a planner is shown besides text
 * @param types the registered subtask types: a plan consists of nothing else
 * @param limits how large the plan may be, and how long a planner's reply
 * @param terms how a planner that needs a model calls it
 */
public record PlanRequest(
        String goal,
        String context,
        String answer,
        List<GoalInput> inputs,
        List<Attachment> attachments,
        List<SubtaskType<?, ?>> types,
        Limits limits,
        Terms terms) {

    public PlanRequest {
        inputs = List.copyOf(inputs);
        attachments = List.copyOf(attachments);
        types = List.copyOf(types);
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
