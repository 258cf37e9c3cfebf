// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoinedTest {
    private static final Map<String, String> OUTPUTS = Map.of("a", "{\"n\":1}", "b", "{\"n\":2}");

    @TempDir
    Path folder;

    @Test
    void output_isThatOfTheOneTaken_orAListOfThem_orTheirNames() {
        var both = new Joined(List.of("a", "b"), List.of());

        assertThat(new Joined(List.of("a"), List.of()).output("race", OUTPUTS, 100))
                .isEqualTo("{\"n\":1}");
        assertThat(both.output("repeat", OUTPUTS, 100)).isEqualTo("{\"n\":2}");
        assertThat(both.output("quorum", OUTPUTS, 100)).isEqualTo("[{\"n\":1},{\"n\":2}]");
        assertThat(both.output("quorum", OUTPUTS, 10)).isEqualTo("[\"a\",\"b\"]");
        assertThat(new Joined(List.of("a", "lost"), List.of()).output("quorum", OUTPUTS, 100))
                .isEqualTo("[\"a\",\"lost\"]");
    }

    /** A journal of quorums, each of which has taken the one before it twice. */
    @Test
    void listsOfLists_areNoLongerThanTheirRoom() {
        Path file = folder.resolve("run.journal");
        var goal = Fingerprint.of("goal");
        try (var journal = FileJournal.open(file)) {
            journal.append(new JournalEntry.RunStarted("run", goal, "q60", Money.usd("1"), "", "", ""));
            for (int number = 0; number <= 60; number++) {
                var planned = new PlannedSubtask("q" + number, "quorum", Map.of(), List.of(), List.of(), false);
                journal.append(new JournalEntry.PlanAdmitted("run", number, planned.toJson()));
                String before = "q" + (number - 1);
                String output = number == 0
                        ? "{\"text\":\"a word\"}"
                        : "{\"took\":[\"%s\",\"%s\"],\"without\":[]}".formatted(before, before);
                Fingerprint print = number == 0 ? goal : Fingerprint.of(goal.hex(), "join");
                journal.append(new JournalEntry.Ended(
                        JournalKey.of("run", "q" + number), print, new Outcome.Succeeded<>(output), Spend.NONE));
            }
        }

        long characters = HistoryReader.read(file).getFirst().subtasks().stream()
                .mapToLong(each -> each.end() == null ? 0 : each.end().text().length())
                .sum();

        assertThat(characters).isBetween(100_000L, 1_100_000L);
    }
}
