// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.budget.Budget;
import dev.cadre.docs.Pets.Brief;
import dev.cadre.docs.Pets.Note;
import dev.cadre.docs.Pets.Notes;
import dev.cadre.journal.FileJournal;
import dev.cadre.merge.Citation;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.OpenAi;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.plan.PlannedCondition;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.task.Failure;
import dev.cadre.task.Input;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Cassette;
import dev.cadre.testing.Deltas;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the snippets of docs/testing.md. */
class TestingTest {
    // region testing-first
    @Test
    void brief_oneNoteRefused_isSkipped() throws Exception {
        var model = new ScriptedModel();
        model.on(Pets.NOTE, "cats").costing(1_000, 500).replies(new Note("They purr."));
        model.on(Pets.NOTE, "dogs").costing(1_000, 0).refuses("no dogs");
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", Pets.NOTE, "cats");
        var dogs = graph.add("dogs", Pets.NOTE, "dogs");
        var brief = graph.add("brief", Pets.BRIEF, Input.from(cats, dogs, Notes::new));

        var result = Coordinator.of(model.pools()).run(graph.answering(brief), Budget.usd("0.05"));

        assertThat(result).outcome(dogs).isFailedBecause(Failure.Kind.REFUSED);
        assertThat(result).outcome(brief).isSkippedBecauseOf(dogs);
        assertThat(result).spent("0.001025").leftNothingBehind(); // 2,000 in and 500 out on nano
        assertThat(model.calls()).hasSize(2);
    }
    // endregion

    @Test
    void plan_wholeRun() throws Exception {
        var model = new ScriptedModel();
        // region testing-planner
        var find = SubtaskType.code("find", Query.class, Hits.class, (in, context) -> new Hits(List.of("Pool.java")));
        var read = SubtaskType.model("read", Source.class, Note.class, "What does the file do about the term?");
        model.onPlan().streams(Deltas.cut("""
                        {"subtasks":[
                         {"type":"find","id":"f","input":{"term":"retry"}},
                         {"type":"read","id":"r","input":{"path":{"from":"f","field":"paths"}}}]}""", 16));
        model.on(read, new Source("Pool.java")).replies(new Note("It retries."));
        model.onMerge().repliesText("{\"answer\":{\"headline\":\"In the pool.\"},\"citations\":[]}");

        var result = Coordinator.builder(model.pools())
                .plansWith(find, read)
                .build()
                .run(Goal.of("Where is retry implemented?", Brief.class), Budget.usd("0.25"));

        assertThat(result)
                .isCompleteWith(new Brief("In the pool."))
                .hasShape("f: find", "r: read <- f")
                .outcome("r#0")
                .usedTiers(Tier.NANO);
        var asked = model.calls().getFirst().request(); // what the planner was told
        assertThat(asked.instructions()).contains("read", "What does the file do about the term?");
        assertThat(asked.turns().toString()).contains("Where is retry implemented?");
        model.assertFullyUsed();
        // endregion
    }

    record Query(String term) {}

    record Hits(List<String> paths) {}

    record Source(String path) {}

    @Test
    void plan_withEveryField_isRead() {
        var shown = Documents.Document.read(Documents.ROOT.resolve("docs/testing.md"))
                .blocks("json");

        var read = PlannedSubtask.parse(shown.getFirst());

        assertThat(read)
                .isEqualTo(new PlannedSubtask(
                        "r",
                        "read",
                        Map.of("path", "{\"from\":\"f\",\"field\":\"paths\"}", "term", "\"retry\""),
                        List.of(),
                        List.of("w"),
                        true,
                        "mini",
                        Optional.of(new PlannedCondition("k", "kind", "\"COMPLAINT\"")),
                        List.of("s", "all#1")));
    }

    enum Kind {
        COMPLAINT,
        PRAISE
    }

    record Sorted(Kind kind) {}

