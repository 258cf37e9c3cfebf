// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TypeRef;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reviews a diff, hunk by hunk. The planner is shown the name and the size of each hunk and chooses the tier of its review;
 * the code itself goes to the reviewers alone. The findings are collected, and no model writes the answer.
 */
final class DiffReview {
    /** A part of a diff; its name, such as {@code 3.src_Pool.java}, is that of an input of the goal. */
    record Hunk(String name, String text) {
        private static final Pattern FILE = Pattern.compile("(?m)^\\+\\+\\+ b/(.*)$");

        /** The hunks of a diff as {@code git diff} writes it; files without a text, such as deleted ones, have none. */
        static List<Hunk> parse(String diff) {
            var hunks = new ArrayList<Hunk>();
            for (String change : diff.split("(?m)^(?=diff --git )")) {
                String[] parts = change.split("(?m)^(?=@@ )");
                Matcher file = FILE.matcher(parts[0]);
                for (int i = 1; i < parts.length && file.find(0); i++) {
                    String path = file.group(1).replaceAll("[^A-Za-z0-9_.-]", "_");
                    String end = path.substring(Math.max(0, path.length() - 50));
                    hunks.add(new Hunk(hunks.size() + 1 + "." + end, parts[i]));
                }
            }
            return hunks;
        }
    }

    record ToReview(Hunk hunk) {}

    record Finding(int line, String problem) {}

    record Findings(String hunk, List<Finding> findings) {}

    static final SubtaskType<ToReview, Findings> REVIEW = SubtaskType.model(
                    "review_hunk", ToReview.class, Findings.class, "Which defects does the hunk bring? None is usual.")
            .between(Tier.NANO, Tier.MINI)
            .accept(
                    "findings have the name of their hunk",
                    (in, found) -> found.hunk().equals(in.hunk().name()));

    private DiffReview() {}

    /**
     * The findings about each hunk; partial if one was not reviewed. Blocks; spends no more than the budget.
     *
     * @param diff has at most 32 hunks, because a goal has at most 32 inputs
     */
    static RunResult<List<Findings>> review(ModelPools models, String diff, Budget budget) throws InterruptedException {
        List<Hunk> hunks = Hunk.parse(diff);
        var goal = Goal.of("Review each hunk; what is about money on MINI.", new TypeRef<List<Findings>>() {})
                .mergedBy(Mergers.collect(REVIEW))
                .accept(
                        "every hunk is reviewed",
                        all -> all.stream().map(Findings::hunk).distinct().count() == hunks.size());
        for (Hunk hunk : hunks) {
            goal = goal.with(hunk.name(), Hunk.class, hunk);
        }
        return Coordinator.builder(models)
                .plansWith(REVIEW)
                .replanning(1)
                .build()
                .run(goal, budget);
    }
}
