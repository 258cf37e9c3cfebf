// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.AllotmentRefusedException;
import dev.cadre.budget.BudgetClosedException;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.merge.MergeFailedException;
import dev.cadre.model.ModelException;
import dev.cadre.plan.PlanDefect;
import dev.cadre.plan.PlanFailedException;
import dev.cadre.plan.PlanRejectedException;
import dev.cadre.pool.CallRefusedException;
import dev.cadre.price.ModelShutDownException;
import dev.cadre.price.UnpricedException;
import dev.cadre.redact.FaultLog;
import dev.cadre.redact.Thrown;
import dev.cadre.schedule.RunDriver;
import dev.cadre.task.Failure;
import dev.cadre.task.RunFailure;

/** What the parts of a run throw, as failures of the run. */
final class PartFailures {
    private PartFailures() {}

    private static String place(RunFailure.Kind kind) {
        return switch (kind) {
            case MERGE_FAILED -> "merger";
            case ENGINE_FAILED -> "run's own parts, such as its prices";
            default -> "planner";
        };
    }

    /** The failure of a run that something thrown makes; a failure of its own has a kind of its own. */
    static RunFailure describe(FaultLog faults, RunFailure.Kind kind, Throwable thrown) {
        String message = Thrown.message(thrown);
        return switch (thrown) {
            case ModelException model -> RunFailure.of(kind, message, model);
            case CallRefusedException refused
            when refused.getCause() instanceof ModelException model -> RunFailure.of(kind, message, model);
            case CallRefusedException refused -> RunFailure.of(kind, message, refused);
            case BudgetClosedException closed -> RunFailure.of(kind, message, closed);
            case AllotmentRefusedException refused -> RunFailure.of(kind, message, refused);
            case UnpricedException unpriced -> RunFailure.of(kind, message, unpriced);
            case ModelShutDownException gone -> RunFailure.of(kind, message, gone);
            case PlanFailedException failed -> RunFailure.of(kind, message, failed);
            case MergeFailedException failed -> RunFailure.of(kind, message, failed);
            case PlanRejectedException rejected ->
                RunFailure.of(
                        RunFailure.Kind.PLAN_REJECTED,
                        message,
                        rejected.defects().stream().map(PlanDefect::toString).toList());
            case UnrecordedException unrecorded -> RunFailure.of(RunFailure.Kind.JOURNAL_FAILED, message, unrecorded);
            case JournalException journal -> RunFailure.of(RunFailure.Kind.JOURNAL_FAILED, message);
            case PartFailedException failed -> failed.failure;
            case PlanReviewedException reviewed -> RunFailure.of(RunFailure.Kind.PLAN_REJECTED, message);
            default -> broken(faults, kind, thrown, place(kind));
        };
    }

    static RunFailure broken(FaultLog faults, RunFailure.Kind kind, Throwable thrown, String place) {
        faults.warn(place, thrown);
        return RunFailure.of(kind, "%s, thrown by the %s".formatted(Failure.describe(thrown), place), thrown);
    }

    /** An interrupt that the run did not ask for is a failure of whoever threw it. */
    static void throwIfCancel(Throwable thrown) throws InterruptedException {
        if (thrown instanceof InterruptedException interrupt && RunDriver.isInterrupted()) {
            throw interrupt;
        }
    }

    /** A part of the run failed, and why is described already; or it cannot begin, because there is no money for it. */
    static final class PartFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        final transient RunFailure failure;

        PartFailedException(RunFailure failure) {
            super(failure.message());
            this.failure = failure;
        }
    }

    /** A review did not let the plan pass. */
    static final class PlanReviewedException extends RuntimeException {
        PlanReviewedException(String reason) {
            super("the plan was not approved: " + reason);
        }
    }
}
