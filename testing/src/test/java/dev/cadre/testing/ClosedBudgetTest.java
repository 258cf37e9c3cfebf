// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.NOTE_USD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.task.Input;
import dev.cadre.task.Skip;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import org.junit.jupiter.api.Test;

/** A tenant's budget is closed while one of its runs is under way. */
class ClosedBudgetTest {
    @Test
    void callInFlight_isPaid_andTheNextIsSkippedForTheBudget() throws Exception {
        var model = new ScriptedModel();
        var gate = new Gate();
        model.on(NOTE, new Topic("cats")).costing(1_000, 400).holdUntil(gate).replies(new Note("cats purr"));
        model.on(NOTE, new Topic("cats purr")).replies(new Note("never"));
        var graph = TaskGraph.builder();
        var first = graph.add("first", NOTE, new Topic("cats"));
        var second = graph.add("second", NOTE, Input.from(first, note -> new Topic(note.text())));
        var tenant = Budget.usd("1").open();

        var run = Crew.start(() -> Coordinator.of(model.pools())
                .run(graph.answering(second), Budget.usd("0.50").under(tenant)));
        assertThat(model.awaitInFlight(1)).isTrue();
        tenant.close();
        gate.open();

        var result = run.result();
        assertThat(result).outcome(first).hasValue(new Note("cats purr"));
        assertThat(result).outcome(second).isSkippedBecause(Skip.Kind.BUDGET);
        assertThat(result).spent(NOTE_USD).leftNothingBehind();
    }
}
