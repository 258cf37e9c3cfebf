// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.budget.Budget;
import dev.cadre.task.Limits;
import java.time.Duration;

/** What every trial may use: generous in time, because machines differ; bounded in tokens, because loops exist. */
final class Terms {
    private static final Duration TIME = Duration.ofMinutes(8);

    static final Limits LIMITS = Limits.DEFAULT
            .withDeadline(TIME)
            .withPlannerOutputTokens(1_000)
            .withPlanContinuations(1)
            .withWorkerOutputTokens(600)
            .withTools(new Limits.ToolLimits(6, 10, 4_096, Duration.ofSeconds(20)));

    /** More than a model of no price can spend. */
    static final Budget BUDGET = Budget.usd("1");

    private Terms() {}
}
