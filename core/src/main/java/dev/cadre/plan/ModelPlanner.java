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
    /** The most characters that instructions may have: every call of the planner sends, reserves and pays them. */
    public static final int MAX_INSTRUCTION_CHARS = 8_000;

    private final String instructions;

    /** A planner on whichever model is bound to tier FLAGSHIP; {@link Planner#model()} makes it, too. */
    public ModelPlanner() {
        this("");
    }

    private ModelPlanner(String instructions) {
        this.instructions = instructions;
    }

    /**
     * Gives the model these instructions for the plan, such as how large subtasks are to be or which type to prefer;
     * default none. They stand with the library's own, not among the data; the {@linkplain PlanRequest#context() context}
     * of a goal is data. Every call of the planner has them: the first, continuations, repairs and later rounds, and
     * so has the least money that planning needs. What a plan may be does not change: types and limits are checked as
     * before. A plan that is on record is kept, as {@code Coordinator.journal} says. Replaces earlier ones.
     *
     * @throws IllegalArgumentException if they are blank, or longer than {@value #MAX_INSTRUCTION_CHARS} characters
     */
    public ModelPlanner instructedBy(String instructions) {
        if (instructions.isBlank()) {
            throw new IllegalArgumentException("the instructions for the planner are blank");
        }
        if (instructions.length() > MAX_INSTRUCTION_CHARS) {
            throw new IllegalArgumentException(
                    "the instructions for the planner have %d characters, at most %d are taken"
                            .formatted(instructions.length(), MAX_INSTRUCTION_CHARS));
        }
        return new ModelPlanner(instructions);
    }

    /** Blocks for the length of several model calls, and spends money; see {@link Planner#plan}. */
    @Override
    public void plan(PlanRequest request, PlanIntake intake) throws InterruptedException {
        new PlanDialogue(request, instructions, intake).run();
    }

    /** The worst case of the first call of a later round, which shows the planner what has become of the plan. */
    @Override
    public Money leastRoundCost(PlanRequest request) {
        return PlanDialogue.roundCall(request, instructions);
    }

    /** The worst case of the first call, whose size depends on the goal and the types. */
    @Override
    public Money leastCost(PlanRequest request) {
        return PlanDialogue.firstCall(request, instructions);
    }
}
