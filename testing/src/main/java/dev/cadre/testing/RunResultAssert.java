// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.RunReport;
import dev.cadre.RunResult;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunFailure;
import dev.cadre.task.SubtaskRef;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;

/** Asserts on a run's result; a failure shows every subtask and how it ended. */
public final class RunResultAssert<R> extends AbstractAssert<RunResultAssert<R>, RunResult<R>> {

    RunResultAssert(RunResult<R> actual) {
        super(actual, RunResultAssert.class);
    }

    /** The run is complete, and this is its answer. */
    public RunResultAssert<R> isCompleteWith(R answer) {
        isNotNull();
        if (!(actual instanceof RunResult.Complete<R> complete)
                || !complete.answer().equals(answer)) {
            failWith("expected a complete run with the answer <" + answer + ">");
        }
        return this;
    }

    /** The run is partial. */
    public RunResultAssert<R> isPartial() {
        isNotNull();
        if (!(actual instanceof RunResult.Partial<R>)) {
            failWith("expected a partial run");
        }
        return this;
    }

    /** The run failed, for this kind of reason. */
    public RunResultAssert<R> isFailedBecause(RunFailure.Kind kind) {
        isNotNull();
        if (!(actual instanceof RunResult.Failed<R> failed) || failed.cause().kind() != kind) {
            failWith("expected a run failed because of " + kind);
        }
        return this;
    }

    /** Continues with the outcome of one subtask. */
    public <T> OutcomeAssert<T, R> outcome(SubtaskRef<T> ref) {
        isNotNull();
        return new OutcomeAssert<>(this, ref.id(), actual.outcome(ref), description());
    }

    /** The run spent exactly this many dollars, forfeited money included. */
    public RunResultAssert<R> spent(String usd) {
        isNotNull();
        Money expected = Money.usd(usd);
        if (!actual.spend().total().equals(expected)) {
            failWith("expected %s to be spent, but it was %s"
                    .formatted(expected, actual.spend().total()));
        }
        return this;
    }

    /** The run spent at most this many dollars, forfeited money included. */
    public RunResultAssert<R> spentAtMost(String usd) {
        isNotNull();
        Money most = Money.usd(usd);
        if (actual.spend().total().isMoreThan(most)) {
            failWith("expected at most %s to be spent, but it was %s"
                    .formatted(most, actual.spend().total()));
        }
        return this;
    }

    /** No thread, reservation or abandoned call of the run is left. */
    public RunResultAssert<R> leftNothingBehind() {
        isNotNull();
        RunReport report = actual.report();
        if (!report.abandoned().isEmpty() || report.openReservations() != 0) {
            failWith("expected nothing to be left, but there are %d open reservations and abandoned threads %s"
                    .formatted(report.openReservations(), report.abandoned()));
        }
        List<String> threads = VirtualThreads.namedWith(report.runId()); // of tools, too
        if (!threads.isEmpty()) {
            failWith("expected no thread of the run to be left, but there are " + threads);
        }
        return this;
    }

    private void failWith(String message) {
        failWithMessage("%s%n%s", message, description());
    }

    private String description() {
        RunReport report = actual.report();
        String status = switch (actual) {
            case RunResult.Complete<R> complete -> "complete: " + complete.answer();
            case RunResult.Partial<R> partial -> "partial, missing " + partial.missing();
            case RunResult.Failed<R> failed -> "failed: " + failed.cause();
        };
        return "the run was %s%nsubtasks:%n%s"
                .formatted(
                        status,
                        report.outcomes().entrySet().stream()
                                .map(entry -> "  " + entry.getKey() + " "
                                        + entry.getValue().reason())
                                .collect(Collectors.joining("\n")));
    }
}
