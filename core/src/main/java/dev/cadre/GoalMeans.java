// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.record.RunRecord;
import dev.cadre.run.RunSettings;
import dev.cadre.schedule.RunDriver;
import dev.cadre.task.RunFailure;
import dev.cadre.worker.CodeThreads;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** The means that planning and merging have of the run that they are parts of, wherever that is driven. */
interface GoalMeans {
    /** Work that may end the run by an interrupt. */
    @FunctionalInterface
    interface Blocking<T> {
        T get() throws InterruptedException;
    }

    RunSettings settings();

    String id();

    Money limit();

    /** The time of the whole run. */
    Duration deadline();

    /** How many rounds may begin that no session has begun. */
    int roundsLeft();

    /** The record of the run, if it is kept. */
    Optional<RunRecord> record();

    /** The money of the run. */
    BudgetGuard guard();

    /** The money that the planner spends: all that is free, and in a further round what was set aside for it. */
    BudgetGuard planningMoney();

    /** What the plan has cost before this process or session. */
    Spend planningBefore();

    /** The reading of the system's clock at which calls must be over, after this much of the run's time. */
    long callDeadline(Duration time);

    AttemptListener attempts();

    /** The same for calls that are recorded first. */
    AttemptListener attempts(AttemptListener recorder);

    /** Is told of each subtask right before it is handed over, as it was planned. */
    default void admitted(PlannedSubtask planned) {}

    /** A plan of this round that was made before and is to be decided on; none of a run that has a record. */
    default Optional<PlanProposal> proposal() {
        return Optional.empty();
    }

    /** Is told of a plan that nobody has decided on yet. */
    default void proposed(PlanProposal waiting) {}

    /** Looks up which subtasks of the plan others were planned for, in earlier sessions. */
    default void lookUpReplaced() {}

    /** Threads for the code of users. */
    CodeThreads threads();

    /** What a planner or merger says of itself; what it throws is a failure of the run that names it. */
    default <T> T asked(RunFailure.Kind kind, Blocking<T> question) throws InterruptedException {
        try {
            return Thread.currentThread().isVirtual()
                    ? threads().call("cadre-ask:" + id(), this, question::get)
                    : question.get();
        } catch (Throwable thrown) {
            PartFailures.throwIfCancel(thrown);
            throw new PartFailures.PartFailedException(describe(kind, thrown));
        }
    }

    /**
     * Calls code of users on a thread that they may use as they like.
     *
     * @param place what this is in, in words for people, where the failure does not say so anyway
     */
    default <T> T call(String part, String place, Object code, Callable<T> task) throws InterruptedException {
        Supplier<String> before = RunDriver.enter(() -> place);
        try {
            return threads().call("cadre-%s:%s".formatted(part, id()), code, task);
        } finally {
            RunDriver.enter(before);
        }
    }

    /** The failure of this run that something thrown makes. */
    default RunFailure describe(RunFailure.Kind kind, Throwable thrown) {
        return PartFailures.describe(settings().faults(), kind, thrown).maskedBy(settings()::masked);
    }
}
