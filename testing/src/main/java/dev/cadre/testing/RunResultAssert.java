// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.RunReport;
import dev.cadre.RunResult;
import dev.cadre.price.Money;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskRef;
import java.util.List;
import org.assertj.core.api.AbstractAssert;

/** Asserts on a run's result; a failure shows the graph with the state of every subtask. */
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

    /** The run is suspended, and waits for these subtasks, or items as {@code id#index}, in this order. */
    public RunResultAssert<R> isSuspendedFor(String... ids) {
        isNotNull();
        if (!(actual instanceof RunResult.Suspended<R> suspended)
                || !suspended.awaited().stream()
                        .map(Missing::subtaskId)
                        .toList()
                        .equals(List.of(ids))) {
            failWith("expected a run suspended for " + List.of(ids));
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
        return new OutcomeAssert<>(this, ref.id(), actual.outcome(ref), actual.report(), description());
    }

    /** Continues with the outcome of one subtask of a plan, or of one item, {@code id#index}, of a fan-out. */
    @SuppressWarnings("unchecked") // only compared
    public OutcomeAssert<Object, R> outcome(String subtaskId) {
        isNotNull();
        Outcome<Object> outcome = (Outcome<Object>) actual.report().outcome(subtaskId);
        return new OutcomeAssert<>(this, subtaskId, outcome, actual.report(), description());
    }

    /**
     * The run had exactly these subtasks, in plan order, written as {@code id: type <- dependency, dependency}; the items
     * of a fan-out do not count.
     */
    public RunResultAssert<R> hasShape(String... lines) {
        isNotNull();
        List<String> shape = GraphText.shape(actual.report());
        if (!shape.equals(List.of(lines))) {
            failWith(shapes(List.of(lines), shape));
        }
        return this;
    }

    static String shapes(List<String> expected, List<String> actual) {
        return "expected the graph%n  %s%nbut it is%n  %s"
                .formatted(String.join("\n  ", expected), String.join("\n  ", actual));
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
            case RunResult.Suspended<R> suspended -> "suspended, waiting for " + suspended.awaited();
            case RunResult.Failed<R> failed -> "failed: " + failed.cause();
        };
        return "the run was %s%nit spent %s of %s%n%s"
                .formatted(status, report.spend().total(), report.limit(), GraphText.states(report));
    }
}
