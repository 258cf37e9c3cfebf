// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.RunReport;
import dev.cadre.SubtaskReport;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
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
    private final RunReport report;
    private final String description;

    OutcomeAssert(RunResultAssert<R> run, String id, Outcome<T> outcome, RunReport report, String description) {
        this.run = run;
        this.id = id;
        this.outcome = outcome;
        this.report = report;
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

    /** Its model calls were made on exactly these tiers, in this order; an item's are its own. */
    public RunResultAssert<R> usedTiers(Tier... tiers) {
        List<Tier> used = line().tiers();
        return require(used.equals(List.of(tiers)), "to use %s, but it used %s".formatted(List.of(tiers), used));
    }

    /** Its model calls, those of its items included, cost exactly this many dollars. */
    public RunResultAssert<R> spent(String usd) {
        Money expected = Money.usd(usd);
        return require(line().cost().equals(expected), "to cost %s, but it cost %s".formatted(expected, line().cost()));
    }

    /** It took so many model calls, those of its items included. */
    public RunResultAssert<R> tookCalls(int calls) {
        long attempts = line().spend().attempts();
        return require(attempts == calls, "to take %d calls, but it took %d".formatted(calls, attempts));
    }

    private SubtaskReport line() {
        return report.subtasks().stream()
                .filter(line -> line.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private RunResultAssert<R> require(boolean holds, String expectation) {
        if (!holds) {
            throw new AssertionError("expected subtask '%s' %s%n%s".formatted(id, expectation, description));
        }
        return run;
    }

    private RunResultAssert<R> check(boolean holds, String expectation) {
        return require(holds, "%s, but it %s".formatted(expectation, outcome.reason()));
    }
}
