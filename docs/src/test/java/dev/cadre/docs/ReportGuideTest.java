// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunReport;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Runs the snippet of docs/report.md. */
class ReportGuideTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State three facts about the topic.");

    @Test
    void table_hasALineForEachSubtask() throws Exception {
        var model = new ScriptedModel();
        model.on(NOTE)
                .costing(1_000, 400)
                .answers(call -> new Note(call.input(NOTE).name() + " purr."));
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        var next = graph.add("next", NOTE, Input.from(cats, note -> new Topic("tigers")));
        RunResult<Note> result = Coordinator.of(model.pools()).run(graph.answering(next), Budget.usd("0.05"));

        // region report-table
        RunReport report = result.report();
        String table = Stream.concat(
                        report.subtasks().stream().filter(line -> !line.isItem()),
                        Stream.of(report.planner(), report.merger()))
                .map(line -> "%-8s %-5s %-9s %-4s %s"
                        .formatted(
                                line.id(),
                                line.type(),
                                line.status(),
                                line.tier().map(Object::toString).orElse("-"),
                                line.cost()))
                .collect(Collectors.joining("\n"));
        // endregion

        assertThat(table.lines().map(line -> line.replaceAll(" +", " ").strip()))
                .contains("cats note succeeded NANO $0.0007", "next note succeeded NANO $0.0007")
                .hasSize(4);
    }
}
