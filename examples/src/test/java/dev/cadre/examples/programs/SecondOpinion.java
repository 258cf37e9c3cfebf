// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.Map;

/**
 * An answer that has to pass a critic, which is code. If it rejects the merged answer, the planner reads the rule, adds what
 * is missing, and the outcomes of both rounds are merged again.
 */
final class SecondOpinion {
    enum Source {
        SELLER,
        WORKSHOP
    }

    record ToFetch(Source source) {}

    record Report(String text) {}

    record ToJudge(String question, String report) {}

    record Opinion(boolean affordable, String why) {}

    record Verdict(boolean affordable, String text, List<Source> sources) {}

    private static final Map<Source, Report> REPORTS = Map.of(
            Source.SELLER, new Report("The machine costs 40,000 and runs for ten years."),
            Source.WORKSHOP, new Report("Each year it needs parts for 9,000."));

    static final SubtaskType<ToFetch, Report> FETCH = SubtaskType.code(
                    "fetch", ToFetch.class, Report.class, (in, context) -> REPORTS.get(in.source()))
            .describedAs("Fetches the report of a source.");

    static final SubtaskType<ToJudge, Opinion> JUDGE =
            SubtaskType.model("judge", ToJudge.class, Opinion.class, "Answer the question from the report alone.");

    private SecondOpinion() {}

    /** Blocks; spends no more than the budget. The result is partial if no round satisfied the critic. */
    static RunResult<Verdict> ask(ModelPools models, String question, Budget budget) throws InterruptedException {
        var goal = Goal.of(question, Verdict.class)
                .accept(
                        "it rests on the reports of two sources at least",
                        verdict -> verdict.sources().stream().distinct().count() >= 2);
        return Coordinator.builder(models)
                .plansWith(FETCH, JUDGE)
                .replanning(2)
                .build()
                .run(goal, budget);
    }
}
