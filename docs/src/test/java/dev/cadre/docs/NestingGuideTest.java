// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.NestedResult;
import dev.cadre.NestedRun;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.ScriptedModel;
import org.junit.jupiter.api.Test;

/** Runs the snippet of docs/nesting.md. */
class NestingGuideTest {
    record Question(String text) {}

    record Fact(String text) {}

    record Findings(String text) {}

    private static final SubtaskType<Question, Fact> LOOK_UP =
            SubtaskType.model("look_up", Question.class, Fact.class, "State a fact.");

    @Test
    void coordinator_asWorkOfAnotherOne() throws Exception {
        var model = new ScriptedModel();
        model.onPlan()
                .costing(1_000, 100)
                .repliesText(
                        "{\"subtasks\":[{\"type\":\"look_up\",\"id\":\"cats\",\"input\":{\"text\":\"What do cats do?\"}}]}");
        model.on(LOOK_UP).costing(1_000, 100).replies(new Fact("They purr."));
        model.onMerge().costing(1_000, 100).repliesText("{\"answer\":{\"text\":\"They purr.\"},\"citations\":[]}");
        ModelPools models = model.pools();
        var text = new StringBuilder();

        // region nesting
        Coordinator research = Coordinator.builder(models).plansWith(LOOK_UP).build();
        NestedRun<Question, Findings> nested =
                NestedRun.goal(() -> research, Money.usd("0.20"), question -> Goal.of(question.text(), Findings.class));

        SubtaskType<Question, Findings> asType = nested.asType("research", Question.class, Findings.class);
        Tool asTool = nested.asTool("research", "Answers a question about pets.", Question.class);

        var graph = TaskGraph.builder();
        var findings = graph.add("findings", asType, new Question("What do pets do?"));
        RunResult<Findings> result = Coordinator.of(models).run(graph.answering(findings), Budget.usd("0.50"));
        for (NestedResult each : result.report().nested()) {
            text.append(each.subtaskId() + ": " + each.report().spend().total() + "\n");
        }
        // endregion

        assertThat(result).isCompleteWith(new Findings("They purr."));
        assertThat(text).hasToString("findings: " + result.spend().total() + "\n");
        assertThat(asTool.spendingPerCall()).contains(Money.usd("0.20"));
    }
}
