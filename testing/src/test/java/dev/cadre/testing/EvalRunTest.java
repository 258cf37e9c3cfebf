// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.eval.Candidate;
import dev.cadre.eval.CandidateResult;
import dev.cadre.eval.EvalExample;
import dev.cadre.eval.EvalResult;
import dev.cadre.eval.Evals;
import dev.cadre.eval.Match;
import dev.cadre.eval.Proportion;
import dev.cadre.eval.Recommendation;
import dev.cadre.eval.Scorer;
import dev.cadre.eval.Verdict;
import dev.cadre.journal.FileJournal;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evals over scripted models: what counts as what, one budget over all candidates, and sessions. */
class EvalRunTest {
    enum Topic {
        CARD,
        LOAN,
        FEES
    }

    record Question(String text) {}

    record Sorted(Topic topic, double sure) {}

    private static final SubtaskType<Question, Sorted> SORT = SubtaskType.model(
                    "sort", Question.class, Sorted.class, "Which topic is it?")
            .maxOutputTokens(20);
    private static final Match TOPIC = Match.fields(Map.of("topic", Match.exact()));
    private static final Budget ENOUGH = Budget.usd("5");
    /** 100 in and 20 out. */
    private static final Money NANO_CALL = Money.usd("0.000045");

    private static final Money MINI_CALL = Money.usd("0.000165");

    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();

    private static Question question(int i) {
        return new Question("question " + i);
    }

    private static Sorted truth(int i) {
        return new Sorted(Topic.values()[i % 3], 1);
    }

    private static List<EvalExample<Question, Sorted>> examples(int count) {
        var all = new ArrayList<EvalExample<Question, Sorted>>();
        for (int i = 0; i < count; i++) {
            all.add(EvalExample.of(question(i), truth(i)));
        }
        return all;
    }

    private static int number(ScriptedCall call) {
        return Integer.parseInt(call.purpose().input().replaceAll("\\D", ""));
    }

    /** Every tier knows all; what is scripted later takes precedence. */
    private void everybodyIsRight() {
        model.on(SORT).answers(call -> truth(number(call)));
    }

    private static Evals<Question, Sorted> evals(int count) {
        return Evals.of(SORT).examples(examples(count)).scoredBy(TOPIC).tiers(Tier.NANO, Tier.MINI);
    }

    private Coordinator coordinator() {
        return Coordinator.of(model.pools());
    }

    @Test
    void everyExample_isAskedOnEveryCandidate_andCosts() throws Exception {
        everybodyIsRight();

        EvalResult result = coordinator().run(evals(12), ENOUGH);

        CandidateResult nano = result.of(Tier.NANO);
        assertThat(nano.passed()).isEqualTo(new Proportion(12, 12));
        assertThat(nano.models()).containsExactly("gpt-5.4-nano");
        assertThat(nano.spend().total()).isEqualTo(NANO_CALL.times(12));
        assertThat(nano.perExample()).contains(NANO_CALL);
        assertThat(result.of(Tier.MINI).perPassed()).contains(MINI_CALL);
        assertThat(result.spend().total()).isEqualTo(NANO_CALL.plus(MINI_CALL).times(12));
        assertThat(result.isWhole()).isTrue();
        assertThat(model.calls()).hasSize(24);
    }