    @Test
    void plan_withOptionalFields_isRun() throws Exception {
        var model = new ScriptedModel();
        var sort = SubtaskType.code("sort", Query.class, Sorted.class, (in, context) -> new Sorted(Kind.COMPLAINT))
                .deciding();
        var find = SubtaskType.code("find", Query.class, Hits.class, (in, context) -> new Hits(List.of("Pool.java")));
        var read = SubtaskType.model("read", Source.class, Note.class, "What does the file do?")
                .between(Tier.NANO, Tier.MINI)
                .allowingOptional();
        model.onPlan().replies("""
                        {"subtasks":[
                         {"type":"sort","id":"k","input":{"term":"retry"}},
                         {"type":"find","id":"f","input":{"term":"retry"},"after":null,"tier":null,"when":null},
                         {"type":"read","id":"r","input":{"path":{"from":"f","field":"paths"}},"after":["k"],
                          "optional":true,"tier":"MINI","when":{"from":"k","field":"kind","is":"COMPLAINT"}},
                         {"type":"read","id":"p","input":{"path":"Pool.java"},
                          "when":{"from":"k","field":"kind","is":"PRAISE"}}]}""");
        model.on(read).refuses("no");
        model.onMerge().repliesText("{\"answer\":{\"headline\":\"None.\"},\"citations\":[]}");

        var result = Coordinator.builder(model.pools())
                .plansWith(sort, find, read)
                .build()
                .run(Goal.of("Where is retry implemented?", Brief.class), Budget.usd("0.25"));

        assertThat(result).isCompleteWith(new Brief("None.")); // it can do without r
        assertThat(result).outcome("r").isFailedBecause(Failure.Kind.TOO_FEW_ITEMS);
        assertThat(model.calls())
                .filteredOn(call -> call.purpose().subtaskType().equals("read"))
                .extracting(call -> call.purpose().tier())
                .containsExactly(Tier.MINI);
        assertThat(result).outcome("p").isSkippedBecause(Skip.Kind.NOT_NEEDED);
    }

    @Test
    void merger_ofAModel() throws Exception {
        var model = new ScriptedModel();
        // region testing-merger
        var note = Pets.NOTE;
        model.onPlan().replies("""
                        {"subtasks":[
                         {"type":"note","id":"cats","input":{"value":"cats"}},
                         {"type":"note","id":"dogs","input":{"value":"dogs"}}]}""");
        model.on(note, "cats").replies(new Note("They purr."));
        model.on(note, "dogs").refuses("no dogs");
        model.onMerge().repliesText("{\"answer\":{\"headline\":\"Cats purr.\"},\"citations\":[1,7]}");

        var result = Coordinator.builder(model.pools())
                .plansWith(note)
                .build()
                .run(Goal.of("What do pets do?", Brief.class), Budget.usd("0.25"));

        assertThat(result).isPartial().outcome("dogs").isFailedBecause(Failure.Kind.REFUSED);
        assertThat(result.report().citations())
                .containsExactly(new Citation("cats", "They purr.")); // no passage has the number 7
        // endregion
    }

    @Test
    void budget_shortOfMoney() throws Exception {
        var model = new ScriptedModel();
        // region testing-budget
        model.on(Pets.NOTE).costing(1_000, 500).replies(new Note("noted")); // $0.000825 on nano
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", Pets.NOTE, "cats");
        var dogs = graph.add("dogs", Pets.NOTE, "dogs");
        var brief = graph.add("brief", Pets.BRIEF, Input.from(cats, dogs, Notes::new));
        graph.after(dogs, cats); // beside each other, either might get the money

        // a note reserves $0.0025 for its 2,000 tokens of output and some more for its input
        var result = Coordinator.of(model.pools()).run(graph.answering(brief), Budget.usd("0.003"));

        assertThat(result).outcome(cats).hasValue(new Note("noted"));
        assertThat(result).outcome(dogs).isSkippedBecause(Skip.Kind.BUDGET);
        assertThat(result).spent("0.000825").leftNothingBehind();
        // endregion
    }

    @Test
    void fault_ofTheProvider() throws Exception {
        var model = new ScriptedModel();
        // region testing-fault
        model.on(Pets.NOTE, "cats")
                .isRateLimited(Duration.ZERO) // unpaid, and tried again
                .costing(1_000, 500)
                .replies(new Note("They purr."));
        model.on(Pets.NOTE, "dogs")
                .streams(Deltas.of("{\"text\":\"They")
                        .thenFails(() -> new ModelException.ConnectionFailed(
                                "connection reset", ModelException.Charge.UNKNOWN, new IOException())));
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", Pets.NOTE, "cats");
        var dogs = graph.add("dogs", Pets.NOTE, "dogs");
        var brief = graph.add("brief", Pets.BRIEF, Input.from(cats, dogs, Notes::new));

        var result = Coordinator.of(model.pools()).run(graph.answering(brief), Budget.usd("0.05"));

        assertThat(result).outcome(cats).hasValue(new Note("They purr."));
        assertThat(result).outcome(cats).spent("0.000825");
        assertThat(result).outcome(dogs).isFailedBecause(Failure.Kind.MODEL_FAILED);
        assertThat(result).outcome(dogs).tookCalls(4); // each booked at its worst case, since nobody knows
        assertThat(result).outcome(brief).isSkippedBecauseOf(dogs);
        // endregion
    }

