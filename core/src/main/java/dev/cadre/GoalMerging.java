// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.merge.MergeInput;
import dev.cadre.merge.MergeParts;
import dev.cadre.merge.MergeTerms;
import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.pool.AttemptListener;
import dev.cadre.schedule.RunInput;
import dev.cadre.task.Failure;
import java.util.List;
import java.util.Objects;

/** The merging of one goal, and the judgement of its rules. For the merger's thread. */
record GoalMerging<R>(GoalMeans run, Goal<R> goal) {
    Merged<R> merge(List<SubtaskOutcome> outcomes, BudgetGuard money, AttemptListener attempts, MergeParts parts)
            throws InterruptedException {
        var terms = new MergeTerms(
                run.settings().pools(),
                money,
                run.id(),
                run.callDeadline(run.deadline()),
                run.settings().limits(),
                attempts,
                parts);
        var input = new MergeInput(goal.text(), goal.context(), outcomes);
        return run.call(
                "merge",
                "",
                goal.merger(),
                () -> Objects.requireNonNull(goal.merger().merge(input, terms), "the merger returned null")
                        .maskedBy(run.settings()::masked));
    }

    /** Whatever becomes of the rules, the answer stays. */
    RunInput.MergeEnded judged(Merged<R> merged) {
        for (Goal.Rule<R> rule : goal.rules()) {
            String place = "the rule '%s' of the goal".formatted(rule.rule());
            try {
                if (!run.call("accept", place, rule, () -> rule.test().test(merged.answer()))) {
                    return new RunInput.MergeEnded(merged, new RunInput.Judgement.Rejected(rule.rule()));
                }
            } catch (InterruptedException late) {
                return unjudged(merged, place + " did not end in time");
            } catch (Throwable broken) {
                run.settings().faults().warn(place, broken);
                return unjudged(merged, "%s is broken: %s".formatted(place, Failure.describe(broken)));
            }
        }
        return new RunInput.MergeEnded(merged);
    }

    private static RunInput.MergeEnded unjudged(Merged<?> merged, String why) {
        return new RunInput.MergeEnded(merged, new RunInput.Judgement.Unjudged(why));
    }
}
