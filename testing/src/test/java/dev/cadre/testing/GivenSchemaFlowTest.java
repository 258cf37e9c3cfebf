// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.json.Json;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.util.ArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Work on any JSON whose answer has a schema that is known at run time only. */
class GivenSchemaFlowTest {
    private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{\"label\":{\"type\":\"string\","
            + "\"enum\":[\"bug\",\"wish\"]}},\"required\":[\"label\"],\"additionalProperties\":false}";
    private static final SubtaskType<Json, Json.Obj> LABEL = SubtaskType.json("label", SCHEMA, "Label the item.");
    private static final Json ITEM = Json.obj().with("text", "it <breaks>");
    private static final Json.Obj BUG = Json.obj().with("label", "bug");

    final ScriptedModel model = new ScriptedModel();
    final Coordinator coordinator = Coordinator.of(model.pools());

    @Test
    void graph_bringsTheObject_andTheModelReadsTheItemAsItIs() throws Exception {
        model.on(LABEL, ITEM).costing(1_000, 400).replies(BUG);
        var graph = TaskGraph.builder();
        var label = graph.add("one", LABEL, ITEM);

        RunResult<Json.Obj> result = coordinator.run(graph.answering(label), Budget.usd("1.00"));

        assertThat(result.requireComplete().string("label")).isEqualTo("bug");
        assertThat(model.calls()).singleElement().satisfies(call -> {
            assertThat(call.request().turns().toString()).contains("{\"text\":\"it <breaks>\"}");
            assertThat(call.request().output().toString()).contains(SCHEMA);
        });
    }

    @Test
    void answer_outsideTheSchema_isRepairedOnceAndThenFails() throws Exception {
        model.on(LABEL).costing(1_000, 400).repliesText("{\"label\":\"idea\"}");
        var items = new ArrayList<BulkItem<Json.Obj>>();

        coordinator.bulk(LABEL).run(Stream.of(ITEM), Budget.usd("1.00"), items::add);

        assertThat(items)
                .singleElement()
                .satisfies(item -> assertThat(item.outcome())
                        .isEqualTo(Outcome.failed(
                                Failure.Kind.INVALID_OUTPUT, "$.label: \"idea\" is not one of bug, wish")));
        assertThat(model.calls()).hasSize(2);
    }

    @Test
    void planner_cannotBeGivenIt() {
        assertThatThrownBy(() -> Coordinator.builder(model.pools()).plansWith(LABEL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("subtask type 'label' takes any JSON, which no plan can say: use it in a graph or in bulk");
    }

    @Test
    void schema_thatIsNotStrict_isRefusedWithItsPlace() {
        assertThatThrownBy(() -> SubtaskType.json("label", SCHEMA.replace("\"required\":[\"label\"],", ""), "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("$.properties.label: every property must be in required");
    }
}
