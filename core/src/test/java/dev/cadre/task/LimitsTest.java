// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.model.Effort;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LimitsTest {
    private static final Limits.ToolLimits TOOLS = new Limits.ToolLimits(1, 2, 3, Duration.ofSeconds(4));
    private static final Limits.Estimates ESTIMATES = new Limits.Estimates(1, 2, 3, 4);

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
                .withTools(TOOLS)
                .withEstimates(ESTIMATES)
                .withMaxNesting(0);

        assertThat(limits)
                .isEqualTo(new Limits(1, 2, 3, Duration.ofSeconds(4), 5, 6, 7, Effort.HIGH, TOOLS, ESTIMATES, 0));
    }

    /** Whoever sets limits of tools may touch those first. */
    @Test
    void defaults_areWhole_whicheverIsLoadedFirst() throws Exception {
        URL classes = Limits.class.getProtectionDomain().getCodeSource().getLocation();
        try (var fresh = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
            Class.forName(Limits.ToolLimits.class.getName(), true, fresh);
            Object limits = Class.forName(Limits.class.getName(), true, fresh)
                    .getField("DEFAULT")
                    .get(null);

            assertThat(limits).hasToString(Limits.DEFAULT.toString());
        }
    }

    @Test
    void wither_changesNothingElse() {
        assertThat(Limits.DEFAULT.withMaxDepth(9).withMaxDepth(8)).isEqualTo(Limits.DEFAULT);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Limits.DEFAULT.withMaxDepth(0))
                .withMessage("maxDepth must be at least 1, not 0");
    }

    @Test
    void estimates_takeAShareOfAnyNumber() {
        var quarter = new Limits.Estimates(8, 25, 3, 0);

        assertThat(quarter.usually(2_000)).isEqualTo(500);
        assertThat(quarter.usually(199)).isEqualTo(49);
        assertThat(quarter.usually(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE / 4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Limits.Estimates(8, 101, 3, 0))
                .withMessage("outputPercent must lie between 0 and 100: 101");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Limits.Estimates(-1, 25, 3, 0))
                .withMessage("negative size: items=-1, toolRounds=3, codeOutputBytes=0");
    }
}
