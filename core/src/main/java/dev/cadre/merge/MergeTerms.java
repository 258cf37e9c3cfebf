// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.pool.AttemptListener;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Limits;

/**
 * On what terms outcomes are merged.
 *
 * @param budget the money that was set aside for it; if none was, what the run has left
 * @param deadlineNanos the reading of {@link System#nanoTime()} at which it must be over
 * @param attempts the listener for attempts that follow each other
 * @param parts the records and listeners of calls beside each other
 */
public record MergeTerms(
        ModelPools pools,
        BudgetGuard budget,
        String runId,
        long deadlineNanos,
        Limits limits,
        AttemptListener attempts,
        MergeParts parts) {
    private static final String MERGER = "merger";

    /** Terms without records of parts. */
    public MergeTerms(
            ModelPools pools,
            BudgetGuard budget,
            String runId,
            long deadlineNanos,
            Limits limits,
            AttemptListener attempts) {
        this(pools, budget, runId, deadlineNanos, limits, attempts, MergeParts.telling(attempts));
    }

    /** The terms of the call that makes the answer. */
    CallTerms call(MergeInput input, Tier tier) {
        return call("", input, tier).withAttempts(attempts);
    }

    /** The terms of a call that makes a part of it. */
    CallTerms call(int number, MergeParts.Part part, MergeInput input, Tier tier) {
        return call("@%s#%d".formatted(MERGER, number), input, tier)
                .withOrder(number)
                .withAttempts(part.attempts());
    }

    private CallTerms call(String label, MergeInput input, Tier tier) {
        var purpose = new CallPurpose(CallPurpose.Kind.MERGE, runId, label, MERGER, input.goal(), tier);
        return CallTerms.of(budget, purpose, deadlineNanos);
    }
}
