// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.pool.AttemptListener;
import dev.cadre.redact.Thrown;
import dev.cadre.task.Limits;
import dev.cadre.task.OuterRun;
import dev.cadre.task.SubtaskType;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
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
 * @param notices is told of code that is entered, of tools that threw and of threads that were left behind, on the rung's
 *     thread
 * @param cancelled whether the rung's thread was interrupted for this work, or is about to be; asked on that thread before
 *     anything begins that had to wait, and when code ended by an {@link InterruptedException}, which is a failure of the
 *     code's own otherwise
 * @param threads perform the code of users that a model's work needs: tools, rules, attachments
 * @param outer the run, as runs nested in the work know it
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
        BooleanSupplier cancelled,
        CodeThreads threads,
        OuterRun outer) {

    /** The same with a new thread for each call of the code of users, and no run around it. */
    public RungTerms(
            String runId,
            BudgetGuard budget,
            long order,
            long deadlineNanos,
            Limits limits,
            AttemptListener attempts,
            BudgetGuard codeBudget,
            Consumer<RungNotice> notices,
            BooleanSupplier cancelled) {
        this(
                runId,
                budget,
                order,
                deadlineNanos,
                limits,
                attempts,
                codeBudget,
                notices,
                cancelled,
                CodeThreads.NEW,
                OuterRun.NONE);
    }

    /** The time until the deadline; not positive once it has passed. */
    Duration timeLeft() {
        return Duration.ofNanos(deadlineNanos - System.nanoTime());
    }

    /**
     * Makes a cancel of what the code of users threw, if it is one: of its interrupt, by the run.
     *
     * @throws InterruptedException if so; whatever else holds an {@link InterruptedException} is a failure of the code's own
     */
    void throwIfCancel(Throwable thrown) throws InterruptedException {
        Optional<InterruptedException> interrupt = Thrown.first(InterruptedException.class, thrown);
        if (interrupt.isPresent() && cancelled.getAsBoolean()) {
            throw interrupt.get();
        }
    }

    /**
     * Performs what goes with a model's work, and waits for its end.
     *
     * @param isOfUser whether the code of a user is called, which may compute; else this is done on the calling thread
     */
    <T> T perform(String what, SubtaskType<?, ?> type, Callable<T> code, boolean isOfUser) throws InterruptedException {
        return isOfUser
                ? in(
                        "the %s of subtask type '%s'".formatted(what, type.name()),
                        () -> threads.call("cadre-%s:%s/%s".formatted(what, runId, type.name()), type, code))
                : CodeThreads.here(code);
    }

    /** Something that blocks and may be interrupted. */
    @FunctionalInterface
    interface Blocking<T> {
        T get() throws InterruptedException;
    }

    /** Says that the rung is in this code until the call has returned. */
    <T> T in(String place, Blocking<T> call) throws InterruptedException {
        return in(RungNotice.In.code(place), call);
    }

    <T> T in(RungNotice.In place, Blocking<T> call) throws InterruptedException {
        notices.accept(place);
        try {
            return call.get();
        } finally {
            notices.accept(RungNotice.In.NOTHING);
        }
    }
}
