// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.eval.EvalExample;
import dev.cadre.eval.Evals;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.model.CallOptions;
import dev.cadre.model.Effort;
import dev.cadre.model.Sampling;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Cassette.Mode;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Temperature and top_p of a subtask type. */
class SamplingTest {
    private static final Budget BUDGET = Budget.usd("1.00");
    private static final Topic CATS = new Topic("cats");
    private static final SubtaskType<Topic, Note> VARIED = NOTE.sampling(Sampling.ofTemperature(1.2));

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();

    private static TaskGraph<Note> graph(SubtaskType<Topic, Note> type) {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("cats", type, CATS));
    }

    private static RunResult<Note> run(ModelPools pools, SubtaskType<Topic, Note> type) throws InterruptedException {
        return Coordinator.of(pools).run(graph(type), BUDGET);
    }

    private List<Sampling> sent() {
        return model.calls().stream()
                .map(call -> call.request().options().sampling())
                .toList();
    }

    // --- what is sent

    @Test
    void everyCallOfTheType_isSampled_repairsAndHigherTiersToo() throws Exception {
        SubtaskType<Topic, Note> type = VARIED.upTo(Tier.MINI)
                .accept("it is long", (topic, note) -> note.text().length() > 3);
        model.on(type).repliesText("not JSON").replies(new Note("no")).replies(new Note("They purr."));

        run(model.pools(), type).requireComplete();

        assertThat(sent()).hasSize(3).containsOnly(Sampling.ofTemperature(1.2));
    }

    @Test
    void plannerAndMerger_areNotSampled() throws Exception {
        model.onPlan().replies(plan(plannedNote("cats")));
        model.on(VARIED).replies(new Note("They purr."));
        model.onMerge().repliesText(merged("They purr."));

        Coordinator.builder(model.pools())
                .plansWith(VARIED)
                .build()
                .run(Goal.of("What do cats do?", Answer.class), BUDGET)
                .requireComplete();

        assertThat(sent()).containsExactly(Sampling.DEFAULT, Sampling.ofTemperature(1.2), Sampling.DEFAULT);
    }

    @Test
    void defaults_sendNothing_andPriceAndEstimateAreTheSame() throws Exception {
        model.on(NOTE).replies(new Note("They purr."));

        run(model.pools(), NOTE).requireComplete();

        assertThat(sent()).containsExactly(Sampling.DEFAULT);
        var coordinator = Coordinator.of(model.pools());
        assertThat(coordinator.preview(graph(VARIED)).cost())
                .isEqualTo(coordinator.preview(graph(NOTE)).cost());
    }

    @Test
    void packedItems_areSampledToo() throws Exception {
        model.when("packs", call -> true)
                .repliesText("{\"answers\":[{\"number\":1,\"answer\":{\"text\":\"a\"}},"
                        + "{\"number\":2,\"answer\":{\"text\":\"b\"}}]}");

        Coordinator.of(model.pools())
                .bulk(VARIED)
                .packing(2)
                .run(Stream.of(CATS, new Topic("dogs")), BUDGET, item -> {});

        assertThat(sent()).containsExactly(Sampling.ofTemperature(1.2));
    }

    // --- what is refused

    @Test
    void model_thatIsNotKnownToTakeIt_refusesEveryRun_beforeAnythingIsPaid() {
        var pools = ModelPools.of(ModelPool.of(model, "gpt-6-luna"));
        String reason =
                "subtask type 'note' sets a temperature, and may run on tier NANO, whose model gpt-6-luna is not known to"
                        + " take one: leave it out, choose other tiers with startingAt, notBelow and upTo,"
                        + " or state it with ModelSpec.withCapabilities if it does";
        Coordinator coordinator = Coordinator.builder(pools).plansWith(VARIED).build();
        Goal<Answer> goal = Goal.of("What do cats do?", Answer.class);

        assertThatIllegalStateException().isThrownBy(() -> run(pools, VARIED)).withMessage(reason);
        assertThatIllegalStateException()
                .isThrownBy(() -> coordinator.preview(graph(VARIED)))
                .withMessage(reason);
        assertThatIllegalStateException()
                .isThrownBy(() -> coordinator.run(goal, BUDGET))
                .withMessage(reason);
        assertThatIllegalStateException()
                .isThrownBy(() -> coordinator.plan(goal, BUDGET))
                .withMessage(reason);
        assertThatIllegalStateException()
                .isThrownBy(() -> coordinator.bulk(VARIED))
                .withMessage(reason);
        assertThatIllegalStateException()
                .isThrownBy(() -> coordinator.run(
                        Evals.of(VARIED).examples(List.of(EvalExample.of(CATS, new Note("They purr.")))), BUDGET))
                .withMessage(reason);
        assertThat(model.calls()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void modelThatReasons_takesItAtEffortNoneOnly(boolean byTheType) {
        SubtaskType<Topic, Note> sampled = NOTE.sampling(Sampling.ofTopP(0.9));
        SubtaskType<Topic, Note> type = byTheType ? sampled.effort(Effort.LOW) : sampled;
        Limits limits = byTheType ? Limits.DEFAULT : Limits.DEFAULT.withEffort(Effort.LOW);

        assertThatIllegalStateException()
                .isThrownBy(() -> Coordinator.builder(model.pools())
                        .limits(limits)
                        .build()
                        .run(graph(type), BUDGET))
                .withMessage(
                        "subtask type 'note' sets a top_p, and may run on tier NANO, whose model gpt-5.4-nano takes none"
                                + " at effort LOW: leave it out, choose other tiers with startingAt, notBelow and upTo,"
                                + " or the effort NONE");
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void modelOfAHigherTier_andOneThatThePoolFallsBackTo_countToo() {
        var nano = ModelPool.of(model, "gpt-5.4-nano");
        var mini = ModelPool.of(model, "gpt-6-luna");
        var tiers =
                ModelPools.builder().bind(Tier.NANO, nano).bind(Tier.MINI, mini).build();
        var chain = ModelPools.of(
                ModelPool.builder(model, "gpt-5.4-nano").fallBackTo(mini).build());

        assertThatIllegalStateException()
                .isThrownBy(() -> run(tiers, VARIED.upTo(Tier.MINI)))
                .withMessageContaining("may run on tier MINI, whose model gpt-6-luna");
        assertThatIllegalStateException()
                .isThrownBy(() -> run(chain, VARIED))
                .withMessageContaining("may run on tier NANO, whose model gpt-6-luna");
        assertThat(model.calls()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 2.1, Double.NaN, Double.POSITIVE_INFINITY})
    void temperature_thatNoProviderTakes_isRefused(double value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sampling.ofTemperature(value))
                .withMessage("temperature must be from 0 to 2, not " + value);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sampling.ofTopP(value))
                .withMessage("top_p must be from 0 to 1, not " + value);
    }

    // --- what it is part of

    @Test
    void changedSampling_isOtherWork_ofTheSameRun() throws Exception {
        model.on(NOTE).replies(new Note("They purr."));
        for (SubtaskType<Topic, Note> type : List.of(NOTE, VARIED, VARIED, NOTE.sampling(Sampling.ofTopP(0.5)))) {
            try (Journal journal = FileJournal.open(folder.resolve("run.journal"))) {
                Coordinator.of(model.pools())
                        .journal(journal)
                        .run(graph(type), BUDGET)
                        .requireComplete();
                assertThat(journal.runs()).hasSize(1);
            }
        }

        assertThat(sent()).containsExactly(Sampling.DEFAULT, Sampling.ofTemperature(1.2), Sampling.ofTopP(0.5));
    }

    @Test
    void cassette_findsACallByItsSampling_andWithoutOneAsBefore() throws Exception {
        Path file = folder.resolve("calls.cassette");
        model.on(NOTE).replies(new Note("They purr."));
        for (SubtaskType<Topic, Note> type : List.of(NOTE, VARIED)) {
            try (var cassette = Cassette.open(file, Mode.RECORD);
                    var pools = cassette.pools(model::pools)) {
                run(pools, type).requireComplete();
            }
        }

        List<String> lines = Files.readAllLines(file).subList(1, 3);
        assertThat(lines).filteredOn(line -> line.contains("\"sampling\"")).hasSize(1);
        try (var cassette = Cassette.open(file, Mode.REPLAY)) {
            var pools = cassette.pools(() -> {
                throw new AssertionError("nobody is asked");
            });
            run(pools, NOTE).requireComplete();
            run(pools, VARIED).requireComplete();
            cassette.assertFullyPlayed();
            assertThat(run(pools, NOTE.sampling(Sampling.ofTemperature(0.1)))
                            .report()
                            .outcomes()
                            .toString())
                    .contains("no recording");
        }
    }

    @Test
    void code_hasNoSampling() {
        var code = SubtaskType.code("note", Topic.class, Note.class, (in, context) -> new Note(in.name()));

        assertThatIllegalStateException()
                .isThrownBy(() -> code.sampling(Sampling.ofTemperature(0)))
                .withMessage("subtask type 'note' is plain code: sampling applies to work of a model only");
        assertThat(CallOptions.NONE.sampling()).isEqualTo(Sampling.DEFAULT);
    }
}
