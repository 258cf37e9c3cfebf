// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.RunResult;
import dev.cadre.task.Missing;
import dev.cadre.task.RunFailure;
import java.util.List;
import java.util.function.Function;

/**
 * The judgement of a trial.
 *
 * @param detail one line for people, cut after {@value #MAX_DETAIL_CHARS} characters; empty if it passed
 */
record Verdict(Cause cause, String detail) {
    static final int MAX_DETAIL_CHARS = 300;

    static final Verdict PASSED = new Verdict(Cause.PASSED, "");

    Verdict {
        String line = detail.replaceAll("\\s+", " ").strip();
        detail = line.length() <= MAX_DETAIL_CHARS
                ? line
                : line.substring(
                                0,
                                Character.isHighSurrogate(line.charAt(MAX_DETAIL_CHARS - 1))
                                        ? MAX_DETAIL_CHARS - 1
                                        : MAX_DETAIL_CHARS)
                        + "…";
    }

    /** A verdict by what was found wrong, in the order of the stages; passed if nothing was. */
    static Verdict of(Cause cause, List<String> objections) {
        return objections.isEmpty() ? PASSED : new Verdict(cause, String.join("; ", objections));
    }

    /** The verdict on a run without an answer. */
    private static Verdict of(RunFailure failure) {
        var cause = switch (failure.kind()) {
            case PLAN_REJECTED, PLANNER_FAILED -> Cause.NO_PLAN;
            case NOTHING_SUCCEEDED, ANSWER_MISSING, FAILED_FAST -> Cause.WORK_FAILED;
            case MERGE_FAILED -> Cause.MERGE_FAILED;
            case DEADLINE -> Cause.OUT_OF_TIME;
            case BUDGET_TOO_SMALL, CANCELLED, JOURNAL_FAILED, ENGINE_FAILED, SUSPENDED -> Cause.THREW;
        };
        return new Verdict(cause, failure.toString());
    }

    /**
     * The verdict on a run.
     *
     * @param judge judges the answer of a complete run
     */
    static <R> Verdict of(RunResult<R> result, Function<RunResult.Complete<R>, Verdict> judge) {
        return switch (result) {
            case RunResult.Complete<R> complete -> judge.apply(complete);
            case RunResult.Partial<R> partial ->
                new Verdict(
                        partial.missing().stream().anyMatch(Verdict::isPlan) ? Cause.NO_PLAN : Cause.WORK_FAILED,
                        "incomplete: " + partial.missing());
            case RunResult.Failed<R> failed -> of(failed.cause());
        };
    }

    private static boolean isPlan(Missing missing) {
        return missing.subtaskId().equals("planner");
    }

    boolean passed() {
        return cause == Cause.PASSED;
    }

    @Override
    public String toString() {
        return detail.isEmpty() ? cause.name() : cause + ": " + detail;
    }
}
