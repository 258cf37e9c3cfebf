// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.price.Spend;
import dev.cadre.redact.Redactor;
import dev.cadre.schema.Literal;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskRef;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a run ended. Every end carries the outcome of each subtask and what was spent.
 *
 * @param <R> the answer
 */
public sealed interface RunResult<R> {
    /** An answer from all that was asked for. */
    record Complete<R>(R answer, RunReport report) implements RunResult<R> {
        @Override
        public String toString() {
            return "Complete[answer=%s, %s]".formatted(Redactor.SHAPES.quote(answer.toString()), report);
        }
    }

    /** An answer that lacks something. */
    record Partial<R>(R answer, List<Missing> missing, RunReport report) implements RunResult<R> {
        private static final int MAX_NAMED = 3;

        public Partial {
            missing = List.copyOf(missing);
        }

        /** What is missing and why, the first few, in one line. */
        String lacks() {
            String named = missing.stream()
                    .limit(MAX_NAMED)
                    .map(each -> "%s (%s)".formatted(Redactor.SHAPES.quote(each.reason()), each.subtaskId()))
                    .collect(Collectors.joining("; "));
            int more = missing.size() - MAX_NAMED;
            return more > 0 ? "%s; and %d more".formatted(named, more) : named;
        }

        @Override
        public String toString() {
            return "Partial[answer=%s, lacks %s, %s]"
                    .formatted(Redactor.SHAPES.quote(answer.toString()), lacks(), report);
        }
    }

    /** No answer, or, if it is {@link Suspended}, none yet. */
    sealed interface Failed<R> extends RunResult<R> {
        /** Why there is none. */
        RunFailure cause();

        /** The failure as something to throw. */
        default RunFailedException toException() {
            return RunFailedException.of(cause());
        }
    }

    /** No answer, for good. */
    record NoAnswer<R>(RunFailure cause, RunReport report) implements Failed<R> {
        @Override
        public String toString() {
            return "Failed[%s, %s]".formatted(Redactor.SHAPES.quote(cause.toString()), report);
        }
    }

    /**
     * No answer yet: the run waits for somebody, or for what work of an earlier session is made of and cannot be had now. It
     * holds no thread and no money. To run the same graph, goal or plan again
     * with the same journal goes on, in any process; without a journal that pays for everything again. Its cause is of the
     * kind {@link RunFailure.Kind#SUSPENDED}.
     *
     * @param awaited what it waits for: subtasks, items as {@code id#index}, {@code planner} for a plan or its review,
     *     {@code merger}
     */
    record Suspended<R>(List<Missing> awaited, RunReport report) implements Failed<R> {
        public Suspended {
            awaited = List.copyOf(awaited);
        }

        @Override
        public RunFailure cause() {
            return RunFailure.of(RunFailure.Kind.SUSPENDED, "the run waits for " + waitsFor());
        }

        /** What it waits for, in one line. */
        String waitsFor() {
            return awaited.stream()
                    .map(each -> "%s (%s)".formatted(Redactor.SHAPES.quote(each.reason()), each.subtaskId()))
                    .collect(Collectors.joining("; "));
        }

        @Override
        public String toString() {
            return "Suspended[%s, %s]".formatted(Redactor.SHAPES.quote(cause().message()), report);
        }
    }

    /** What was done and spent. */
    RunReport report();

    /**
     * The answer of a complete run.
     *
     * @throws RunFailedException if the run is partial, failed or suspended
     */
    default R requireComplete() {
        return switch (this) {
            case Complete<R> complete -> complete.answer();
            case Partial<R> partial ->
                throw new RunFailedException(
                        partial.lacks() + "; the run is only partial",
                        partial.report().firstException().orElse(null));
            case Failed<R> failed -> throw failed.toException();
        };
    }

    /**
     * How one subtask of a graph written by hand ended.
     *
     * @throws IllegalArgumentException if this run had no such subtask
     */
    @SuppressWarnings("unchecked") // a reference stands for the output that its subtask's type declares
    default <T> Outcome<T> outcome(SubtaskRef<T> ref) {
        return (Outcome<T>) report().outcome(ref.id());
    }

    /**
     * What the run spent in all its sessions, which is what its limit bounds; forfeited money is the worst case of calls
     * whose real cost nobody knows. Money that tools and workers spend out of
     * {@link dev.cadre.task.WorkerContext#budget()} is included, without their attempts and tokens.
     */
    default Spend spend() {
        return report().spend();
    }

    /** What this session of the run spent; the same as {@link #spend()} unless the run was resumed. */
    default Spend sessionSpend() {
        return report().sessionSpend();
    }

    /** The result as text for a model that called this run as a tool: the answer as JSON, or why there is none. */
    default String toToolText() {
        return switch (this) {
            case Complete<R> complete -> Literal.text(complete.answer());
            case Partial<R> partial -> Literal.text(partial.answer()) + "\nincomplete, it lacks: " + partial.lacks();
            case Suspended<R> suspended -> "not finished: " + suspended.cause().message();
            case Failed<R> failed ->
                "failed: " + failed.cause().kind() + ": " + failed.cause().message();
        };
    }
}
