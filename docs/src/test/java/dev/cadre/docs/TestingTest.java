// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.docs.Pets.Brief;
import dev.cadre.docs.Pets.Note;
import dev.cadre.docs.Pets.Notes;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.OpenAi;
import dev.cadre.task.Failure;
import dev.cadre.task.Input;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Gate;
import dev.cadre.testing.LoopbackOpenAi;
import dev.cadre.testing.LoopbackReply;
import dev.cadre.testing.ScriptedModel;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

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
