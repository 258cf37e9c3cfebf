// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Budget;
import dev.cadre.examples.programs.ContractReview.Finding;
import dev.cadre.examples.programs.ContractReview.Review;
import dev.cadre.examples.programs.ContractReview.Risk;
import dev.cadre.model.CallPurpose;
import dev.cadre.testing.ScriptedModel;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContractReviewTest {
    private static final int CLAUSES = 118;
    private static final String POLICY = "Nothing may let the landlord raise the rent during a year.";

    /** About thirty pages of 500 words. */
    private static String lease() {
        String body =
                "The tenant shall keep the premises in good repair and notify the landlord of defects. ".repeat(8);
        return "Lease of an office\n"
                + IntStream.rangeClosed(1, CLAUSES)
                        .mapToObj(
                                i -> "%d. %s%s".formatted(i, i == 57 ? "The landlord may raise the rent. " : "", body))
                        .collect(Collectors.joining("\n\n"));
    }

    @Test
    void contractOfThirtyPages_isCheckedClauseByClause_andThePlannerReadsNoneOfIt() throws Exception {
        var model = new ScriptedModel();
        model.onPlan().costing(900, 60).repliesText("""
                        {"subtasks":[{"type":"check_clause","id":"check","input":{
                          "clause":{"from":"contract","field":"clauses"},"policy":{"from":"policy"}}}]}""");
        model.on(ContractReview.CHECK).costing(300, 40).answers(call -> {
            var clause = ContractReview.CHECK
                    .inputType()
                    .read(call.purpose().input())
                    .clause();
            boolean risky = clause.text().contains("raise the rent");
            return new Finding(clause.number(), risky ? Risk.HIGH : Risk.NONE, risky ? "It lets the rent rise." : "");
        });
        model.onMerge()
                .costing(6_000, 60)
                .repliesText(
                        "{\"answer\":{\"summary\":\"One clause lets the rent rise.\",\"toNegotiate\":[57]},\"citations\":[]}");

        var result = ContractReview.review(model.pools(), lease(), POLICY, Budget.usd("0.25"));

        assertThat(lease().split("\\s+").length).isGreaterThan(14_000);
        // planner $0.00315, 118 clauses at $0.00011, merger $0.00477
        assertThat(result)
                .isCompleteWith(new Review("One clause lets the rent rise.", List.of(57)))
                .spent("0.0209")
                .leftNothingBehind();
        assertThat(model.calls())
                .filteredOn(call -> call.purpose().kind() == CallPurpose.Kind.PLAN)
                .singleElement()
                .satisfies(call -> assertThat(call.request().turns().toString())
                        .contains("clauses: 118 items")
                        .doesNotContain("good repair"));
    }
}
