// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import java.util.List;

/** Why a run starts nothing more, and what that makes of its subtasks. */
record StopReason(Failure.Kind failed, Skip.Kind skipped, RunFailure.Kind run, String message) {
    static final StopReason CANCELLED = new StopReason(
            Failure.Kind.CANCELLED, Skip.Kind.CANCELLED, RunFailure.Kind.CANCELLED, "the run was cancelled");

    static final StopReason DEADLINE = new StopReason(
            Failure.Kind.DEADLINE, Skip.Kind.DEADLINE, RunFailure.Kind.DEADLINE, "the time for workers ran out");

    static StopReason failFast(String subtaskId) {
        return new StopReason(
                Failure.Kind.CANCELLED,
                Skip.Kind.FAIL_FAST,
                RunFailure.Kind.FAILED_FAST,
                "subtask '%s' failed in a run that fails fast".formatted(subtaskId));
    }

    static StopReason unrecorded(String why) {
        return new StopReason(Failure.Kind.CANCELLED, Skip.Kind.CANCELLED, RunFailure.Kind.JOURNAL_FAILED, why);
    }

    /** The same for work that was in this place when it was interrupted. */
    StopReason in(String place) {
        return place.isEmpty()
                ? this
                : new StopReason(failed, skipped, run, "%s while in %s".formatted(message, place));
    }

    /** Whether no answer is made of what there is. */
    boolean isFinal() {
        return run != RunFailure.Kind.DEADLINE;
    }

    /** The outcome of a subtask that had not started. */
    Outcome<Object> skippedOutcome() {
        return new Outcome.Skipped<>(new Skip(skipped, message, List.of()));
    }

    /** Why an execution that was interrupted has no value. */
    Failure ofExecution() {
        return new Failure(failed, message);
    }

    RunFailure failure() {
        return RunFailure.of(run, message);
    }
}
