// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reviews a contract of thirty pages, clause by clause, against a policy. The planner is shown that there is a contract
 * with so many clauses; each clause goes to a small model of its own, and no text of it through the planner.
 */
final class ContractReview {
    record Clause(int number, String text) {}

    record Contract(String title, List<Clause> clauses) {
        private static final Pattern NUMBERED = Pattern.compile("(?m)^(\\d{1,4})\\. (.*)$");

        /** A text whose first line is its title, and each of whose clauses is a line that begins with its number. */
        static Contract parse(String text) {
            return new Contract(
                    text.lines().findFirst().orElse("untitled"),
                    NUMBERED.matcher(text)
                            .results()
                            .map(clause -> new Clause(Integer.parseInt(clause.group(1)), clause.group(2)))
                            .toList());
        }
    }

    record ToCheck(Clause clause, String policy) {}

    enum Risk {
        NONE,
        LOW,
        HIGH
    }

    record Finding(int clause, Risk risk, String why) {}

    record Review(String summary, List<Integer> toNegotiate) {}

    static final SubtaskType<ToCheck, Finding> CHECK = SubtaskType.model(
                    "check_clause",
                    ToCheck.class,
                    Finding.class,
                    "How risky is the clause for the tenant, judged by the policy alone? Say why in one sentence.")
            .upTo(Tier.MINI)
            .accept(
                    "a finding has the number of its clause",
                    (in, finding) -> finding.clause() == in.clause().number())
            .accept(
                    "a finding says why",
                    (in, finding) ->
                            finding.risk() == Risk.NONE || !finding.why().isBlank());

    private ContractReview() {}

    /** Blocks for the length of the run; spends no more than the budget. */
    static RunResult<Review> review(ModelPools models, String text, String policy, Budget budget)
            throws InterruptedException {
        var goal = Goal.of("Which clauses of the contract must the tenant negotiate?", Review.class)
                .with("contract", Contract.class, Contract.parse(text))
                .with("policy", String.class, policy);
        return Coordinator.builder(models).plansWith(CHECK).build().run(goal, budget);
    }
}
