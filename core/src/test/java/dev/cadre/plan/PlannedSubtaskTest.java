// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import static dev.cadre.plan.Types.READ;
import static dev.cadre.plan.Types.SEARCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.model.Tier;
import dev.cadre.plan.Types.Query;
import dev.cadre.plan.Types.ReadFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlannedSubtaskTest {
    @Test
    void withLiteral_writesTheBareJsonOfAValue() {
        var planned = PlannedSubtask.of("s", SEARCH)
                .withLiteral("text", "a\"b")
                .withLiteral("number", 7L)
                .withLiteral("constant", Tier.MINI)
                .withLiteral("record", new ReadFile("p"))
                .withLiteral("list", List.of("x", List.of(true)));

        assertThat(planned.literals())
                .isEqualTo(Map.of(
                        "text", "\"a\\\"b\"",
                        "number", "7",
                        "constant", "\"MINI\"",
                        "record", "{\"path\":\"p\"}",
                        "list", "[\"x\",[true]]"));
    }

    @Test
    void parse_readsWhatToJsonWrote() {
        var planned = PlannedSubtask.of("s", SEARCH, new Query("é\u0000", Optional.of(3)))
                .withWire("limit", "a", "count")
                .after("b", "c")
                .asOptional();

        assertThat(PlannedSubtask.parse(planned.toJson())).isEqualTo(planned);
        assertThat(PlannedSubtask.of("r", READ, new ReadFile("p")).toJson())
                .isEqualTo("{\"type\":\"read\",\"id\":\"r\",\"input\":{\"path\":\"p\"},\"wires\":[],\"after\":[],"
                        + "\"optional\":false}");
    }

    @Test
    void parse_ofSomethingElse_saysWhatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PlannedSubtask.parse("[]"))
                .withMessage("not a planned subtask: expected an object, got an array");
    }
}
