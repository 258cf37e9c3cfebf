// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.schedule.RunEnding;
import dev.cadre.task.RunFailure;
import org.jspecify.annotations.Nullable;

/** Makes the result of a run from its ending and its report. */
final class RunEnds {
    private RunEnds() {}

    @SuppressWarnings("unchecked") // the machine passes on what the answering subtask or the merger of this run made
    static <R> RunResult<R> of(RunEnding ending, RunReport report) {
        Object answer = ending.answer();
        return switch (ending.status()) {
            case COMPLETE -> new RunResult.Complete<>((R) require(answer), report);
            case PARTIAL -> new RunResult.Partial<>((R) require(answer), ending.missing(), report);
            case FAILED -> new RunResult.NoAnswer<>(requireFailure(ending), report);
            case SUSPENDED -> new RunResult.Suspended<>(ending.missing(), report);
        };
    }

    private static Object require(@Nullable Object answer) {
        if (answer == null) {
            throw new IllegalStateException("the run ended without an answer");
        }
        return answer;
    }

    private static RunFailure requireFailure(RunEnding ending) {
        if (ending.failure() == null) {
            throw new IllegalStateException("the run failed without a reason");
        }
        return ending.failure();
    }
}