    @Test
    void outcomes_areSortedByWhoseFaultTheyAre() throws Exception {
        everybodyIsRight();
        model.on(SORT, question(1)).onlyOn(Tier.NANO).replies(new Sorted(Topic.FEES, 1));
        model.on(SORT, question(2)).onlyOn(Tier.NANO).repliesText("no idea");
        model.on(SORT, question(3)).onlyOn(Tier.NANO).refuses("I may not");
        model.on(SORT, question(4)).onlyOn(Tier.NANO).isFiltered();
        model.on(SORT, question(5)).onlyOn(Tier.NANO).fails(() -> new ModelException.InvalidRequest("not today", 400));
        model.on(SORT, question(6)).onlyOn(Tier.NANO).fails(() -> new ModelException.ContextTooLong("too long"));

        CandidateResult nano = coordinator().run(evals(8), ENOUGH).of(Tier.NANO);

        assertThat(nano.verdicts().stream().map(Verdict::kind))
                .containsExactly(
                        Verdict.Kind.PASSED,
                        Verdict.Kind.WRONG,
                        Verdict.Kind.INVALID,
                        Verdict.Kind.REFUSED,
                        Verdict.Kind.REFUSED,
                        Verdict.Kind.MISSING,
                        Verdict.Kind.INVALID,
                        Verdict.Kind.PASSED);
        assertThat(nano.passed()).isEqualTo(new Proportion(2, 7));
        assertThat(nano.disagreements().getFirst()).hasToString("1: topic: expected \"LOAN\", got \"FEES\"");
        assertThat(nano.confusion("topic").orElseThrow().unanswered()).containsExactly(2L, 1L, 1L);
    }

    @Test
    void cascade_escalatesWhatIsNotAccepted_andTiersDoNot() throws Exception {
        SubtaskType<Question, Sorted> careful =
                SORT.upTo(Tier.MINI).accept("it is sure", (question, sorted) -> sorted.sure() >= 0.5);
        model.on(SORT).answers(call -> truth(number(call)));
        model.onInputs(SORT, question -> question.text().endsWith("3"))
                .onlyOn(Tier.NANO)
                .replies(new Sorted(Topic.FEES, 0.1));
        var evals = Evals.of(careful).examples(examples(10)).scoredBy(TOPIC);

        EvalResult result = coordinator().run(evals, ENOUGH);

        assertThat(result.candidates().stream().map(one -> one.candidate().toString()))
                .containsExactly("nano", "mini", "flagship", "nano..mini");
        assertThat(result.of(Tier.NANO).count(Verdict.Kind.INVALID)).isEqualTo(1);
        CandidateResult cascade = result.of(new Candidate(Tier.NANO, Tier.MINI));
        assertThat(cascade.passed()).isEqualTo(new Proportion(10, 10));
        assertThat(cascade.spend().total()).isEqualTo(NANO_CALL.times(10).plus(MINI_CALL));
        assertThat(result.compare(Candidate.of(Tier.NANO), cascade.candidate()).onlySecond())
                .isEqualTo(1);
    }

    @Test
    void budget_isOneForAllCandidates_andIsNeverCrossed() throws Exception {
        everybodyIsRight();
        var evals = evals(40).tiers(Tier.FLAGSHIP);
        for (String limit : List.of("0.0001", "0.004", "0.008", "0.02", "0.03", "1")) {
            EvalResult result = coordinator().run(evals, Budget.usd(limit));

            assertThat(result.spend().total()).isLessThanOrEqualTo(Money.usd(limit));
            assertThat(result.isWhole()).isEqualTo(limit.equals("1"));
        }
    }

    @Test
    void budget_thatEnds_saysWhatIsMissing() throws Exception {
        everybodyIsRight();

        EvalResult result = coordinator().run(evals(40), Budget.usd("0.008"));

        assertThat(result.of(Tier.NANO).missing()).isZero();
        assertThat(result.of(Tier.MINI).stop()).isEqualTo(BulkSummary.Stop.BUDGET);
        assertThat(result.missing())
                .singleElement()
                .asString()
                .matches("mini: [0-9]+ of 40 examples have no verdict: .*");
    }

    @Test
    void budgetAroundIt_boundsItToo() throws Exception {
        everybodyIsRight();
        try (var tenant = Budget.usd("0.006").open()) {
            EvalResult result = coordinator().run(evals(40), Budget.usd("1").under(tenant));

            assertThat(result.isWhole()).isFalse();
            assertThat(tenant.state().settled()).isEqualTo(result.spend().total());
        }
    }

