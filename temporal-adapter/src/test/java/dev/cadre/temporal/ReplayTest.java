// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.model.Tier;
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
    private static final Path HISTORIES = Path.of("src/test/resources/histories");

    @ParameterizedTest
    @ValueSource(strings = {"fan-out", "race", "three"})
    void history_goesOnUnderTheCodeOfToday(String name) {
        assertThatCode(() -> replay(name, DecisionOrder.OF_MACHINE, Graphs.ALL)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fan-out", "three"})
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
        Coordinator dear = Coordinator.of(
                new ScriptedModel().pools(pool -> pool.price(Price.perMillionTokens("900", "900", "900"))));
        assertThatCode(() -> replay("fan-out", DecisionOrder.OF_MACHINE, Graphs.ALL, dear))
                .doesNotThrowAnyException();
    }

    private static void replay(String name, DecisionOrder order, List<NamedGraph<?, ?>> graphs) throws Exception {
        replay(name, order, graphs, Coordinator.of(new ScriptedModel().pools()));
    }

    private static void replay(String name, DecisionOrder order, List<NamedGraph<?, ?>> graphs, Coordinator coordinator)
            throws Exception {
        var history = WorkflowExecutionHistory.fromJson(Files.readString(HISTORIES.resolve(name + ".json")));
        try (var environment = TestWorkflowEnvironment.newInstance()) {
            var builder = TemporalWorker.builder(environment.getWorkflowClient(), Cluster.QUEUE, coordinator)
                    .graphs(graphs.toArray(NamedGraph<?, ?>[]::new));
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
        Map<String, TaskGraph<?>> graphs = Map.of(
                "fan-out",
                Graphs.FAN_OUT.on(topics),
                "race",
                Graphs.RACE.on(new Topic("lions")),
                "three",
                Graphs.THREE.on(topics));
        for (String name : graphs.keySet()) {
            Path file = HISTORIES.resolve(name + ".json");
            if (Files.notExists(file)) {
                Files.createDirectories(HISTORIES);
                Files.writeString(file, recorded(graphs.get(name)));
            }
        }
        assertThat(HISTORIES).isNotEmptyDirectory();
    }

    private static String recorded(TaskGraph<?> graph) throws InterruptedException {
        var model = new ScriptedModel();
        var never = new Gate(); // who loses is under way: the test server breaks if it ends while it is cancelled
        model.on(Graphs.NOTE).replies(new Note("a fact"));
        model.on(Graphs.NOTE, new Topic("dogs")).refuses("no dogs");
        model.on(Graphs.NOTE, new Topic("lions")).holdUntil(never).replies(new Note("never"));
        model.on(Graphs.CAREFUL).onlyOn(Tier.NANO).replies(new Note("short"));
        model.on(Graphs.CAREFUL).onlyOn(Tier.MINI).replies(new Note("long enough for the rule"));
        try (var cluster = Cluster.of(Coordinator.of(model.pools()))) {
            TemporalRun<?> run = cluster.runs().start(graph, Budget.usd("0.05"));
            run.result();
            return cluster.history(run.id()).toJson(true);
        }
    }
}