    @Test
    void cassette_recordsAndReplays(@TempDir Path folder) throws Exception {
        var model = new ScriptedModel(); // stands for a real one
        model.on(Pets.NOTE).replies(new Note("noted"));
        model.on(Pets.BRIEF).replies(new Brief("noted twice"));
        Path file = folder.resolve("brief.jsonl");
        try (var cassette = Cassette.open(file, Cassette.Mode.RECORD);
                var models = cassette.pools(model::pools)) {
            Pets.brief(models);
        }

        // region testing-cassette
        try (var cassette = Cassette.open(file); // such as src/test/cassettes/brief.jsonl
                var models = cassette.pools(OpenAi::fromEnv)) { // is not asked when replaying: no key is needed
            assertThat(Pets.brief(models)).isEqualTo(new Brief("noted twice"));
            cassette.assertFullyPlayed();
        }
        // endregion
    }

    @Test
    void journal_isACassette(@TempDir Path folder) throws Exception {
        var model = new ScriptedModel();
        model.on(Pets.NOTE).costing(1_000, 500).replies(new Note("noted"));
        var builder = TaskGraph.builder();
        var graph = builder.answering(builder.add("cats", Pets.NOTE, "cats"));
        Path file = folder.resolve("run.journal");
        try (var journal = FileJournal.open(file)) {
            Coordinator.of(model.pools()).journal(journal).run(graph, Budget.usd("0.05"));
        }

        // region testing-journal
        try (var cassette = Cassette.ofJournal(file)) {
            var coordinator = Coordinator.of(cassette.pools()).journal(cassette.journal());
            assertThat(coordinator.run(graph, Budget.usd("0.05"))).isCompleteWith(new Note("noted"));
        }
        // endregion
    }

    @Test
    void assertion_thatFails_printsTheGraph() throws Exception {
        var model = new ScriptedModel();
        model.on(Pets.NOTE, "cats").costing(1_000, 500).replies(new Note("They purr."));
        model.on(Pets.NOTE, "dogs").costing(1_000, 0).refuses("no dogs");
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", Pets.NOTE, "cats");
        var dogs = graph.add("dogs", Pets.NOTE, "dogs");
        var brief = graph.add("brief", Pets.BRIEF, Input.from(cats, dogs, Notes::new));
        var result = Coordinator.of(model.pools()).run(graph.answering(brief), Budget.usd("0.05"));

        assertThatThrownBy(() -> assertThat(result).outcome(brief).isSkippedBecauseOf(cats))
                .message()
                .isEqualTo(Documents.Document.read(Documents.ROOT.resolve("docs/testing.md"))
                        .blocks("text")
                        .getFirst()
                        .stripTrailing());
    }

    @Test
    void order_heldByAGate() throws Exception {
        // region testing-gate
        var model = new ScriptedModel();
        var gate = new Gate();
        model.on(Pets.NOTE).holdUntil(gate).replies(new Note("noted"));
        model.on(Pets.BRIEF).replies(new Brief("noted twice"));
        var run = new FutureTask<>(() -> Pets.brief(model.pools()));
        Thread.ofVirtual().start(run);
        assertThat(model.awaitInFlight(2)).isTrue(); // both notes are being written
        gate.open();
        assertThat(run.get()).isEqualTo(new Brief("noted twice"));
        assertThat(model.peakInFlight()).isEqualTo(2);
        // endregion
    }

    @Test
    void sdk_againstTheLoopbackServer() throws Exception {
        // region testing-loopback
        try (var server = LoopbackOpenAi.start();
                var models = OpenAi.fromEnv(
                        Map.of("OPENAI_API_KEY", "test", "OPENAI_BASE_URL", server.baseUrl()),
                        pool -> pool.maxParallel(2))) {
            server.on(request -> request.instructions().contains("State facts."))
                    .replies(LoopbackReply.text("{\"text\":\"noted\"}").usage(TokenUsage.of(1_000, 400)));
            server.onAny().replies(LoopbackReply.text("{\"headline\":\"noted twice\"}"));

            assertThat(Pets.brief(models)).isEqualTo(new Brief("noted twice"));
            assertThat(server.requests()).hasSize(3);
        }
        // endregion
    }
}
