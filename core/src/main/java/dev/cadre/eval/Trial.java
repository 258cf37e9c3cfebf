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
import dev.cadre.schema.Marked;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The examples on one candidate. For one thread. */
final class Trial<I, O> {
    private final Evals<I, O> evals;
    private final Candidate candidate;
    private final List<String> models;
    private final Bulk<I, O> bulk;
    private final Optional<JudgeRun> judge;
    private final Money before;
    /** How the examples ended, by their places. */
    private final Map<Integer, Outcome<O>> outcomes = new HashMap<>();

    private Spend spend;
    private Duration elapsed = Duration.ZERO;
    private long session;
    private Optional<BulkSummary.Stop> stop = Optional.empty();
    private Optional<String> pause = Optional.empty();

    Trial(Evals<I, O> evals, Candidate candidate, List<String> models, Bulk<I, O> unnamed, Optional<JudgeRun> judge) {
        this.judge = judge;
        this.evals = evals;
        this.candidate = candidate;
        this.models = models;
        bulk = unnamed.keyedBy(evals::key).lane(evals.lane());
        before = bulk.spentBefore();
        spend = new Spend(before, Money.ZERO, 0, TokenUsage.NONE, !before.isZero());
    }

    Candidate candidate() {
        return candidate;
    }

    /** What earlier sessions spent, its judge included. */
    Money before() {
        return judge.map(JudgeRun::before).orElse(Money.ZERO).plus(before);
    }

    /** What its judge did. */
    Judging judging() {
        return judge.map(JudgeRun::judging).orElse(Judging.NONE);
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
                    "examples of '%s' are under way in batches on %s: finish them with the batch lane"
                            .formatted(evals.type().name(), candidate));
        }
    }

    /** Blocks; spends money. */
    void run(Budget budget, SteadyClock clock) throws InterruptedException {
        List<I> left = left(outcomes);
        long start = clock.nanoTime();
        BulkSummary summary = bulk.run(left.stream(), budget, this::take);
        elapsed = Duration.ofNanos(clock.nanoTime() - start);
        spend = summary.spend();
        stop = Optional.of(summary.stop());
        pause = summary.pause().map(BulkSummary.Pause::message);
    }

    /** Why nothing of the eval goes on. A pause may be that of one model, and money may reach for a cheaper one. */
    Optional<BulkSummary.Stop> end() {
        return stop.filter(Trial::endsAll);
    }

    private static boolean endsAll(BulkSummary.Stop stop) {
        return stop == BulkSummary.Stop.JOURNAL_FAILED || stop == BulkSummary.Stop.DEADLINE;
    }

    /** Has the answers judged, and says why nothing goes on, if so. Blocks; spends money. */
    Optional<BulkSummary.Stop> judge(Budget budget) throws InterruptedException {
        var questions = new TreeMap<Integer, Json>();
        outcomes.forEach((place, outcome) -> outcome.ifSucceeded().ifPresent(answer -> {
            EvalExample<I, O> example = evals.examples().get(place);
            questions.put(place, Judge.question(input(example), expected(example), evals.json(answer)));
        }));
        return Optional.of(judge.orElseThrow().run(questions, budget)).filter(Trial::endsAll);
    }

    /** @param end why the eval ended before it came to this candidate, if so */
    CandidateResult result(Optional<BulkSummary.Stop> end) {
        BulkSummary.Stop why = stop.or(() -> end).orElse(BulkSummary.Stop.END_OF_INPUT);
        Outcome<O> none = Outcome.skipped(Skip.Kind.CANCELLED, pause.orElse(reason(why)));
        var verdicts = new ArrayList<Verdict>();
        for (int place = 0; place < evals.examples().size(); place++) {
            verdicts.add(verdict(place, outcomes.getOrDefault(place, none)));
        }
        return new CandidateResult(candidate, models, verdicts, spend, elapsed, session, why);
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

    private static String reason(BulkSummary.Stop stop) {
        return switch (stop) {
            case END_OF_INPUT -> "it did not end";
            case BUDGET -> "the money did not reach for it";
            case DEADLINE -> "the time was up";
            case PAUSED -> "nothing could be sent";
            case CANCELLED -> "the run was cancelled";
            case JOURNAL_FAILED -> "the journal could not be read or written";
        };
    }

    private Verdict verdict(int place, Outcome<O> outcome) {
        EvalExample<I, O> example = evals.examples().get(place);
        return switch (outcome) {
            case Outcome.Succeeded<O>(O answer) -> scored(place, example, answer);
            case Outcome.Failed<O>(Failure failure) -> unanswered(example, kind(failure), failure.toString());
            case Outcome.Skipped<O>(Skip skip) -> unanswered(example, Verdict.Kind.MISSING, skip.message());
        };
    }

    private Verdict unanswered(EvalExample<I, O> example, Verdict.Kind kind, String reason) {
        return new Verdict(example.name(), kind, input(example), expected(example), Json.Null.NULL, List.of(), reason);
    }

    private Json input(EvalExample<I, O> example) {
        return Marked.described(evals.type().inputType(), example.input());
    }

    private Json expected(EvalExample<I, O> example) {
        return evals.json(example.expected());
    }

    private Verdict scored(int place, EvalExample<I, O> example, O answer) {
        Json given = evals.json(answer);
        try {
            List<Scorer.Fault> faults = evals.grading().faults(example, answer, expected(example), given);
            return judge.isPresent()
                    ? judged(judge.get(), place, given, faults.isEmpty())
                    : answered(example, given, faults);
        } catch (RuntimeException | AssertionError thrown) { // the answers of the others are paid for
            return unscored(example, given, "the scorer threw: " + Failure.describe(thrown));
        }
    }

    private Verdict answered(EvalExample<I, O> example, Json given, List<Scorer.Fault> faults) {
        Verdict.Kind kind = faults.isEmpty() ? Verdict.Kind.PASSED : Verdict.Kind.WRONG;
        return new Verdict(example.name(), kind, input(example), expected(example), given, faults, "");
    }

    private Verdict unscored(EvalExample<I, O> example, Json given, String why) {
        return new Verdict(
                example.name(), Verdict.Kind.MISSING, input(example), expected(example), given, List.of(), why);
    }

    /** @param labels whether a comparison with the label finds it good */
    private Verdict judged(JudgeRun judges, int place, Json given, boolean labels) {
        EvalExample<I, O> example = evals.examples().get(place);
        Outcome<Json.Obj> outcome = judges.of(place);
        if (outcome.ifSucceeded().isEmpty()) {
            return unscored(example, given, "not judged: " + outcome.reason());
        }
        Json.Obj said = outcome.ifSucceeded().get();
        judges.compare(Judge.isGood(said), labels);
        return answered(example, given, Judge.isGood(said) ? List.of() : List.of(Judge.fault(said)));
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
                    AWAITED,
                    EFFECT_UNKNOWN,
                    INVALID_INPUT,
                    TOO_MANY_ITEMS,
                    TOO_FEW_ITEMS,
                    NESTED_RUN,
                    TOO_DEEP -> Verdict.Kind.MISSING;
        };
    }
}
