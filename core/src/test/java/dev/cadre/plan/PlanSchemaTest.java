// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanSchemaTest {
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(PlanSchema.of(Types.ALL));

    private static List<?> errors(String plan) {
        return SCHEMA.validate(plan, InputFormat.JSON);
    }

    @Test
    void schema_ofOneType_putsTypeAndIdFirst() {
        assertThat(PlanSchema.of(List.of(Types.READ))).isEqualTo("""
                        {"type":"object","properties":{"subtasks":{"type":"array","items":{"anyOf":[\
                        {"type":"object","properties":{"type":{"type":"string","enum":["read"]},"id":{"type":"string"},\
                        "input":{"type":"object","properties":{"path":{"type":["string","null"]}},\
                        "required":["path"],"additionalProperties":false},\
                        "wires":{"type":"array","items":{"type":"object","properties":{\
                        "into":{"type":"string","enum":["path"]},"from":{"type":"string"},"field":{"type":"string"}},\
                        "required":["into","from","field"],"additionalProperties":false}},\
                        "after":{"type":"array","items":{"type":"string"}}},\
                        "required":["type","id","input","wires","after"],"additionalProperties":false}]}}},\
                        "required":["subtasks"],"additionalProperties":false}""");
    }

    @Test
    void schema_acceptsWiredAndLiteralComponents() {
        assertThat(errors("""
                                {"subtasks":[
                                  {"type":"search","id":"s","input":{"term":"t","limit":null},"wires":[],"after":[],
                                   "optional":true},
                                  {"type":"brief","id":"b","input":{"texts":null,"title":"T"},
                                   "wires":[{"into":"texts","from":"s","field":"paths"}],"after":[]},
                                  {"type":"echo","id":"e","input":{"value":"x"},"wires":[],"after":["b"]}]}""")).isEmpty();
    }

    @Test
    void schema_refusesTypesAndComponentsThatAreNotThere() {
        assertThat(errors("{\"subtasks\":[{\"type\":\"dance\",\"id\":\"d\",\"input\":{},\"wires\":[],\"after\":[]}]}"))
                .isNotEmpty();
        assertThat(errors("{\"subtasks\":[{\"type\":\"read\",\"id\":\"d\",\"input\":{\"path\":1},\"wires\":[],"
                        + "\"after\":[]}]}"))
                .isNotEmpty();
        assertThat(errors("{\"subtasks\":[{\"type\":\"read\",\"id\":\"d\",\"input\":{\"path\":null},\"wires\":["
                        + "{\"into\":\"url\",\"from\":\"a\",\"field\":\"b\"}],\"after\":[]}]}"))
                .isNotEmpty();
    }
}