    @Test
    void resumedEval_paysForNothingTwice_andAsksForNoFailureAgain() throws Exception {
        everybodyIsRight();
        model.on(SORT, question(2)).onlyOn(Tier.NANO).repliesText("no idea");
        model.on(SORT, question(3)).onlyOn(Tier.NANO).refuses("I may not");
        EvalResult first;
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            first = coordinator().journal(journal).run(evals(10), ENOUGH);
        }
        int calls = model.calls().size();
        var reordered = new ArrayList<>(examples(12));
        reordered.addFirst(reordered.removeLast());
        EvalResult second;
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            second = coordinator().journal(journal).run(evals(0).examples(reordered), ENOUGH);
        }

        assertThat(model.calls()).hasSize(calls + 4);
        assertThat(second.of(Tier.NANO).passed()).isEqualTo(new Proportion(10, 12));
        assertThat(second.of(Tier.NANO).count(Verdict.Kind.INVALID)).isEqualTo(1);
        assertThat(second.of(Tier.NANO).count(Verdict.Kind.REFUSED)).isEqualTo(1);
        assertThat(second.of(Tier.NANO).session()).isEqualTo(2);
        assertThat(second.spend().total())
                .isEqualTo(first.spend().total().plus(NANO_CALL.plus(MINI_CALL).times(2)));
    }

    @Test
    void resumedEval_keepsToTheBudgetOfAllSessions() throws Exception {
        everybodyIsRight();
        Money limit = Money.usd("0.008");
        for (int session = 0; session < 3; session++) {
            try (var journal = FileJournal.open(folder.resolve("journal"))) {
                EvalResult result = coordinator().journal(journal).run(evals(40), Budget.of(limit));

                assertThat(result.spend().total()).isLessThanOrEqualTo(limit);
                assertThat(result.of(Tier.MINI).examples()).isBetween(20L, 39L);
            }
        }
        Money paid = model.calls().stream()
                .map(call -> call.purpose().tier() == Tier.NANO ? NANO_CALL : MINI_CALL)
                .reduce(Money.ZERO, Money::plus);
        assertThat(paid).isLessThanOrEqualTo(limit);
    }

    @Test
    void changedInstructions_areAnEvalOfTheirOwn() throws Exception {
        everybodyIsRight();
        SubtaskType<Question, Sorted> better =
                SubtaskType.model("sort", Question.class, Sorted.class, "Which topic is it? Think of fees last.");
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            Coordinator recorded = coordinator().journal(journal);
            recorded.run(evals(5), ENOUGH);
            EvalResult result = recorded.run(
                    Evals.of(better).examples(examples(5)).scoredBy(TOPIC).tiers(Tier.NANO), ENOUGH);

            assertThat(result.of(Tier.NANO).session()).isEqualTo(5);
            assertThat(result.of(Tier.NANO).perExample()).contains(NANO_CALL);
        }
    }

    @Test
    void scorerThatThrows_leavesItsExampleWithoutAVerdict() throws Exception {
        everybodyIsRight();
        Scorer<Question, Sorted> fragile = (example, answer) -> {
            if (example.name().equals("two")) {
                throw new IllegalStateException("no such word");
            }
            return List.of();
        };
        var labelled = List.of(
                EvalExample.of(question(0), truth(0)),
                EvalExample.of(question(2), truth(2)).named("two"));

        EvalResult result = coordinator()
                .run(Evals.of(SORT).examples(labelled).scoredBy(fragile).tiers(Tier.NANO), ENOUGH);

        assertThat(result.missing())
                .containsExactly("nano: 1 of 2 examples have no verdict: the scorer threw: IllegalStateException: no"
                        + " such word");
    }

    @Test
    void ruleInCode_isNamedInTheDisagreement() throws Exception {
        everybodyIsRight();
        var evals = Evals.of(SORT)
                .examples(examples(3))
                .scoredBy(Scorer.rule("it is no card", (expected, sorted) -> sorted.topic() != Topic.CARD))
                .tiers(Tier.NANO);

        CandidateResult nano = coordinator().run(evals, ENOUGH).of(Tier.NANO);

        assertThat(nano.disagreements()).singleElement().hasToString("0: not so: it is no card");
    }

    @Test
    void deadline_isThatOfTheWholeEval() throws Exception {
        var clock = new TestClock();
        var nano = new Gate();
        model.on(SORT).onlyOn(Tier.NANO).holdUntil(nano).answers(call -> truth(number(call)));
        model.on(SORT).onlyOn(Tier.MINI).holdUntil(new Gate()).answers(call -> truth(number(call)));
        Coordinator coordinator = Coordinator.builder(model.pools(pool -> pool.maxParallel(1)))
                .clock(clock)
                .build();

        var run = new FutureTask<>(
                () -> coordinator.run(evals(5).tiers(Tier.FLAGSHIP), ENOUGH.within(Duration.ofSeconds(60))));
        Thread.ofVirtual().start(run);
        assertThat(model.awaitInFlight(1)).isTrue();
        clock.advance(Duration.ofSeconds(40));
        nano.open();
        assertThat(model.awaitCalls(6)).isTrue();
        clock.advance(Duration.ofSeconds(30));
        EvalResult result = run.get(30, TimeUnit.SECONDS);

        assertThat(result.of(Tier.NANO).missing()).isZero();
        assertThat(result.of(Tier.NANO).elapsed()).isEqualTo(Duration.ofSeconds(40));
        assertThat(result.of(Tier.MINI).stop()).isEqualTo(BulkSummary.Stop.DEADLINE);
        assertThat(result.of(Tier.FLAGSHIP).missing()).isEqualTo(5);
        assertThat(result.missing().getLast()).endsWith("the time was up");
    }

    @Test
    void preview_hasALineForEachCandidate_andCallsNobody() {
        CostEstimate estimate = coordinator().preview(evals(10), Budget.usd("0.5"));

        assertThat(estimate.subtasks().stream().map(CostEstimate.Line::id)).containsExactly("nano", "mini");
        assertThat(estimate.cost().expected()).isGreaterThan(Money.ZERO);
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void whatCannotBeEvaluated_isRefusedBeforeAnythingIsSpent() {
        assertThatThrownBy(() -> coordinator().run(Evals.of(SORT), ENOUGH))
                .hasMessage("an eval of 'sort' needs examples");
        assertThatThrownBy(() -> evals(0).examples(
                                List.of(EvalExample.of(question(1), truth(1)), EvalExample.of(question(1), truth(2)))))
                .hasMessage("examples '0' and '1' have the same input");
        assertThatThrownBy(() -> evals(1).tiers(Tier.NANO)).hasMessage("nano is a candidate already");
        assertThatThrownBy(() -> evals(1).cascade(Tier.MINI, Tier.NANO))
                .hasMessage("a cascade ascends, and not from MINI to NANO");
        assertThatThrownBy(() -> Evals.of(
                        SubtaskType.code("sort", Question.class, Sorted.class, (question, context) -> truth(1))))
                .hasMessage("subtask type 'sort' is plain code: an eval compares tiers of work of a model");
        assertThatThrownBy(() ->
                        coordinator().run(evals(3).cascade(Tier.NANO, Tier.MINI).lane(Lane.BATCH), ENOUGH))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(model.calls()).isEmpty();
    }

    /** Three requirements on models whose truth is known: 85 % on nano, 98 % on mini. */
    @Test
    void recommendation_isRightForModelsOfKnownTruth() throws Exception {
        var random = new SplittableRandom(7);
        var wrongOnNano = new ArrayList<Integer>();
        var wrongOnMini = new ArrayList<Integer>();
        for (int i = 0; i < 400; i++) {
            if (random.nextDouble() < 0.15) {
                wrongOnNano.add(i);
            }
            if (random.nextDouble() < 0.015) {
                wrongOnMini.add(i);
            }
        }
        model.on(SORT).answers(call -> {
            boolean isNano = call.purpose().tier() == Tier.NANO;
            return truth(number(call) + ((isNano ? wrongOnNano : wrongOnMini).contains(number(call)) ? 1 : 0));
        });

        EvalResult result = coordinator().run(evals(400), ENOUGH);

        assertThat(result.recommend(0.75).sentence()).startsWith("nano is enough for 75 %");
        assertThat(result.recommend(0.95).sentence()).startsWith("mini is enough for 95 %");
        assertThat(result.recommend(0.995)).isNotInstanceOf(Recommendation.Enough.class);
        assertThat(result.comparisons().getFirst().isSignificant()).isTrue();
    }

    @Test
    void judge_decides_hasItsOwnBill_andIsHeldAgainstTheLabels() throws Exception {
        everybodyIsRight();
        model.on(SORT, question(1)).replies(new Sorted(Topic.FEES, 1));
        model.on(SORT, question(2)).replies(new Sorted(Topic.CARD, 1));
        model.when("a judge", call -> call.purpose().subtaskType().equals("judge"))
                .answers(call -> call.purpose().input().contains("question 2")
                        ? "{\"why\":\"cards are meant\",\"good\":true}"
                        : call.purpose().input().contains("\"answer\":{\"topic\":\"FEES\"")
                                        && !call.purpose().input().contains("\"expected\":{\"topic\":\"FEES\"")
                                ? "{\"why\":\"no fees\",\"good\":false}"
                                : "{\"why\":\"fits\",\"good\":true}");
        var evals = Evals.of(SORT).examples(examples(6)).scoredBy(TOPIC).tiers(Tier.NANO);

        EvalResult result;
        EvalResult again;
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            Coordinator recorded = coordinator().journal(journal);
            result = recorded.run(evals.judgedBy(Tier.MINI, "It names the topic."), ENOUGH);
            again = recorded.run(evals.judgedBy(Tier.MINI, "It names the topic."), ENOUGH);
        }

        CandidateResult nano = result.of(Tier.NANO);
        assertThat(nano.passed()).isEqualTo(new Proportion(5, 6));
        assertThat(nano.disagreements()).singleElement().hasToString("1: the judge: no fees");
        assertThat(nano.spend().total()).isEqualTo(NANO_CALL.times(6));
        assertThat(result.judging().spend().total()).isEqualTo(MINI_CALL.times(6));
        assertThat(result.judging().agreement()).isEqualTo(new Proportion(5, 6));
        assertThat(result.spend().total()).isEqualTo(NANO_CALL.plus(MINI_CALL).times(6));
        assertThat(again.of(Tier.NANO).verdicts()).isEqualTo(nano.verdicts());
        assertThat(again.spend()).isEqualTo(result.spend());
    }

    @Test
    void judge_thatTheMoneyDoesNotReachFor_leavesAnswersWithoutAVerdict() throws Exception {
        everybodyIsRight();
        model.when("a judge", call -> call.purpose().subtaskType().equals("judge"))
                .replies("{\"why\":\"fits\",\"good\":true}");
        var evals = evals(40).judgedBy(Tier.FLAGSHIP, "It names the topic.");

        EvalResult result = coordinator().run(evals, Budget.usd("0.03"));

        assertThat(result.spend().total()).isLessThanOrEqualTo(Money.usd("0.03"));
        assertThat(result.missing().getFirst()).contains("not judged: ");
    }

    @Test
    void judge_isPaidOutOfTheBudgetOfAllSessions() throws Exception {
        SubtaskType<Question, Sorted> wordy =
                SubtaskType.model("sort", Question.class, Sorted.class, "Which topic is it?");
        model.on(wordy).costing(100, 400).answers(call -> truth(number(call)));
        model.when("a judge", call -> call.purpose().subtaskType().equals("judge"))
                .costing(100, 400)
                .replies("{\"why\":\"fits\",\"good\":true}");
        var evals = Evals.of(wordy).examples(examples(20)).tiers(Tier.NANO).judgedBy(Tier.MINI, "It fits.");
        Money limit = Money.usd("0.03");
        for (int session = 0; session < 6; session++) {
            try (var journal = FileJournal.open(folder.resolve("journal"))) {
                EvalResult result = coordinator().journal(journal).run(evals, Budget.of(limit));
                assertThat(result.spend().total()).isLessThanOrEqualTo(limit);
            }
        }
        Money paid = model.calls().stream()
                .map(call -> Money.usd(call.purpose().tier() == Tier.NANO ? "0.00052" : "0.001875"))
                .reduce(Money.ZERO, Money::plus);
        assertThat(paid).isBetween(Money.usd("0.015"), limit);
    }
}
