// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.json.Json;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What makes two runs, or two items, the same: values alone. */
@Tag("slow")
class IdentityTest {
    record Amount(BigDecimal value, Set<String> tags) {}

    private static final SubtaskType<Amount, Note> READ =
            SubtaskType.model("read", Amount.class, Note.class, "Read the amount.");
    private static final Budget BUDGET = Budget.usd("0.5");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();

    // --- in another process

    private static List<String> inAnotherProcess(Path journal, String... options) throws Exception {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(options));
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), IdentityRun.class.getName(), journal.toString()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var said = process.inputReader(StandardCharsets.UTF_8)) {
            List<String> lines = said.lines().toList();
            assertThat(process.waitFor()).as(lines.toString()).isZero();
            return lines;
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void everyRun_inAnotherProcessWithOtherHashes_isTheSameAndCostsNothing() throws Exception {
        Path journal = folder.resolve("processes.journal");

        List<String> first = inAnotherProcess(journal);
        assertThat(first).startsWith("calls 7").hasSize(5);

        // the identity hashes of enum constants; the order of Set.of and Map.of is another one in every process anyway
        for (String hashes : List.of("-XX:hashCode=0", "-XX:hashCode=3", "-XX:hashCode=5")) {
            List<String> again = inAnotherProcess(journal, "-XX:+UnlockExperimentalVMOptions", hashes);

            assertThat(again).startsWith("calls 0");
            assertThat(again.subList(1, again.size())).isEqualTo(first.subList(1, first.size()));
        }
    }

    // --- in this one

    private void graph(FileJournal journal, Amount amount) throws InterruptedException {
        var graph = TaskGraph.builder();
        Coordinator.of(model.pools())
                .journal(journal)
                .run(graph.answering(graph.add("read", READ, amount)), BUDGET)
                .requireComplete();
    }

    @Test
    void numbers_areTheSameByValue() throws Exception {
        model.on(READ).costing(1_000, 400).replies(new Note("One."));
        try (var journal = FileJournal.open(folder.resolve("numbers.journal"))) {
            for (String digits : List.of("1", "1.0", "1e0", "10e-1")) {
                graph(journal, new Amount(new BigDecimal(digits), Set.of("a", "b")));
            }
            assertThat(model.calls()).hasSize(1);

            graph(journal, new Amount(new BigDecimal("1.01"), Set.of("a", "b")));
            assertThat(model.calls()).hasSize(2);
            assertThat(journal.runs()).hasSize(2);
        }
    }

    @Test
    void keysOfABulk_areNumbersByValueAndNoStrings() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("They purr."));
        var keys = Map.of("number", Json.Num.of(1), "text", (Json) new Json.Str("1"));
        var seen = new ArrayList<String>();
        try (var journal = FileJournal.open(folder.resolve("keys.journal"))) {
            var bulk = Coordinator.of(model.pools()).bulk(NOTE).journal(journal);

            bulk.keyedBy(topic -> keys.get(topic.name()))
                    .run(Stream.of(new Topic("number"), new Topic("text")), BUDGET, item -> seen.add(item.key()));
            assertThat(seen).containsExactlyInAnyOrder("1", "\"1\"");
            for (Object number : List.of(1, 1L, 1.0, new BigDecimal("1.00"), Json.parse("1e0"))) {
                assertThat(bulk.keyedBy(topic -> number).recorded(new Topic("number"), 0))
                        .contains(new Note("They purr."));
            }
            assertThat(bulk.keyedBy(topic -> new Json.Str("1")).recorded(new Topic("number"), 0))
                    .isEmpty();
        }
    }

    @Test
    void keysOfABulk_thatAreOneNumber_areShared() {
        model.on(NOTE).costing(1_000, 400).replies(new Note("They purr."));
        var values = Map.of("a", 1, "b", 1.0);

        assertThatThrownBy(() -> Coordinator.of(model.pools())
                        .bulk(NOTE)
                        .keyedBy(topic -> values.get(topic.name()))
                        .run(Stream.of(new Topic("a"), new Topic("b")), BUDGET, item -> {}))
                .hasMessage("two inputs share the key '1': that at index 1, and one before it");
    }

    @Test
    void longKeys_areRecordedByTheirDigest() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("They purr."));
        String end = "x".repeat(20_000_000);
        var keys = new ArrayList<String>();
        for (int session = 1; session <= 2; session++) {
            try (var journal = FileJournal.open(folder.resolve("long.journal"))) {
                Coordinator.of(model.pools())
                        .bulk(NOTE)
                        .journal(journal)
                        .keyedBy(topic -> topic.name() + end)
                        .run(Stream.of(new Topic("a"), new Topic("b")), BUDGET, item -> keys.add(item.key()));
            }
        }

        assertThat(model.calls()).hasSize(2);
        assertThat(keys).hasSize(4).allMatch(key -> key.length() < 200);
    }
}
