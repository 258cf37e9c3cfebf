// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.task.Skip;
import dev.cadre.task.UnfundedException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Calls of plain code that are nested runs, which must have money set aside before they begin. How much is known only by
 * the code, when it knows what earlier sessions of its run spent; so the code is called, says what it lacks, and is called
 * again. It holds neither a permit nor money meanwhile.
 */
final class NestedCalls {
    private NestedCalls() {}

    /** One call of the code. */
    @FunctionalInterface
    interface Call {
        CodeEnd perform() throws InterruptedException;
    }

    /** Calls the code until its money is there, or can never be, or the deadline has passed. */
    static CodeEnd funded(RungTerms terms, Call call) throws InterruptedException {
        CodeEnd end = call.perform();
        return isContended(end) ? afterWaiting(terms, call) : unlessExhausted(end);
    }

    private static CodeEnd afterWaiting(RungTerms terms, Call call) throws InterruptedException {
        var moved = new Semaphore(0);
        BudgetGuard.Watch watch = terms.budget().watch(moved::release);
        try (watch) {
            while (true) {
                moved.drainPermits();
                CodeEnd end = call.perform(); // once more after the watch has begun, so that no change is missed
                if (!isContended(end)) {
                    return unlessExhausted(end);
                }
                if (!moved.tryAcquire(terms.timeLeft().toNanos(), TimeUnit.NANOSECONDS)) {
                    return new CodeEnd.NotBegun(new RungEnd.Refused(
                            new Skip(
                                    Skip.Kind.DEADLINE,
                                    "the deadline passed while the allotment of its run waited for money in flight",
                                    List.of()),
                            null));
                }
            }
        }
    }

    private static boolean isContended(CodeEnd end) {
        return end instanceof CodeEnd.Threw(UnfundedException unfunded)
                && unfunded.reason() instanceof Admission.Contended;
    }

    private static CodeEnd unlessExhausted(CodeEnd end) {
        return end instanceof CodeEnd.Threw(UnfundedException unfunded)
                ? new CodeEnd.NotBegun(
                        new RungEnd.Unaffordable(unfunded.reason().need()))
                : end;
    }
}
