// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cadre.SubtaskReport;
import dev.cadre.budget.Budget;
import dev.cadre.examples.programs.DiffReview.Finding;
import dev.cadre.examples.programs.DiffReview.Findings;
import dev.cadre.examples.programs.DiffReview.Hunk;
import dev.cadre.examples.programs.DiffReview.ToReview;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.testing.ScriptedModel;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DiffReviewTest {
    private static final String DIFF = """
            diff --git a/src/Ledger.java b/src/Ledger.java
            index 3f1c2aa..9b0d1e4 100644
            --- a/src/Ledger.java
            +++ b/src/Ledger.java
            @@ -10,3 +10,3 @@ final class Ledger {
                 void book(long cents) {
            -        total = Math.addExact(total, cents);
            +        total += cents;
                 }
            @@ -40,2 +40,3 @@ final class Ledger {
                 }
            +    // end
             }
            diff --git a/README.md b/README.md
            index 1111111..2222222 100644
            --- a/README.md
            +++ b/README.md
            @@ -1 +1 @@
            -# Ledgre
            +# Ledger
            """;

    private static final Finding OVERFLOW = new Finding(11, "The sum may overflow unnoticed.");
    private static final List<Findings> ALL = List.of(
            new Findings("1.src_Ledger.java", List.of(OVERFLOW)),
            new Findings("2.src_Ledger.java", List.of()),
            new Findings("3.README.md", List.of()));

    final ScriptedModel model = new ScriptedModel();

    private static String plan(String... subtasks) {
        return "{\"subtasks\":[" + String.join(",", subtasks) + "]}";
    }

    private static String review(String id, String hunk, Tier tier) {
        return """
                {"type":"review_hunk","id":"%s","input":{"hunk":{"from":"%s","field":""}},"tier":"%s"}""".formatted(id, hunk, tier);
    }

    @BeforeEach
    void script() {
        List<Hunk> hunks = Hunk.parse(DIFF);
        for (int i = 0; i < ALL.size(); i++) {
            model.on(DiffReview.REVIEW, new ToReview(hunks.get(i)))
                    .costing(400, i == 0 ? 40 : 10)
                    .replies(ALL.get(i));
        }
    }

    private List<String> plannerInputs() {
        return model.calls().stream()
                .filter(call -> call.purpose().kind() == CallPurpose.Kind.PLAN)
                .map(call -> call.request().turns().toString())
                .toList();
    }

    @Test
    void diff_isReadAsHunks() {
        assertThat(Hunk.parse(DIFF))
                .extracting(Hunk::name, hunk -> hunk.text().lines().count())
                .containsExactly(
                        tuple("1.src_Ledger.java", 5L), tuple("2.src_Ledger.java", 4L), tuple("3.README.md", 3L));
    }

    @Test
    void eachHunk_isReviewedOnTheTierThatThePlannerChose() throws Exception {
        model.onPlan()
                .costing(900, 150)
                .repliesText(plan(
                        review("a", "1.src_Ledger.java", Tier.MINI),
                        review("b", "2.src_Ledger.java", Tier.NANO),
                        review("c", "3.README.md", Tier.NANO)));

        var result = DiffReview.review(model.pools(), DIFF, Budget.usd("0.25"));

        // planner $0.0045, mini $0.00048, nano 2 x $0.0000925
        assertThat(result).isCompleteWith(ALL).spent("0.005165").leftNothingBehind();
        assertThat(result.report().subtasks())
                .extracting(SubtaskReport::id, SubtaskReport::tiers)
                .containsExactly(
                        tuple("a", List.of(Tier.MINI)), tuple("b", List.of(Tier.NANO)), tuple("c", List.of(Tier.NANO)));
        assertThat(plannerInputs())
                .singleElement()
                .satisfies(shown ->
                        assertThat(shown).contains("1.src_Ledger.java: {").doesNotContain("addExact"));
    }

    @Test
    void hunkThatThePlannerForgot_isPlannedInASecondRound() throws Exception {
        model.onPlan()
                .costing(900, 100)
                .repliesText(
                        plan(review("a", "1.src_Ledger.java", Tier.MINI), review("b", "2.src_Ledger.java", Tier.NANO)))
                .costing(1_200, 50)
                .repliesText(plan(review("c", "3.README.md", Tier.NANO)));

        var result = DiffReview.review(model.pools(), DIFF, Budget.usd("0.25"));

        // planner $0.00375 and $0.00375
        assertThat(result).isCompleteWith(ALL).spent("0.008165").leftNothingBehind();
        assertThat(plannerInputs()).hasSize(2).last().asString().contains("every hunk is reviewed");
        assertThat(model.calls()).hasSize(5);
    }
}
