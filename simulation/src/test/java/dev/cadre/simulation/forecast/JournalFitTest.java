// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.simulation.forecast.Crew.Brief;
import dev.cadre.simulation.forecast.Crew.Note;
import dev.cadre.simulation.forecast.Crew.Notes;
import dev.cadre.simulation.forecast.Crew.Topic;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class JournalFitTest {
    private static final SubtaskType<Topic, Note> RISING = Crew.NOTE.upTo(Tier.MINI);

    @TempDir
    Path folder;

    private static TaskGraph<Brief> graph() {
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", RISING, new Topic("cats"));
        var dogs = graph.add("dogs", RISING, new Topic("dogs"));
        return graph.answering(graph.add(
                "brief", Crew.BRIEF, Input.from(cats, dogs, (c, d) -> new Notes(List.of(c, d)))));
    }

    @Test
    void forecast_fittedToARealRun_costsWhatItCost() throws Exception {
        Path file = folder.resolve("run.journal");
        var model = new ScriptedModel();
        model.on(RISING).costing(1_234, 321).replies(new Note("noted"));
        model.on(Crew.BRIEF).costing(2_000, 77).replies(new Brief("noted twice"));
        Money spent;
        try (var journal = FileJournal.open(file)) {
            var result = Coordinator.of(model.pools()).journal(journal).run(graph(), Budget.usd("1.00"));
            spent = result.spend().total();
        }

        CrewForecast forecast =
                CrewSimulation.of(graph()).fittedTo(file).build().run(20, 7);

        assertThat(forecast.cost().min()).isEqualTo(spent);
        assertThat(forecast.cost().max()).isEqualTo(spent);
        assertThat(forecast.makespan().max()).isLessThan(Duration.ofSeconds(20)); // not the seconds of a model
    }

    @Test
    void attempts_ofAJournal_areOfTheTierThatTheirPriceTells() {
        Path file = folder.resolve("written.journal");
        try (var journal = FileJournal.open(file)) {
            attempt(journal, "cats", Spend.settled(Money.usd("0.000825"), TokenUsage.of(1_000, 500))); // nano
            attempt(journal, "dogs", Spend.forfeited(Money.usd("0.01")));
            attempt(journal, "dogs", Spend.settled(Money.usd("0.003"), TokenUsage.of(1_000, 500))); // mini
            attempt(journal, "dogs", Spend.NONE); // never sent
            attempt(journal, "another", Spend.settled(Money.usd("1.00"), TokenUsage.of(9_000_000, 9)));
        }

        SimAssumedBehavior models =
                CrewSimulation.of(graph()).fittedTo(file).build().models(7);

        assertThat(models.outputTokens(RISING.name(), "cats", Tier.NANO)).isEqualTo(500);
        assertThat(models.timing(RISING.name(), "cats", Tier.NANO, "1", 500).nanos())
                .as("as long as two lines are apart, not as long as 500 tokens take")
                .isLessThan(Duration.ofSeconds(2).toNanos());
        assertThat(models.timing(RISING.name(), "cats", Tier.FLAGSHIP, "1", 500).nanos())
                .as("of which nothing was seen")
                .isGreaterThan(Duration.ofSeconds(6).toNanos());
        CrewForecast forecast =
                CrewSimulation.of(graph()).fittedTo(file).build().run(300, 7);
        assertThat(forecast.tier(Tier.NANO).attempts()).as("a third is lost").isBetween(2.7, 3.1);
    }

    private static final JournalEntry.Asked NANO =
            new JournalEntry.Asked(CallPurpose.Kind.WORK, Tier.NANO, "gpt-5.4-nano");

    private static void attempt(FileJournal journal, String subtask, Spend spend) {
        var key = JournalKey.of("run", subtask);
        journal.append(new JournalEntry.Intent(key, Fingerprint.of(subtask), 1, NANO, Money.usd("0.01")));
        journal.append(new JournalEntry.Settled(key, 1, "complete", spend));
    }

    @Test
    void journal_ofAnotherGraph_isRefused() {
        Path file = folder.resolve("other.journal");
        try (var journal = FileJournal.open(file)) {
            attempt(journal, "another", Spend.settled(Money.usd("0.003"), TokenUsage.of(1_000, 500)));
        }
        var simulation = CrewSimulation.of(graph());

        assertThatThrownBy(() -> simulation.fittedTo(file))
                .hasMessage("journal %s has no settled attempt of a subtask of the graph".formatted(file));
    }
}
