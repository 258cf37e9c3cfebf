// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunListener;
import dev.cadre.examples.agent.SearchCrew;
import dev.cadre.examples.agent.SearchSubtasks.Summary;
import dev.cadre.examples.repository.Deadline;
import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.repository.RootJail;
import dev.cadre.examples.search.CitationGate;
import dev.cadre.examples.search.CodeBase;
import dev.cadre.examples.search.SearchAnswer;
import dev.cadre.examples.search.SearchQuestion;
import dev.cadre.model.CallPurpose;
import dev.cadre.task.SubtaskType;
import dev.cadre.testing.ScriptedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The code-search agent of the examples finds on Temporal, to the byte, what it finds in this process. */
@Timeout(60)
class SameSearchTest {
    private static final String QUESTION = "Where is the delay doubled after a failed attempt?";

    @TempDir
    Path folder;

    private CodeBase base;
    private CitationGate gate;

    @BeforeEach
    void write() throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("src"));
        Files.writeString(folder.resolve("src/Backoff.java"), """
                package p;

                /** Doubles the delay after each failed attempt. */
                public final class Backoff {
                    long nextDelay(int attempt) {
                        return 100L << attempt;
                    }
                }
                """);
        Files.writeString(folder.resolve("src/Retry.java"), """
                package p;

                final class Retry {
                    void again(int attempt) {
                        sleep(new Backoff().nextDelay(attempt));
                    }
                }
                """);
        Files.writeString(folder.resolve("README.md"), "Backoff doubles the delay.\n");
        base = CodeBase.open(folder, ReadLimits.STANDARD, Deadline.in(Duration.ofHours(1), clock()));
        gate = new CitationGate(base.repository(), RootJail.of(base.repository().root(), ReadLimits.STANDARD));
    }

    @Test
    void search_byRulesAndCode_hasTheSameBytes() throws InterruptedException {
        RunResult<SearchAnswer> result = assertSame(
                SearchCrew.offline(base, gate, SearchQuestion.of(QUESTION), RunListener.SILENT, clock()),
                SearchCrew.offline(base, gate, SearchQuestion.of(QUESTION), RunListener.SILENT, clock()),
                Budget.usd("0"));
        assertThat(result.requireComplete().citations().getFirst().citation().path())
                .isEqualTo("src/Backoff.java");
        assertThat(result.spend().attempts()).isZero();
    }

    @Test
    void search_byModels_hasTheSameBytes() throws InterruptedException {
        RunResult<SearchAnswer> result =
                assertSame(crew(new ScriptedModel()), crew(new ScriptedModel()), Budget.usd("0.50"));
        assertThat(result.requireComplete().sentences().getFirst().text()).isEqualTo("Backoff doubles it.");
        assertThat(result.report().parts().items().keySet()).contains("sum#0", "sum#1");
    }

    private SearchCrew crew(ScriptedModel model) {
        SearchCrew crew = SearchCrew.ofModels(
                model.pools(), base, gate, SearchQuestion.of(QUESTION), RunListener.SILENT, clock());
        model.onPlan()
                .costing(1_500, 250)
                .repliesText(Goals.plan(
                        Goals.subtask("rank-files", "files", "\"words\":[\"delay\",\"doubled\"],\"among\":\"CODE\""),
                        Goals.subtask("read-places", "places", "\"file\":{\"from\":\"files\",\"field\":\"files\"}"),
                        Goals.subtask(
                                "summarise",
                                "sum",
                                "\"question\":\"%s\",\"passages\":{\"from\":\"places\",\"field\":\"passages\"}"
                                        .formatted(QUESTION))));
        model.on(summarise(crew)).costing(800, 60).replies(new Summary(false, List.of()));
        model.when("the answer", call -> call.purpose().kind() == CallPurpose.Kind.MERGE)
                .costing(2_000, 80)
                .repliesText(
                        "{\"answer\":{\"statements\":[{\"text\":\"Backoff doubles it.\",\"path\":\"src/Backoff.java\","
                                + "\"startLine\":3,\"endLine\":6}]},\"citations\":[1]}");
        return crew;
    }

    @SuppressWarnings("unchecked") // by its name
    private static SubtaskType<?, Summary> summarise(SearchCrew crew) {
        return (SubtaskType<?, Summary>) crew.types().stream()
                .filter(type -> type.name().equals("summarise"))
                .findFirst()
                .orElseThrow();
    }

    private static InstantSource clock() {
        return InstantSource.fixed(Instant.EPOCH);
    }

    private static RunResult<SearchAnswer> assertSame(SearchCrew here, SearchCrew there, Budget budget)
            throws InterruptedException {
        RunResult<SearchAnswer> local = here.run(budget);
        try (var cluster = new Cluster()) {
            cluster.start(
                    cluster.worker(there.coordinator()).goals(there.named()).heartbeat(Duration.ofSeconds(2)));
            var client = TemporalCoordinator.of(cluster.environment.getWorkflowClient(), Cluster.QUEUE)
                    .plansWith(here.types());
            RunResult<SearchAnswer> remote = client.run(here.named().on(new SearchCrew.Asked(QUESTION)), budget);
            assertThat(RunBytes.of(remote)).isEqualTo(RunBytes.of(local));
            return remote;
        }
    }
}
