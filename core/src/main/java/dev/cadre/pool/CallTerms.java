// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallPurpose;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The terms of a model call: its budget, its deadline, its order in the run, and its callbacks.
 *
 * @param budget pays for every attempt
 * @param purpose what the call is for; its kind sets the urgency inside the run
 * @param deadlineNanos the reading of {@link System#nanoTime()} at which the call must be over
 * @param order the plan order inside the run; lower goes first; default 0
 * @param callbacks called on the calling thread; default: none
 */
public record CallTerms(BudgetGuard budget, CallPurpose purpose, long deadlineNanos, long order, Callbacks callbacks) {

    /**
     * The callbacks of a call, on the calling thread.
     *
     * @param text receives pieces of the reply's text while it is written. After the first piece a failure is not
     *     retried, because pieces of a second answer would follow those of the first. What it throws is thrown when the reply
     *     has come to its end and is paid
     * @param attempts receives an event for every attempt
     * @param cancelled whether no attempt may be sent any more; asked when it is the call's turn, which then ends by an
     *     {@link InterruptedException}
     */
    public record Callbacks(Consumer<String> text, AttemptListener attempts, BooleanSupplier cancelled) {
        /** Ignores text and attempts, and never cancels. */
        public static final Callbacks NONE = new Callbacks(NoText.IGNORED, attempt -> {}, () -> false);
    }

    /** Terms with the defaults. */
    public static CallTerms of(BudgetGuard budget, CallPurpose purpose, long deadlineNanos) {
        return new CallTerms(budget, purpose, deadlineNanos, 0, Callbacks.NONE);
    }

    public CallTerms withOrder(long order) {
        return new CallTerms(budget, purpose, deadlineNanos, order, callbacks);
    }

    public CallTerms withText(Consumer<String> text) {
        return with(new Callbacks(text, callbacks.attempts(), callbacks.cancelled()));
    }

    public CallTerms withAttempts(AttemptListener attempts) {
        return with(new Callbacks(callbacks.text(), attempts, callbacks.cancelled()));
    }

    public CallTerms withCancelled(BooleanSupplier cancelled) {
        return with(new Callbacks(callbacks.text(), callbacks.attempts(), cancelled));
    }

    private CallTerms with(Callbacks others) {
        return new CallTerms(budget, purpose, deadlineNanos, order, others);
    }

    boolean wantsText() {
        return callbacks.text() != NoText.IGNORED;
    }

    private enum NoText implements Consumer<String> {
        IGNORED;

        @Override
        public void accept(String piece) {}
    }
}
