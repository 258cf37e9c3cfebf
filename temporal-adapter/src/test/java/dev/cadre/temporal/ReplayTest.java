// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.NamedGoal;
import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
import dev.cadre.plan.PlanReview;
import dev.cadre.price.Price;
import dev.cadre.schedule.RunCommand;
import dev.cadre.task.NamedGraph;
import dev.cadre.task.TaskGraph;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.temporal.Graphs.Topics;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Histories that were recorded go on under the code of today. One that does not is a run in production that would stop:
 * raise the version in {@link GraphWorkflow} and keep the old way for old histories, instead of recording them again.
 */
@Timeout(60)
class ReplayTest {
    private static final Budget BUDGET = Budget.usd("0.05");
    private static final Path HISTORIES = Path.of("src/test/resources/histories");

    @ParameterizedTest
    @ValueSource(strings = {"fan-out", "race", "three", "goal", "goal-replanned", "answered", "approved"})
    void history_goesOnUnderTheCodeOfToday(String name) {
        assertThatCode(() -> replay(name, DecisionOrder.OF_MACHINE, Graphs.ALL)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fan-out", "three", "goal", "goal-replanned"})
    void history_underAnotherDecisionOrder_isRefused(String name) {
        assertThatThrownBy(() -> replay(name, List::reversed, Graphs.ALL))
                .hasStackTraceContaining("the code decides otherwise than when this run began");
    }

    @Test
    void history_underAMachineThatStartsOneFewer_isRefused() {
        DecisionOrder lazy = commands ->
                commands.stream().filter(command -> !isOf(command, "third")).toList();
        assertThatThrownBy(() -> replay("three", lazy, Graphs.ALL)).hasStackTraceContaining("NonDeterministic");
    }

    @Test
    void history_underAMachineThatPlansOnce_isRefused() {
        DecisionOrder content = commands -> commands.stream()
                .filter(command -> !(command instanceof RunCommand.StartRound))
                .toList();
        assertThatThrownBy(() -> replay("goal-replanned", content, Graphs.ALL))
                .hasStackTraceContaining("NonDeterministic");
    }

    private static boolean isOf(RunCommand command, String subtask) {
        return command instanceof RunCommand.StartRung start
                && start.id().subtaskId().equals(subtask);
    }

    @Test
    void history_ofAGraphThatHasChanged_isRefused() {
        NamedGraph<Topics, Note> other = NamedGraph.of("three", Topics.class, topics -> {
            var graph = TaskGraph.builder();
            return graph.answering(graph.add("first", Graphs.CAREFUL, new Topic("cats")));
        });
        assertThatThrownBy(() -> replay("three", DecisionOrder.OF_MACHINE, List.of(other)))
                .hasStackTraceContaining("graph 'three' of version 1 is another one than when this run began");
    }

    @Test
    void history_withOtherPricesAndModels_goesOn() {
        Coordinator dear = Goals.coordinator(
                        new ScriptedModel().pools(pool -> pool.price(Price.perMillionTokens("900", "900", "900"))))
                .planner((request, intake) -> {}) // and another planner, of fewer rounds
                .build();
        assertThatCode(() -> {
                    replay("fan-out", DecisionOrder.OF_MACHINE, Graphs.ALL, dear);
                    replay("goal-replanned", DecisionOrder.OF_MACHINE, Graphs.ALL, dear);
                })
                .doesNotThrowAnyException();
    }

    private static void replay(String name, DecisionOrder order, List<NamedGraph<?, ?>> graphs) throws Exception {
        replay(
                name,
                order,
                graphs,
                Goals.coordinator(new ScriptedModel().pools()).build());
    }

    private static void replay(String name, DecisionOrder order, List<NamedGraph<?, ?>> graphs, Coordinator coordinator)
            throws Exception {
        var history = WorkflowExecutionHistory.fromJson(Files.readString(HISTORIES.resolve(name + ".json")));
        try (var environment = TestWorkflowEnvironment.newInstance()) {
            var builder = TemporalWorker.builder(environment.getWorkflowClient(), Cluster.QUEUE, coordinator)
                    .graphs(graphs.toArray(NamedGraph<?, ?>[]::new))
                    .goals(Goals.ALL.toArray(NamedGoal<?, ?>[]::new));
            var worker = environment.newWorker(Cluster.QUEUE);
            TemporalWorker.decides(worker, builder.registry(), order);
            WorkflowReplayer.replayWorkflowExecution(history, worker);
        }
    }

    /** Writes histories of the code of today, each under a name that is not taken. */
    @Test
    @Tag("measure")
    void record() throws IOException, InterruptedException {
        Topics topics = new Topics(List.of("cats", "dogs", "bees"));
        Topic pets = new Topic("pets");
        Map<String, Start> runs = Map.of(
                "fan-out", to -> to.start(Graphs.FAN_OUT.on(topics), BUDGET),
                "race", to -> to.start(Graphs.RACE.on(new Topic("lions")), BUDGET),
                "three", to -> to.start(Graphs.THREE.on(topics), BUDGET),
                "goal", to -> to.start(Goals.PLAIN.on(pets), Budget.usd("1.00")),
                "answered", to -> answered(to.start(Graphs.ASKED.on(new Topic("cats")), BUDGET)),
                "approved", to -> approved(to.start(Goals.PLAIN.on(pets), Budget.usd("1.00"))),
                "goal-replanned", to -> to.start(Goals.RULED.on(pets), Budget.usd("1.00")));
        for (String name : runs.keySet()) {
            Path file = HISTORIES.resolve(name + ".json");
            if (Files.notExists(file)) {
                Files.createDirectories(HISTORIES);
                Files.writeString(file, recorded(runs.get(name), name));
            }
        }
        assertThat(HISTORIES).isNotEmptyDirectory();
    }

    private interface Start {
        TemporalRun<?> on(TemporalCoordinator coordinator);
    }

    /** With an answer that is refused, and one that is taken. */
    private static TemporalRun<Note> answered(TemporalRun<Note> run) {
        run.answer(PeopleTest.awaitQuestions(run, 1).getFirst(), Note.class, new Note("short"));
        RunQuestion again = PeopleTest.awaitRefusal(run, "long enough");
        run.answer(again, Note.class, new Note("long enough for the rule"));
        return run;
    }

    private static TemporalRun<?> approved(TemporalRun<?> run) {
        run.approve(PeopleTest.awaitQuestions(run, 1).getFirst());
        return run;
    }

    private static String recorded(Start start, String name) throws InterruptedException {
        int rounds = name.equals("goal-replanned") ? 2 : 0;
        var model = new ScriptedModel();
        var never = new Gate(); // who loses is under way: the test server breaks if it ends while it is cancelled
        model.on(Graphs.NOTE).replies(new Note("a fact"));
        model.on(Graphs.NOTE, new Topic("dogs")).refuses("no dogs");
        model.on(Graphs.NOTE, new Topic("lions")).holdUntil(never).replies(new Note("never"));
        model.on(Graphs.CAREFUL).onlyOn(Tier.NANO).replies(new Note("short"));
        model.on(Graphs.CAREFUL).onlyOn(Tier.MINI).replies(new Note("long enough for the rule"));
        model.on(Goals.SHORTEN).replies(new Note("fact"));
        model.onPlan()
                .repliesText(Goals.plan(Goals.note("cats"), Goals.note("dogs"), Goals.shorten("short", "cats")))
                .repliesText(Goals.plan(Goals.note("foxes", "dogs"), Goals.shorten("shorter", "foxes")))
                .repliesText(Goals.plan(Goals.note("bees")));
        model.onMerge().repliesText(Goals.answer("long")).repliesText(Goals.answer("short"));
        Coordinator.Builder coordinator = Goals.coordinator(model.pools()).replanning(rounds);
        if (name.equals("approved")) {
            coordinator.review(plan -> new PlanReview.Verdict.Wait("the team lead"));
        }
        try (var cluster = Cluster.of(coordinator.build())) {
            TemporalRun<?> run = start.on(cluster.runs());
            run.result();
            return cluster.history(run.id()).toJson(true);
        }
    }
}
