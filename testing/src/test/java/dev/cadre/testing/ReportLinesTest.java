// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.forEach;
import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.BRIEF;
import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.RunReport;
import dev.cadre.RunResult;
import dev.cadre.SubtaskReport;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.price.Money;
import dev.cadre.task.Outcome;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the lines of a report say of fan-outs, and of what came from the journal. */
class ReportLinesTest {
    private static final Budget BUDGET = Budget.usd("0.05");

    @TempDir
    private Path folder;

    private final ScriptedModel model = new ScriptedModel();

    @BeforeEach
    void script() {
        model.on(NOTE, new Topic("cats")).costing(1_000, 400).replies(new Note("They purr."));
        model.on(NOTE, new Topic("dogs"))
                .costing(1_000, 400)
                .refuses("no dogs")
                .costing(1_000, 400)
                .replies(new Note("They bark."));
        model.on(NOTE, new Topic("fish")).costing(1_000, 400).replies(new Note("They swim."));
        model.on(BRIEF).costing(1_000, 100).replies(new Brief("about pets"));
    }

    private static TaskGraph<Brief> pets() {
        var graph = TaskGraph.builder();
        var fish = graph.add("fish", NOTE, new Topic("fish"));
        var pets = graph.add("pets", NOTE, forEach(List.of(new Topic("cats"), new Topic("dogs"))));
        return graph.answering(graph.add("brief", BRIEF, from(pets, fish, (notes, note) -> new Notes(notes.values()))));
    }

    private static SubtaskReport line(RunReport report, String id) {
        return report.subtasks().stream()
                .filter(line -> line.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void fanOut_hasTheSumOfItsItems_andTheTimeFromTheFirstStartToTheLastEnd() throws Exception {
        var events = new ArrayList<RunEvent>();
        var coordinator =
                Coordinator.builder(model.pools()).listener(events::add).build();

        RunReport report = coordinator.run(pets(), BUDGET).report();

        SubtaskReport pets = line(report, "pets");
        assertThat(pets.cost()).isEqualTo(Money.usd(Crew.NOTE_USD).times(2));
        assertThat(pets.spend())
                .isEqualTo(line(report, "pets#0")
                        .spend()
                        .plus(line(report, "pets#1").spend()));
        assertThat(pets.took()).isEqualTo(time(events, "pets"));
        assertThat(report.subtasks().stream()
                        .filter(line -> !line.isItem())
                        .map(SubtaskReport::cost)
                        .reduce(Money.ZERO, Money::plus))
                .isEqualTo(report.spend().total());
    }

    private static Duration time(List<RunEvent> events, String id) {
        Duration began = events.stream()
                .filter(event -> event instanceof RunEvent.RungStarted rung
                        && rung.subtaskId().startsWith(id + "#"))
                .findFirst()
                .orElseThrow()
                .at();
        Duration ended = events.stream()
                .filter(event -> event instanceof RunEvent.SubtaskEnded end
                        && end.subtaskId().equals(id))
                .findFirst()
                .orElseThrow()
                .at();
        return ended.minus(began);
    }

    @Test
    void outcomeOfAnItem_isThatOfItsOwnType_alsoWhereTheFanOutFailed() throws Exception {
        var graph = TaskGraph.builder();
        var pets = graph.add(
                "pets",
                NOTE,
                forEach(List.of(new Topic("cats"), new Topic("dogs"))).minSuccess(2));

        RunReport failed =
                Coordinator.of(model.pools()).run(graph.answering(pets), BUDGET).report();

        assertThat(failed.outcome("pets")).isInstanceOf(Outcome.Failed.class);
        assertThat(failed.outcome("pets#0")).isEqualTo(new Outcome.Succeeded<>(new Note("They purr.")));
        assertThat(failed.outcome("pets#1")).isInstanceOf(Outcome.Failed.class);
        assertThatThrownBy(() -> failed.outcome("pets#2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("subtask 'pets' has no item 'pets#2': failed: TOO_FEW_ITEMS: 1 of 2 items");
        assertThatThrownBy(() -> failed.outcome("cows"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("this run has no subtask 'cows', only [pets]");
    }

    @Test
    void lineOfThePlanner_hasNoStatusOfItsOwn() throws Exception {
        RunResult<Brief> result = Coordinator.of(model.pools()).run(pets(), BUDGET);

        assertThat(result.report().planner().toString()).startsWith("planner: $0.00 for 0 calls, ");
    }

    @Test
    void subtasksTakenFromTheJournal_areMarked() throws Exception {
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            var coordinator = Coordinator.of(model.pools()).journal(journal);
            RunResult<Brief> first = coordinator.run(pets(), BUDGET);
            assertThat(first.report().subtasks()).noneMatch(SubtaskReport::reused);
            assertThat(first.report().reused()).isZero();

            RunResult<Brief> second = coordinator.run(pets(), BUDGET);
            RunResult<Brief> third = coordinator.run(pets(), BUDGET);

            assertThat(reused(second)).containsExactly("fish", "pets#0");
            assertThat(second.report().toString())
                    .contains("4 of 4 subtasks and items succeeded, 2 from the journal, spent ");
            assertThat(reused(third)).containsExactly("fish", "pets", "pets#0", "pets#1", "brief");
            assertThat(third.report().reused()).isEqualTo(4);
            assertThat(GraphText.states(second.report()).lines().map(String::strip))
                    .containsExactly(
                            "[succeeded] fish: note                 reused",
                            "[succeeded] pets: note                 $0.0007",
                            "[succeeded]   pets#0                   reused",
                            "[succeeded]   pets#1                   NANO $0.0007",
                            "[succeeded] brief: brief <- pets, fish MINI $0.0012");
        }
    }

    private static List<String> reused(RunResult<?> result) {
        return result.report().subtasks().stream()
                .filter(SubtaskReport::reused)
                .map(SubtaskReport::id)
                .toList();
    }
}
