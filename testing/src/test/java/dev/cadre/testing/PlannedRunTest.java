// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.planned;
import static dev.cadre.testing.Crew.wire;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.RunResult.Complete;
import dev.cadre.RunResult.Failed;
import dev.cadre.RunResult.Partial;
import dev.cadre.budget.Budget;
import dev.cadre.merge.Citation;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import java.io.FileNotFoundException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Program 2: a planner over registered subtask types, wires and a fan-out, a typed answer. */
class PlannedRunTest {
    record Query(String term) {}

    record Hits(List<String> paths) {}

    record ReadFile(String path) {}

    record Excerpt(String path, String text) {}

    record Claim(String claim, List<String> evidence) {}

    record Verdict(boolean holds, String why) {}

    record Answer(String text) {}

    static final class Repo {
        private final Map<String, String> files = Map.of("Pool.java", "retry(call);", "Rung.java", "repair(reply);");

        String grep(String term) {
            return files.entrySet().stream()
                    .filter(file -> file.getValue().contains(term))
                    .map(Map.Entry::getKey)
                    .toList()
                    .toString();
        }

        Excerpt excerpt(String path) throws FileNotFoundException {
            if (!files.containsKey(path)) {
                throw new FileNotFoundException("no file " + path);
            }
            return new Excerpt(path, files.get(path));
        }
    }

    private static final String PLAN = plan(
            planned("search", "s", "{\"term\":\"retry\"}", ""),
            planned("read", "r", "{\"path\":null}", wire("path", "s", "paths")),
            planned(
                    "judge",
                    "j",
                    "{\"claim\":\"Pool.java retries\",\"evidence\":null}",
                    wire("evidence", "r", "text")));

    final Repo repo = new Repo();
    final ScriptedModel model = new ScriptedModel();

    final SubtaskType<Query, Hits> search = SubtaskType.model(
                    "search", Query.class, Hits.class, "Find files that mention the term.")
            .tools(Tool.of(
                    "grep",
                    "Finds the files that contain a term",
                    Query.class,
                    (query, context) -> repo.grep(query.term())));
    final SubtaskType<ReadFile, Excerpt> read =
            SubtaskType.code("read", ReadFile.class, Excerpt.class, (in, context) -> repo.excerpt(in.path()));
    final SubtaskType<Claim, Verdict> judge = SubtaskType.model(
                    "judge", Claim.class, Verdict.class, "Is the claim supported?")
            .upTo(Tier.FLAGSHIP)
            .accept(
                    "a verdict gives its reason",
                    (claim, verdict) -> !verdict.why().isBlank());
    final Coordinator coordinator =
            Coordinator.builder(model.pools()).plansWith(search, read, judge).build();

    @BeforeEach
    void script() {
        model.onPlan().costing(2_000, 300).streams(Deltas.cut(PLAN, 120));
        model.on(judge, new Claim("Pool.java retries", List.of("retry(call);")))
                .costing(1_000, 20)
                .replies(new Verdict(true, " "))
                .costing(1_000, 100)
                .replies(new Verdict(true, "it calls retry"));
        model.onMerge().costing(2_000, 200).repliesText("{\"answer\":{\"text\":\"In Pool.java.\"},\"citations\":[3]}");
    }

    private void hits(String... paths) {
        model.on(search, new Query("retry"))
                .costing(1_000, 100)
                .calls(new ToolCall("call-1", "grep", "{\"term\":\"retry\"}"))
                .costing(1_200, 50)
                .replies(new Hits(List.of(paths)));
    }

    private RunResult<Answer> ask() throws InterruptedException {
        return coordinator.run(
                Goal.of("Where is retry implemented?", Answer.class),
                Budget.usd("0.25").within(ofSeconds(90)));
    }

    private static String text(RunResult<Answer> result) {
        return switch (result) {
            case Complete<Answer> c -> c.answer().text();
            case Partial<Answer> p -> p.answer().text() + "\nnot looked at: " + p.missing();
            case Failed<Answer> f -> throw f.toException();
        };
    }

    @Test
    void goal_allSucceed_isAnsweredWithCheckedCitations() throws Exception {
        hits("Pool.java");

        var result = ask();

        assertThat(text(result)).isEqualTo("In Pool.java.");
        assertThat(result.report().citations())
                .containsExactly(new Citation("j", "{\"holds\":true,\"why\":\"it calls retry\"}"));
        // planner    2,000 x $2.50/M + 300 x $15.00/M = $0.0095
        // search     1,000 x $0.20/M + 100 x  $1.25/M = $0.000325, then 1,200 in and 50 out = $0.0003025
        // judge      1,000 x $0.20/M +  20 x  $1.25/M = $0.000225 on nano, rejected by its rule
        //            1,000 x $0.75/M + 100 x  $4.50/M = $0.0012 on mini
        // merger     2,000 x $0.75/M + 200 x  $4.50/M = $0.0024
        assertThat(result).spent("0.0139525").leftNothingBehind();
        assertThat(model.calls())
                .extracting(
                        call -> call.purpose().kind(), call -> call.purpose().tier())
                .containsExactly(
                        tuple(CallPurpose.Kind.PLAN, Tier.FLAGSHIP),
                        tuple(CallPurpose.Kind.WORK, Tier.NANO),
                        tuple(CallPurpose.Kind.REPAIR, Tier.NANO),
                        tuple(CallPurpose.Kind.WORK, Tier.NANO),
                        tuple(CallPurpose.Kind.ESCALATION, Tier.MINI),
                        tuple(CallPurpose.Kind.MERGE, Tier.MINI));
        model.assertFullyUsed();
    }

    @Test
    void goal_oneItemFails_isPartialAndNamesIt() throws Exception {
        hits("Gone.java", "Pool.java");

        assertThat(text(ask()))
                .isEqualTo(
                        "In Pool.java.\nnot looked at: [r#0 (failed: CODE_FAILED: FileNotFoundException: no file Gone.java, thrown by the code of subtask type 'read')]");
    }

    @Test
    void goal_nothingFound_failsWithEveryReason() throws Exception {
        model.on(search, new Query("retry")).refuses("I do not search.");

        var result = ask();

        assertThat(result).isFailedBecause(RunFailure.Kind.NOTHING_SUCCEEDED).leftNothingBehind();
        assertThat(Crew.failed(result).cause().details())
                .containsExactly(
                        "s failed: REFUSED: the model refused: \"I do not search.\"",
                        "r skipped: DEPENDENCY: REFUSED: the model refused: \"I do not search.\" (subtask 's')",
                        "j skipped: DEPENDENCY: REFUSED: the model refused: \"I do not search.\" (subtask 's')");
    }
}
