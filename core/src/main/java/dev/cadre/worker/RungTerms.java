// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.pool.AttemptListener;
import dev.cadre.task.Limits;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * On what terms a rung is performed: who pays, until when, within which limits, and who listens.
 *
 * @param runId the run, which is also the key by which runs take turns at a pool
 * @param budget pays for every attempt
 * @param order the place in the plan, lower goes first
 * @param deadlineNanos the reading of {@link System#nanoTime()} after which nothing is begun
 * @param limits the caps that apply where the type sets none, and the limits of the tool loop
 * @param attempts is told about every attempt, on the rung's thread
 * @param codeBudget pays for what tools and plain code spend by themselves, out of the same money as {@code budget}
 * @param notices is told of tools that threw and of threads that were left behind, on the rung's thread
 * @param cancelled whether the rung's thread was interrupted for this work, or is about to be; asked on that thread before
 *     anything begins that had to wait, and when code ended by an {@link InterruptedException}, which is a failure of the
 *     code's own otherwise
 */
public record RungTerms(
        String runId,
        BudgetGuard budget,
        long order,
        long deadlineNanos,
        Limits limits,
        AttemptListener attempts,
        BudgetGuard codeBudget,
        Consumer<RungNotice> notices,
        BooleanSupplier cancelled) {

    /** The time until the deadline; not positive once it has passed. */
    Duration timeLeft() {
        return Duration.ofNanos(deadlineNanos - System.nanoTime());
    }
}
