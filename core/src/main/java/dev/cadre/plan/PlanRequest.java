// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.Attachment;
import dev.cadre.pool.AttemptListener;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Limits;
import dev.cadre.task.PassRates;
import dev.cadre.task.SubtaskType;
import java.util.List;

/**
 * What a planner is asked.
 *
 * @param asked what the caller wants
 * @param types the registered subtask types: a plan consists of nothing else
 * @param rates how often the outputs of the types were good on each tier, as far as that is known
 * @param progress what has become of the plan, if the planner is asked again
 * @param limits how large the plan may be, and how long a planner's reply
 * @param terms how a planner that needs a model calls it
 */
public record PlanRequest(
        Asked asked,
        List<SubtaskType<?, ?>> types,
        PassRates rates,
        PlanProgress progress,
        Limits limits,
        Terms terms) {

    public PlanRequest {
        types = List.copyOf(types);
    }

    /**
     * The goal as a planner sees it.
     *
     * @param goal what the caller wants, in the caller's words
     * @param context what the caller says besides, data and not instructions; may be empty
     * @param answer the form of the answer to the goal, such as {@code {total: integer, rooms: list of string}}; may be empty
     * @param inputs the inputs of the goal, which subtasks are wired to by name; a planner sees {@link GoalInput#signature}
     * @param attachments what a planner is shown besides text
     * @param earlier the finished runs that the goal follows, oldest first; what they returned is among the inputs
     */
    public record Asked(
            String goal,
            String context,
            String answer,
            List<GoalInput> inputs,
            List<Attachment> attachments,
            List<EarlierRun> earlier) {
        public Asked {
            inputs = List.copyOf(inputs);
            attachments = List.copyOf(attachments);
            earlier = List.copyOf(earlier);
        }

        /** A goal without inputs and attachments that follows no other. */
        public Asked(String goal, String context, String answer) {
            this(goal, context, answer, List.of(), List.of(), List.of());
        }
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

    /** This request, for a round after what has become of the plan. */
    public PlanRequest after(PlanProgress become) {
        return new PlanRequest(asked, types, rates, become, limits, terms);
    }

    /** What the caller wants, in the caller's words. */
    public String goal() {
        return asked.goal();
    }

    /** What the caller says besides; may be empty. */
    public String context() {
        return asked.context();
    }

    /** The form of the answer; may be empty. */
    public String answer() {
        return asked.answer();
    }

    /** The inputs of the goal. */
    public List<GoalInput> inputs() {
        return asked.inputs();
    }

    /** What a planner is shown besides text. */
    public List<Attachment> attachments() {
        return asked.attachments();
    }

    /** The finished runs that the goal follows, oldest first. */
    public List<EarlierRun> earlier() {
        return asked.earlier();
    }
}
