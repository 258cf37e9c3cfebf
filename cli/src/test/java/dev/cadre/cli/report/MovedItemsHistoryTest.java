// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MovedItemsHistoryTest {
    record Topic(String name) {}

    record Topics(List<Topic> topics) {}

    record Note(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State a fact.");

    @TempDir
    Path folder;

    /** The item that stood first in the first session stands behind another one in the second. */
    @Test
    void callsOfAnItem_areWhereItStandsNow() throws Exception {
        Path file = folder.resolve("run.journal");
        var isHealed = new AtomicBoolean();
        SubtaskType<Topic, Topics> find = SubtaskType.code("find", Topic.class, Topics.class, (topic, context) -> {
            if (topic.name().equals("x") && !isHealed.get()) {
                throw new IllegalStateException("not today");
            }
            return new Topics(List.of(new Topic(topic.name() + "1")));
        });
        var model = new ScriptedModel();
        model.on(NOTE, new Topic("y1")).costing(10_000, 100).replies(new Note("dear"));
        model.on(NOTE, new Topic("x1")).costing(100, 100).replies(new Note("cheap"));
        for (boolean healed : new boolean[] {false, true}) {
            isHealed.set(healed);
            var graph = TaskGraph.builder();
            var found = graph.add("found", find, Input.forEach(List.of(new Topic("x"), new Topic("y"))));
            var each = graph.add("each", NOTE, Input.forEachOf(found, Topics::topics));
            try (var journal = FileJournal.open(file)) {
                Coordinator.of(model.pools()).journal(journal).run(graph.answering(each), Budget.usd("0.05"));
            }
        }

        Map<String, List<String>> costs = HistoryReader.read(file).getFirst().subtasks().stream()
                .filter(subtask -> subtask.label().startsWith("each#"))
                .collect(Collectors.toMap(
                        RunHistory.SubtaskHistory::label,
                        subtask -> subtask.calls().stream()
                                .map(call -> call.spend().total().toString())
                                .toList()));
        assertThat(costs)
                .containsOnly(Map.entry("each#0", List.of("$0.000145")), Map.entry("each#1", List.of("$0.002125")));
    }
}
