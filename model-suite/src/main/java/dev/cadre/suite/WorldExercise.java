// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;

/** A goal that is planned, worked and merged. */
record WorldExercise(World world, WorldGoal goal) implements Exercise {
    /** The answer to every goal. */
    record Answer(String answer) {}

    @Override
    public String id() {
        return goal.id();
    }

    @Override
    public Verdict perform(ModelPools pools) throws InterruptedException {
        List<SubtaskType<?, ?>> types = world.types().get();
        var planner = new WatchedPlanner();
        RunResult<Answer> result = Coordinator.builder(pools)
                .plansWith(types)
                .planner(planner)
                .limits(Terms.LIMITS)
                .build()
                .run(Goal.of(goal.text(), Answer.class), Terms.BUDGET);
        Verdict answered = Verdict.of(
                result,
                complete -> Verdict.of(
                        Cause.ANSWER_WRONG,
                        goal.answer().objections(complete.answer().answer())));
        return answered.cause() == Cause.NO_PLAN ? answered : judged(PlanFacts.of(planner.taken(), types), answered);
    }

    /** The plan counts first; what became of the answer is said beside it. */
    private Verdict judged(PlanFacts plan, Verdict answered) {
        List<String> unfit = goal.objections(plan, world);
        if (unfit.isEmpty() || !answered.cause().isTelling()) {
            return answered;
        }
        var all = new ArrayList<>(unfit);
        all.add(answered.passed() ? "the answer is right" : answered.toString());
        return Verdict.of(Cause.PLAN_UNFIT, all);
    }
}
