// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.eval.Candidate;
import dev.cadre.eval.EvalExample;
import dev.cadre.eval.EvalResult;
import dev.cadre.eval.Evals;
import dev.cadre.eval.JournalRates;
import dev.cadre.eval.Match;
import dev.cadre.eval.Recommendation;
import dev.cadre.eval.Scorer;
import dev.cadre.journal.FileJournal;
import dev.cadre.json.Json;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.PassRates;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.WorkKind;
import dev.cadre.testing.Cassette;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the snippets of docs/evals.md on the questions beside it. */
class EvalsGuideTest {
    enum Topic {
        CARD,
        ACCOUNT,
        TRANSFER,
        LOAN,
        EXCHANGE,
        FEES
    }

    record Question(String text) {}

    record Invoice(String text) {}

    record Fields(double sum, List<String> articles, String note) {}

    static final SubtaskType<Question, Topic> SORT =
            SubtaskType.model("sort", Question.class, Topic.class, "What is the question of a bank's customer about?");
    static final SubtaskType<Invoice, Fields> READ =
            SubtaskType.model("read", Invoice.class, Fields.class, "Read the invoice.");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();

    private static List<EvalExample<Question, Topic>> questions() {
        var examples = new ArrayList<EvalExample<Question, Topic>>();
        Documents.text(Documents.ROOT.resolve("docs/bank-questions.jsonl"))
                .lines()
                .forEach(line -> {
                    var row = (Json.Obj) Json.parse(line);
                    Topic topic = Topic.valueOf(row.string("topic").toUpperCase(Locale.ROOT));
                    examples.add(EvalExample.of(new Question(row.string("text")), topic)
                            .named(row.string("id")));
                });
        return examples;
    }

    /** Mini knows all; nano takes exchange for fees. */
    private void scripted() {
        Map<String, Topic> known = new java.util.HashMap<>();
        questions().forEach(example -> known.put(SORT.inputType().write(example.input()), example.expected()));
        model.on(SORT).answers(call -> {
            Topic topic = known.getOrDefault(call.purpose().input(), Topic.CARD);
            return topic == Topic.EXCHANGE && call.purpose().tier() == Tier.NANO ? Topic.FEES : topic;
        });
    }

    private EvalResult run(List<EvalExample<Question, Topic>> labelled) throws InterruptedException {
        ModelPools models = model.pools();
        Path file = folder.resolve("topics.journal");

        // region evals
        Evals<Question, Topic> evals = Evals.of(SORT).examples(labelled).tiers(Tier.NANO, Tier.MINI);
        try (var journal = FileJournal.open(file)) {
            EvalResult result = Coordinator.of(models).journal(journal).run(evals, Budget.usd("0.50"));
            System.out.println(result.recommend(0.90).sentence());
            return result;
        }
        // endregion
    }

    @Test
    void cheapestTierThatIsEnough_isRecommended() throws Exception {
        scripted();

        EvalResult result = run(questions());

        assertThat(result.recommend(0.90).sentence())
                .isEqualTo("mini is enough for 90 %: 42 of 42, 100 % (91.6 % to 100 %), $0.000165 an example.");
        assertThat(result.comparisons().getFirst())
                .hasToString("mini over nano: 7 examples passed by mini alone, 0 by nano alone, p = 0.0156");
        assertThat(run(questions()).spend()).isEqualTo(result.spend());
    }

