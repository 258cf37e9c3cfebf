// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.model.Effort;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LimitsTest {
    private static final Limits.ToolLimits TOOLS = new Limits.ToolLimits(1, 2, 3, Duration.ofSeconds(4));

    @Test
    void everyWither_setsItsOwnLimit() {
        Limits limits = Limits.DEFAULT
                .withMaxSubtasks(1)
                .withMaxDepth(2)
                .withMaxItems(3)
                .withDeadline(Duration.ofSeconds(4))
                .withPlannerOutputTokens(5)
                .withPlanContinuations(6)
                .withWorkerOutputTokens(7)
                .withEffort(Effort.HIGH)
                .withTools(TOOLS);

        assertThat(limits).isEqualTo(new Limits(1, 2, 3, Duration.ofSeconds(4), 5, 6, 7, Effort.HIGH, TOOLS));
    }

    @Test
    void wither_changesNothingElse() {
        assertThat(Limits.DEFAULT.withMaxDepth(9).withMaxDepth(8)).isEqualTo(Limits.DEFAULT);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Limits.DEFAULT.withMaxDepth(0))
                .withMessage("maxDepth must be at least 1, not 0");
    }
}
