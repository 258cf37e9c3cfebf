// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallPurpose;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * On what terms a model is called: who pays, how urgent it is, until when, and who listens.
 *
 * @param budget pays for every attempt
 * @param purpose what the call is for; its kind sets the urgency inside the run
 * @param run the key by which runs take turns at a pool; default: the purpose's run id
 * @param order the plan order, lower goes first; default 0
 * @param deadlineNanos the reading of {@link System#nanoTime()} at which the call must be over
 * @param text receives pieces of the reply's text while it is written, on the calling thread; default: nobody. Once it
 *     has received one, a failure is not retried, because pieces of a second answer would follow those of the first
 * @param attempts is told about every attempt; default: nobody
 * @param cancelled whether nothing is to be sent any more; asked on the calling thread when it is the call's turn, which
 *     then ends by an {@link InterruptedException}. Default: never
 */
public record CallTerms(
        BudgetGuard budget,
        CallPurpose purpose,
        String run,
        long order,
        long deadlineNanos,
        Consumer<String> text,
        AttemptListener attempts,
        BooleanSupplier cancelled) {

    /** Terms with the defaults. */
    public static CallTerms of(BudgetGuard budget, CallPurpose purpose, long deadlineNanos) {
        return new CallTerms(
                budget, purpose, purpose.runId(), 0, deadlineNanos, NoText.IGNORED, attempt -> {}, () -> false);
    }

    public CallTerms withRun(String run) {
        return new CallTerms(budget, purpose, run, order, deadlineNanos, text, attempts, cancelled);
    }

    public CallTerms withOrder(long order) {
        return new CallTerms(budget, purpose, run, order, deadlineNanos, text, attempts, cancelled);
    }

    public CallTerms withText(Consumer<String> text) {
        return new CallTerms(budget, purpose, run, order, deadlineNanos, text, attempts, cancelled);
    }

    public CallTerms withAttempts(AttemptListener attempts) {
        return new CallTerms(budget, purpose, run, order, deadlineNanos, text, attempts, cancelled);
    }

    public CallTerms withCancelled(BooleanSupplier cancelled) {
        return new CallTerms(budget, purpose, run, order, deadlineNanos, text, attempts, cancelled);
    }

    boolean wantsText() {
        return text != NoText.IGNORED;
    }

    private enum NoText implements Consumer<String> {
        IGNORED;

        @Override
        public void accept(String piece) {}
    }
}
