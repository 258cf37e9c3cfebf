// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.pool.AttemptListener;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Limits;

/**
 * On what terms outcomes are merged.
 *
 * @param budget the money that was set aside for it; if none was, what the run has left
 * @param deadlineNanos the reading of {@link System#nanoTime()} at which it must be over
 */
public record MergeTerms(
        ModelPools pools,
        BudgetGuard budget,
        String runId,
        long deadlineNanos,
        Limits limits,
        AttemptListener attempts) {}