    @Test
    void fields_areScoredEachInItsWay() throws Exception {
        model.on(READ).replies(new Fields(10.004, List.of("tea", "cup"), "paid"));
        var examples = List.of(
                EvalExample.of(new Invoice("10.00, cup and tea"), new Fields(10, List.of("cup", "tea"), "")),
                EvalExample.of(new Invoice("12.00, cup and tea"), new Fields(12, List.of("cup", "tea"), "")));

        // region scores
        var byField = Evals.of(READ)
                .examples(examples)
                .scoredBy(Match.fields(Map.of("sum", Match.within("0.01"), "articles", Match.set())));
        var byRule = Evals.of(READ)
                .examples(examples)
                .scoredBy(Scorer.rule(
                        "no article is missing",
                        (expected, answer) -> answer.articles().containsAll(expected.articles())));
        // endregion
        Coordinator coordinator = Coordinator.of(model.pools());

        var fields = coordinator.run(byField, Budget.usd("1")).of(Tier.NANO);
        assertThat(fields.passed().count()).isEqualTo(1);
        assertThat(fields.passed("articles").count()).isEqualTo(2);
        assertThat(coordinator
                        .run(byRule, Budget.usd("1"))
                        .of(Tier.NANO)
                        .passed()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void judge_isHeldAgainstTheLabels() throws Exception {
        model.on(READ).replies(new Fields(10, List.of("cup"), "for tea"));
        model.when("a judge", call -> call.purpose().subtaskType().equals("judge"))
                .replies("{\"why\":\"both say that it is paid\",\"good\":true}");
        var examples = List.of(EvalExample.of(new Invoice("10.00"), new Fields(10, List.of("cup"), "tea")));
        ModelPools models = model.pools();

        // region judge
        var judged = Evals.of(READ)
                .examples(examples)
                .tiers(Tier.NANO, Tier.MINI)
                .judgedBy(Tier.FLAGSHIP, "Its note says what the expected one says, in any words.");
        EvalResult result = Coordinator.of(models).run(judged, Budget.usd("1.00"));
        String trusted =
                "the judge agrees with the labels on " + result.judging().agreement();
        // endregion

        assertThat(result.of(Tier.NANO).passed().count()).isEqualTo(1);
        assertThat(trusted).isEqualTo("the judge agrees with the labels on 0 of 2, 0 % (0 % to 65.8 %)");
    }

    @Test
    void cascade_isACandidate() throws Exception {
        scripted();
        Coordinator coordinator = Coordinator.of(model.pools());

        // region cascade
        SubtaskType<Question, Topic> careful =
                SORT.accept("fees are a guess of small models", (question, topic) -> topic != Topic.FEES);
        Evals<Question, Topic> evals = Evals.of(careful)
                .examples(questions())
                .tiers(Tier.NANO, Tier.MINI)
                .cascade(Tier.NANO, Tier.MINI);
        Money expected = coordinator.preview(evals, Budget.usd("0.50")).expected();
        // endregion
        EvalResult result = coordinator.run(evals, Budget.usd("0.50"));

        assertThat(expected).isGreaterThan(Money.ZERO);
        assertThat(result.of(new Candidate(Tier.NANO, Tier.MINI)).passed().count())
                .isEqualTo(35);
        assertThat(result.recommend(0.99)).isNotInstanceOf(Recommendation.Enough.class);
    }

    @Test
    void kindOfWork_isAStartWithoutExamples() {
        // region suited
        SubtaskType<Question, Topic> sort =
                SORT.suitedTo(WorkKind.CLASSIFICATION).upTo(Tier.MINI);
        // endregion

        assertThat(sort.tiers().start()).isEqualTo(Tier.NANO);
    }

    @Test
    void journal_suggestsAStart() throws Exception {
        scripted();
        SubtaskType<Question, Topic> sort = SORT.upTo(Tier.MINI)
                .accept("fees are a guess of small models", (question, topic) -> topic != Topic.FEES);
        Path file = folder.resolve("runs.journal");
        try (var journal = FileJournal.open(file)) {
            Coordinator.of(model.pools())
                    .bulk(sort)
                    .journal(journal)
                    .run(questions().stream().map(EvalExample::input), Budget.usd("0.50"), item -> {});
        }

        assertThat(start(sort, file).sentence())
                .isEqualTo("Not enough examples to tell which candidate is enough for 60 %."
                        + " nano may be (28 of 42, 66.7 % (51.6 % to 79 %)): about 166 more examples would tell.");
    }

    private static Recommendation start(SubtaskType<Question, Topic> sort, Path file) {
        // region journal-rates
        PassRates rates = JournalRates.read(file);
        Recommendation start = Recommendation.ofStart(sort, rates, 0.60);
        // endregion
        return start;
    }

    private static SubtaskType<Question, Topic> started(SubtaskType<Question, Topic> sort, Recommendation start) {
        // region journal-start
        if (start instanceof Recommendation.Enough enough) {
            sort = sort.startingAt(enough.start());
        }
        // endregion
        return sort;
    }

    @Test
    void startThatIsEnough_isTaken() {
        var known = PassRates.NONE.with(SORT, Tier.NANO, 40, 100).with(SORT, Tier.MINI, 60, 60);

        var sort = started(SORT, Recommendation.ofStart(SORT, known, 0.80));

        assertThat(sort.tiers().start()).isEqualTo(Tier.MINI);
        assertThat(started(SORT, Recommendation.ofStart(SORT, PassRates.NONE, 0.80)))
                .isSameAs(SORT);
    }

    @Test
    void gate_isReplayedWithoutAKey() throws Exception {
        scripted();
        Path file = folder.resolve("topics.cassette");
        try (var cassette = Cassette.open(file, Cassette.Mode.RECORD);
                var pools = cassette.pools(model::pools)) {
            Coordinator.of(pools).run(Evals.of(SORT).examples(questions()).tiers(Tier.MINI), Budget.usd("0.50"));
        }

        gate(file, questions());
    }

    private void gate(Path file, List<EvalExample<Question, Topic>> labelled) throws Exception {
        // region gate
        try (var cassette = Cassette.open(file);
                var models = cassette.pools(model::pools)) { // OpenAi::fromEnv, to record
            EvalResult result =
                    Coordinator.of(models).run(Evals.of(SORT).examples(labelled).tiers(Tier.MINI), Budget.usd("0.50"));
            assertThat(result).requires(0.90).on(Tier.MINI).isWhole();
        }
        // endregion
    }
}
