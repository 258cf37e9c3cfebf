// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskRef;
import java.util.Arrays;
import java.util.List;

/** Asserts on the outcome of one subtask and returns to the run. */
public final class OutcomeAssert<T, R> {
    private final RunResultAssert<R> run;
    private final String id;
    private final Outcome<T> outcome;
    private final String description;

    OutcomeAssert(RunResultAssert<R> run, String id, Outcome<T> outcome, String description) {
        this.run = run;
        this.id = id;
        this.outcome = outcome;
        this.description = description;
    }

    /** It succeeded with this value. */
    public RunResultAssert<R> hasValue(T value) {
        return check(outcome.equals(new Outcome.Succeeded<>(value)), "to succeed with <" + value + ">");
    }

    /** It was tried and failed for this kind of reason. */
    public RunResultAssert<R> isFailedBecause(Failure.Kind kind) {
        return check(
                outcome instanceof Outcome.Failed<T> failed && failed.failure().kind() == kind, "to fail: " + kind);
    }

    /** It was never tried, for this kind of reason. */
    public RunResultAssert<R> isSkippedBecause(Skip.Kind kind) {
        return check(
                outcome instanceof Outcome.Skipped<T> skipped && skipped.skip().kind() == kind,
                "to be skipped: " + kind);
    }

    /** It was never tried, because exactly these subtasks, in any order, did not succeed. */
    public RunResultAssert<R> isSkippedBecauseOf(SubtaskRef<?>... culprits) {
        List<String> ids = Arrays.stream(culprits).map(SubtaskRef::id).sorted().toList();
        boolean named = outcome instanceof Outcome.Skipped<T> skipped
                && skipped.skip().because().stream().sorted().toList().equals(ids);
        return check(named, "to be skipped because of " + ids);
    }

    private RunResultAssert<R> check(boolean holds, String expectation) {
        if (!holds) {
            throw new AssertionError("expected subtask '%s' %s, but it %s%n%s"
                    .formatted(id, expectation, outcome.reason(), description));
        }
        return run;
    }
}
