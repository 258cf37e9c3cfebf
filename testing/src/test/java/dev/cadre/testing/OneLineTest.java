// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.SubtaskReport;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.journal.FileJournal;
import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;
import dev.cadre.plan.PlanReview;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.price.Spend;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people print is one line that they can read, however much was asked and answered. */
class OneLineTest {
    private static final String LONG = "They purr.\n".repeat(1_000);

    @TempDir
    private Path folder;

    private final ScriptedModel model = new ScriptedModel();

    private static Stream<Topic> topics(String... names) {
        return Stream.of(names).map(Topic::new);
    }

    private static void requireLine(Object value) {
        assertThat(value.toString())
                .hasSizeLessThan(500)
                .doesNotContain("\n", "Spend[", "TokenUsage[", "Quote[", "CostRange[", "Costs[", "Ending[");
    }

    @Test
    void bulk_isALine_andSoIsEachItem() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note(LONG));
        model.on(NOTE, new Topic("dogs")).costing(1_000, 400).refuses("no dogs");
        var items = new ArrayList<BulkItem<Note>>();
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            var bulk = Coordinator.of(model.pools())
                    .bulk(NOTE)
                    .keyedBy(Topic::name)
                    .journal(journal);
            bulk.run(topics("cats"), Budget.usd("5.00"), item -> {});

            BulkSummary summary = bulk.run(topics("cats", "dogs", "fish"), Budget.usd("5.00"), items::add);

            assertThat(summary)
                    .hasToString("3 items: 2 succeeded, 1 failed, 0 skipped, 1 of them from the journal; END_OF_INPUT;"
                            + " spent $0.0021 of $5.00");
            assertThat(summary.costs())
                    .hasToString("spent $0.0021 for 3 calls (3000 tokens in, 1200 out) of $5.00, $0.0007 of it before");
        }
        assertThat(items).hasSize(3).allSatisfy(OneLineTest::requireLine);
        assertThat(items)
                .anySatisfy(item -> assertThat(item)
                        .hasToString("item 1 'dogs': Failed[REFUSED: the model refused: \"no dogs\"],"
                                + " $0.0007 for 1 call (1000 tokens in, 400 out)"))
                .anySatisfy(item -> assertThat(item).asString().endsWith(", from the journal"));
    }

    @Test
    void bulkThatIsPaused_saysWhy() throws Exception {
        model.on(NOTE)
                .fails(() ->
                        new ModelException.RateLimited("come back later", Duration.ofHours(1), RateLimits.UNKNOWN));

        BulkSummary summary = Coordinator.of(model.pools(pool -> pool.maxParallel(1)))
                .bulk(NOTE)
                .run(topics("cats", "dogs"), Budget.usd("5.00"), item -> {});

        assertThat(summary.toString())
                .startsWith("2 items: 0 succeeded, 1 failed, 1 skipped; PAUSED: ")
                .endsWith("because come back later; spent $0.00 of $5.00");
    }

    @Test
    void resultsReportsAndEstimates_areLines() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note(LONG));
        var coordinator = Coordinator.of(model.pools());
        var graph = TaskGraph.builder();
        var built = graph.answering(graph.add("cats", NOTE, new Topic(LONG)));

        CostEstimate estimate = coordinator.preview(built, Budget.usd("5.00"));
        RunResult<Note> result = coordinator.run(built, Budget.usd("5.00"));

        SubtaskReport line = result.report().subtasks().getFirst();
        assertThat(line.toString())
                .startsWith("cats (note): succeeded, $0.0007 for 1 call (1000 tokens in, 400 out), ")
                .endsWith(" ms");
        assertThat(estimate.subtasks().getFirst().toString()).startsWith("cats: note on NANO: 1 to ");
        List.of(result, result.report(), line, estimate, estimate.subtasks(), estimate.merging(), result.spend())
                .forEach(OneLineTest::requireLine);
    }

    @Test
    void proposedPlan_isALine() {
        var goal = Goal.of(LONG, Answer.class);
        var proposed = new PlanReview.ProposedPlan(
                goal.text(),
                List.of(),
                List.of(),
                new CostEstimate(List.of(), Quote.NOTHING, Quote.NOTHING, Money.usd("1"), Money.ZERO));

        requireLine(proposed);
    }

    @Test
    void spend_saysWhatIsKnownAndWhatIsNot() {
        assertThat(Spend.NONE).hasToString("$0.00 for 0 calls");
        assertThat(Spend.forfeited(Money.usd("0.002")))
                .hasToString("$0.002 for 1 call, of which $0.002 for calls of unknown cost");
    }
}
