// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.budget.Budget;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.json.Json;
import dev.cadre.model.ModelException;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.run.SteadyClock;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The examples on one candidate. For one thread. */
final class Trial<I, O> {
    private final Evals<I, O> evals;
    private final Candidate candidate;
    private final List<String> models;
    private final Bulk<I, O> bulk;
    private final Money before;
    /** How the examples ended, by their places. */
    private final Map<Integer, Outcome<O>> outcomes = new HashMap<>();

    private long session;

    Trial(Evals<I, O> evals, Candidate candidate, List<String> models, Bulk<I, O> unnamed) {
        this.evals = evals;
        this.candidate = candidate;
        this.models = models;
        bulk = unnamed.keyedBy(evals::key).lane(evals.lane());
        before = bulk.spentBefore();
    }

    Candidate candidate() {
        return candidate;
    }

    /** What earlier sessions spent. */
    Money before() {
        return before;
    }

    /** What the examples cost that are left, whatever the budget. */
    CostEstimate.Line preview() {
        return bulk.preview(left(new HashMap<>()).stream()).subtasks().getFirst();
    }

    /** Before anything is spent on any candidate. */
    void requireLane() {
        if (evals.lane() == Lane.BATCH) {
            var unused = preview(); // a cascade is no single call
        } else if (bulk.hasOpenBatches()) {
            throw new IllegalStateException(
                    "examples of '%s' are under way in batches on %s: finish them with Lane.BATCH"
                            .formatted(evals.type().name(), candidate));
        }
    }

    CandidateResult run(Budget budget, SteadyClock clock) throws InterruptedException {
        List<I> left = left(outcomes);
        long start = clock.nanoTime();
        BulkSummary summary = bulk.run(left.stream(), budget, this::take);
        Duration elapsed = Duration.ofNanos(clock.nanoTime() - start);
        String why = summary.pause().map(BulkSummary.Pause::message).orElse(reason(summary.stop()));
        return result(summary.spend(), elapsed, summary.stop(), why);
    }

    /** An eval that ended before it came to this candidate. */
    CandidateResult untried(BulkSummary.Stop stop) {
        var spent = new Spend(before, Money.ZERO, 0, TokenUsage.NONE, !before.isZero());
        return result(spent, Duration.ZERO, stop, reason(stop));
    }

    /**
     * The inputs that are to be tried. What failed in an earlier session for a reason of the model's own counts as it did
     * then: to ask again whatever failed, and nothing else, would make every candidate look better with each session.
     *
     * @param failed receives how the others failed
     */
    private List<I> left(Map<Integer, Outcome<O>> failed) {
        var left = new ArrayList<I>();
        for (int place = 0; place < evals.examples().size(); place++) {
            I input = evals.examples().get(place).input();
            Optional<Failure> earlier = bulk.recorded(input, place).isPresent()
                    ? Optional.empty()
                    : bulk.recordedFailure(input, place).filter(failure -> kind(failure) != Verdict.Kind.MISSING);
            if (earlier.isPresent()) {
                failed.put(place, new Outcome.Failed<>(earlier.get()));
            } else {
                left.add(input);
            }
        }
        return left;
    }

    private void take(BulkItem<O> item) {
        int place = evals.place(item.key());
        if (place < 0) {
            return; // a batch of an earlier session had more examples
        }
        outcomes.put(place, item.outcome());
        if (!item.reused() && !(item.outcome() instanceof Outcome.Skipped<O>)) {
            session++;
        }
    }

    private CandidateResult result(Spend spend, Duration elapsed, BulkSummary.Stop stop, String why) {
        var verdicts = new ArrayList<Verdict>();
        for (int place = 0; place < evals.examples().size(); place++) {
            EvalExample<I, O> example = evals.examples().get(place);
            Outcome<O> none = Outcome.skipped(Skip.Kind.CANCELLED, why);
            verdicts.add(verdict(example, outcomes.getOrDefault(place, none)));
        }
        return new CandidateResult(candidate, models, verdicts, spend, elapsed, session, stop);
    }

    private static String reason(BulkSummary.Stop stop) {
        return switch (stop) {
            case END_OF_INPUT -> "it did not end";
            case BUDGET -> "the money did not reach for it";
            case DEADLINE -> "the time was up";
            case PAUSED -> "nothing could be sent";
            case JOURNAL_FAILED -> "the journal could not be read or written";
        };
    }

    private Verdict verdict(EvalExample<I, O> example, Outcome<O> outcome) {
        return switch (outcome) {
            case Outcome.Succeeded<O>(O answer) -> scored(example, answer);
            case Outcome.Failed<O>(Failure failure) -> unanswered(example, kind(failure), failure.toString());
            case Outcome.Skipped<O>(Skip skip) -> unanswered(example, Verdict.Kind.MISSING, skip.message());
        };
    }

    private Verdict unanswered(EvalExample<I, O> example, Verdict.Kind kind, String reason) {
        return new Verdict(example.name(), kind, input(example), expected(example), Json.Null.NULL, List.of(), reason);
    }

    private Json input(EvalExample<I, O> example) {
        return evals.type().inputType().toJson(example.input());
    }

    private Json expected(EvalExample<I, O> example) {
        return evals.json(example.expected());
    }

    private Verdict scored(EvalExample<I, O> example, O answer) {
        Json expected = expected(example);
        Json given = evals.json(answer);
        try {
            List<Scorer.Fault> faults = evals.grading().faults(example, answer, expected, given);
            Verdict.Kind kind = faults.isEmpty() ? Verdict.Kind.PASSED : Verdict.Kind.WRONG;
            return new Verdict(example.name(), kind, input(example), expected, given, faults, "");
        } catch (RuntimeException | AssertionError thrown) { // the answers of the others are paid for
            return new Verdict(
                    example.name(),
                    Verdict.Kind.MISSING,
                    input(example),
                    expected,
                    given,
                    List.of(),
                    "the scorer threw: " + Failure.describe(thrown));
        }
    }

    /** Whether it is the model's own fault that it has no answer. */
    private static Verdict.Kind kind(Failure failure) {
        return switch (failure.kind()) {
            case INVALID_OUTPUT, NOT_ACCEPTED, TRUNCATED, TOOL_LIMIT -> Verdict.Kind.INVALID;
            case REFUSED, FILTERED -> Verdict.Kind.REFUSED;
            case MODEL_FAILED ->
                failure.cause()
                                .filter(ModelException.ContextTooLong.class::isInstance)
                                .isPresent()
                        ? Verdict.Kind.INVALID
                        : Verdict.Kind.MISSING;
            case NOT_APPROVED,
                    CODE_FAILED,
                    BUDGET,
                    DEADLINE,
                    TIMED_OUT,
                    CANCELLED,
                    EFFECT_UNKNOWN,
                    INVALID_INPUT,
                    TOO_MANY_ITEMS,
                    TOO_FEW_ITEMS -> Verdict.Kind.MISSING;
        };
    }
}
