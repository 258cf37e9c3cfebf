// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.examples.programs.CriticLoop.Draft;
import dev.cadre.examples.programs.CriticLoop.Review;
import dev.cadre.task.Missing;
import dev.cadre.testing.ScriptedModel;
import org.junit.jupiter.api.Test;

class CriticLoopTest {
    private static final Budget BUDGET = Budget.usd("0.10");

    private final ScriptedModel model = new ScriptedModel();

    private RunResult<Review> write() throws InterruptedException {
        model.on(CriticLoop.WRITE).costing(100, 40).replies(new Draft("Cats bark."));
        model.on(CriticLoop.REVIEW, new Draft("Cats bark."))
                .costing(100, 40)
                .replies(new Review("Cats bark.", "They meow."));
        return CriticLoop.write(model.pools(), "cats", BUDGET);
    }

    @Test
    void critic_whoIsContent_endsTheLoop() throws Exception {
        model.on(CriticLoop.REVISE).costing(100, 40).replies(new Draft("Cats meow."));
        model.on(CriticLoop.REVIEW, new Draft("Cats meow.")).costing(100, 40).replies(new Review("Cats meow.", ""));

        // two drafts at $0.00007, two reviews at $0.000255
        assertThat(write())
                .isCompleteWith(new Review("Cats meow.", ""))
                .spent("0.00065")
                .leftNothingBehind();
        assertThat(model.calls()).hasSize(4);
    }

    @Test
    void critic_whoIsNeverContent_leavesTheLastText() throws Exception {
        model.on(CriticLoop.REVISE).costing(100, 40).replies(new Draft("Cats bark."));

        var result = write();

        assertThat(result).isPartial().leftNothingBehind();
        if (result instanceof RunResult.Partial<Review> partial) {
            assertThat(partial.answer()).isEqualTo(new Review("Cats bark.", "They meow."));
            assertThat(partial.missing())
                    .containsExactly(new Missing(
                            "again", "its rule 'the critic has no objection' does not hold after 3 rounds"));
        }
        assertThat(model.calls()).hasSize(8);
    }
}
