// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.docs.Pets.BRIEF;
import static dev.cadre.docs.Pets.NOTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.docs.Pets.Brief;
import dev.cadre.docs.Pets.Note;
import dev.cadre.docs.Pets.Notes;
import dev.cadre.journal.FileJournal;
import dev.cadre.model.Tier;
import dev.cadre.pool.PoolLimits;
import dev.cadre.price.Money;
import dev.cadre.simulation.forecast.CrewForecast;
import dev.cadre.simulation.forecast.CrewSimulation;
import dev.cadre.simulation.forecast.CrewSimulation.Parameter;
import dev.cadre.simulation.forecast.Planning;
import dev.cadre.simulation.forecast.Sensitivity;
import dev.cadre.simulation.forecast.Spread;
import dev.cadre.simulation.forecast.WorkProfile;
import dev.cadre.task.Input;
import dev.cadre.task.RunStatus;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the snippets of docs/simulation.md. */
class SimulationSnippetsTest {
    private final TaskGraph<Brief> graph = graph();

    private static TaskGraph<Brief> graph() {
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, "cats");
        var dogs = graph.add("dogs", NOTE, "dogs");
        return graph.answering(graph.add("brief", BRIEF, Input.from(cats, dogs, Notes::new)));
    }

    @Test
    void graph_isForecast() {
        // region simulation-graph
        CrewForecast forecast = CrewSimulation.of(graph)
                .assuming(
                        NOTE,
                        WorkProfile.STANDARD
                                .inputTokens(Spread.logNormal(1_500, 0.4))
                                .outputTokens(Spread.observed(180, 240, 260, 310, 900))
                                .right(Tier.NANO, 0.85)
                                .verifier(0.9, 0.05)
                                .failing(0.02))
                .poolLimits(Tier.NANO, PoolLimits.STANDARD.withMaxParallel(4))
                .budget(Budget.usd("0.05").within(Duration.ofSeconds(30)))
                .build()
                .run(1_000, 7);

        assertThat(forecast.cost().p99()).isLessThan(Money.usd("0.005"));
        assertThat(forecast.makespan().p95()).isLessThan(Duration.ofSeconds(12));
        assertThat(forecast.rate(RunStatus.COMPLETE))
                .isGreaterThan(0.6); // a note that is not accepted has no next tier
        // endregion
    }

    @Test
    void plan_isForecast() {
        // region simulation-plan
        CrewSimulation simulation = CrewSimulation.ofPlan(graph)
                .planning(new Planning(60, Planning.STANDARD.planner(), Planning.STANDARD.merger()))
                .build();

        List<Sensitivity> sensitivity = simulation.sensitivity(200, 7);

        assertThat(sensitivity)
                .filteredOn(line -> line.parameter() == Parameter.PRICE && line.percent() == 150)
                .allSatisfy(line -> assertThat(line.costP50()).isCloseTo(50, within(0.01)));
        // endregion
        assertThat(sensitivity).hasSize(10);
    }

    @Test
    void forecast_isFittedToAJournal(@TempDir Path folder) throws Exception {
        Path journal = folder.resolve("run.journal");
        var model = new ScriptedModel();
        model.on(NOTE).costing(1_000, 500).replies(new Note("noted"));
        model.on(BRIEF).costing(1_000, 500).replies(new Brief("noted twice"));
        try (var record = FileJournal.open(journal)) {
            Coordinator.of(model.pools()).journal(record).run(graph, Budget.usd("0.05"));
        }
        // region simulation-journal
        CrewForecast forecast =
                CrewSimulation.of(graph).fittedTo(journal).build().run(100, 7);
        // endregion
        assertThat(forecast.cost().p99()).isEqualTo(Money.usd("0.002475"));
    }
}
