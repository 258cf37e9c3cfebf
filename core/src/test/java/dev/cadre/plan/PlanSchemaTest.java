// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.cadre.model.Tier;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanSchemaTest {
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(PlanSchema.of(Types.ALL, List.of(), List.of()));

    private static List<?> errors(String plan) {
        return SCHEMA.validate(plan, InputFormat.JSON);
    }

    @Test
    void schema_ofOneType_putsTypeAndIdFirst() {
        assertThat(PlanSchema.of(List.of(Types.READ), List.of(), List.of())).isEqualTo("""
                        {"type":"object","properties":{"subtasks":{"type":"array","items":{"anyOf":[\
                        {"type":"object","properties":{"type":{"type":"string","enum":["read"]},"id":{"type":"string"},\
                        "input":{"type":"object","properties":{"path":{"anyOf":[{"type":"string"},\
                        {"$ref":"#/$defs/Reference"}]}},"required":["path"],"additionalProperties":false}},\
                        "required":["type","id","input"],"additionalProperties":false}]}}},\
                        "required":["subtasks"],"additionalProperties":false,"$defs":{"Reference":{"type":"object",\
                        "properties":{"from":{"type":"string"},"field":{"type":"string","enum":["text"]}},\
                        "required":["from","field"],"additionalProperties":false}}}""");
    }

    @Test
    void schema_acceptsLiteralsAndReferences() {
        assertThat(errors("""
                                {"subtasks":[
                                  {"type":"search","id":"s","input":{"term":"t","limit":null},"optional":true},
                                  {"type":"brief","id":"b",
                                   "input":{"texts":{"from":"s","field":"paths"},"title":"T"}},
                                  {"type":"echo","id":"e","input":{"value":"x"}}]}""")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"dance\",\"id\":\"d\",\"input\":{}}",
                "{\"type\":\"read\",\"id\":\"d\",\"input\":{\"path\":1}}",
                "{\"type\":\"read\",\"id\":\"d\",\"input\":{\"path\":null}}",
                "{\"type\":\"read\",\"id\":\"d\",\"input\":{\"path\":\"a\",\"url\":\"b\"}}",
                "{\"type\":\"read\",\"id\":\"d\",\"input\":{\"path\":{\"from\":\"s\",\"field\":\"nothing\"}}}",
                "{\"type\":\"read\",\"id\":\"d\",\"input\":{\"path\":\"a\"},\"after\":[]}"
            })
    void schema_refusesTypesComponentsFieldsAndOrderThatAreNotThere(String subtask) {
        assertThat(errors("{\"subtasks\":[%s]}".formatted(subtask))).isNotEmpty();
    }

    record Range(String from, Optional<String> field) {}

    @Test
    void component_thatLooksLikeAReferenceItself_isALiteralOnly() {
        var type = SubtaskType.code("cut", Cut.class, Range.class, (in, context) -> in.range());

        assertThat(PlanSchema.of(List.of(type), List.of(), List.of()))
                .contains("\"properties\":{\"range\":{\"$ref\":\"#/$defs/Range\"}}");
    }

    record Cut(Range range) {}

    @Test
    void reference_namesTheFieldsThatFitItsComponent() {
        record Texts(List<String> texts, List<Types.Excerpt> excerpts, long lines) {}
        var join = SubtaskType.code("join", Texts.class, String.class, (in, context) -> "");

        // a list of the text of each, the whole outputs of each, and one number
        assertThat(PlanSchema.of(List.of(Types.READ, join), List.of(), List.of()))
                .contains("\"Reference\":{", "\"enum\":[\"text\",\"value\",\"items\"]")
                .contains("\"Reference_2\":{", "\"enum\":[\"items\"]")
                .contains("\"Reference_3\":{", "\"enum\":[\"lines\"]");
    }

    @Test
    void component_thatNoOutputFits_isALiteralOnly() {
        record Loud(boolean loud) {}
        var type = SubtaskType.code("speak", Loud.class, String.class, (in, context) -> "");

        assertThat(PlanSchema.of(List.of(type), List.of(), List.of()))
                .contains("\"properties\":{\"loud\":{\"type\":\"boolean\"}}");
    }

    @Test
    void order_isAskedForOnlyWhereATypeChangesSomething() {
        SubtaskType<?, ?> writes = SubtaskType.model("write", Types.Pair.class, Types.Brief.class, "Write.")
                .tools(Tool.of("store", "Store a text.", Types.Brief.class, (text, context) -> "stored")
                        .writing(Tool.Effect.WRITES));

        assertThat(PlanSchema.of(List.of(writes), List.of(), List.of()))
                .contains("\"required\":[\"type\",\"id\",\"input\",\"after\"]");
    }

    @Test
    void tiers_areOfferedWhereATypeLeavesAChoice() {
        assertThat(PlanSchema.of(List.of(Types.READ.between(Tier.NANO, Tier.MINI), Types.SEARCH), List.of(), List.of()))
                .containsOnlyOnce("\"tier\":{\"type\":\"string\",\"enum\":[\"nano\",\"mini\"]}");
    }

    @Test
    void laterRound_namesWhatMayBeReplaced() {
        assertThat(PlanSchema.of(List.of(Types.READ), List.of(), List.of("a", "b#1")))
                .contains("\"replaces\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"a\",\"b#1\"]}}");
    }
}
