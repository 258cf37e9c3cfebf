// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatchTest {
    private static List<String> faults(Match match, String expected, String answer) {
        return match.faults(Json.parse(expected), Json.parse(answer)).stream()
                .map(Scorer.Fault::toString)
                .toList();
    }

    @Test
    void exact_comparesNumbersByValue_andFieldsInAnyOrder() {
        assertThat(faults(Match.exact(), "{\"a\":1,\"b\":[1,2]}", "{\"b\":[1,2.0],\"a\":1.0}"))
                .isEmpty();
    }

    @Test
    void exact_namesEveryFieldAtFault() {
        assertThat(faults(Match.exact(), "{\"a\":1,\"b\":[1,2],\"c\":null}", "{\"a\":2,\"b\":[2,1],\"c\":null}"))
                .containsExactly("a: expected 1, got 2", "b: expected [1,2], got [2,1]");
    }

    @Test
    void exact_missingOrAddedField_isAFault() {
        assertThat(faults(Match.exact(), "{\"a\":1}", "{}")).containsExactly("a: expected 1, got nothing");
        assertThat(faults(Match.exact(), "{}", "{\"a\":1}")).containsExactly("a: expected nothing, got 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1,2]     | [2,1.0]   | true",
                "[1,2,2]   | [2,1]     | true",
                "[1,2]     | [1,2,3]   | false",
                "[[1,2],3] | [3,[2,1]] | true",
                "['a']     | ['A']     | false",
                "[{'x':[1,2]}] | [{'x':[2,1]}] | true"
            })
    void set_ignoresOrderAndRepetitions(String expected, String answer, boolean same) {
        String wanted = "{\"tags\":%s}".formatted(expected.replace('\'', '"'));
        String given = "{\"tags\":%s}".formatted(answer.replace('\'', '"'));

        assertThat(faults(Match.set(), wanted, given).isEmpty()).isEqualTo(same);
    }

    @ParameterizedTest
    @CsvSource({
        "10, 10.01, true",
        "10, 9.99, true",
        "10, 10.011, false",
        "-1, 1, false",
        "1e999, 1e999, true",
        "1e9999, 1, false",
        "0, 1e-9999, true"
    })
    void within_allowsNumbersToDiffer(String expected, String answer, boolean same) {
        assertThat(faults(Match.within("0.01"), "{\"sum\":%s}".formatted(expected), "{\"sum\":%s}".formatted(answer))
                        .isEmpty())
                .isEqualTo(same);
    }

    @Test
    void within_isExactForAllElse() {
        assertThat(faults(Match.within("5"), "{\"a\":\"x\",\"n\":[1,2]}", "{\"a\":\"y\",\"n\":[3,4]}"))
                .containsExactly("a: expected \"x\", got \"y\"");
    }

    @Test
    void tolerance_thatIsNoneOrNegative_isRefused() {
        assertThatThrownBy(() -> Match.within("much")).hasMessage("not a number: 'much'");
        assertThatThrownBy(() -> Match.within("-1")).hasMessage("a tolerance is never negative: -1");
    }

    @Test
    void fields_areComparedEachInItsWay_andOthersNotAtAll() {
        Match match = Match.fields(Map.of("sum", Match.within("1"), "tags", Match.set()));

        assertThat(faults(match, "{\"sum\":5,\"tags\":[1,2]}", "{\"sum\":6,\"tags\":[2,1],\"note\":\"x\"}"))
                .isEmpty();
        assertThat(faults(match, "{\"sum\":5,\"tags\":[1,2]}", "{\"sum\":7,\"tags\":[3]}"))
                .containsExactly("sum: expected 5, got 7", "tags: expected [1,2], got [3]");
    }

    @Test
    void noFields_areRefused() {
        assertThatThrownBy(() -> Match.fields(Map.of())).hasMessage("no field is to be compared");
    }

    @Test
    void keyInAnAnswer_isNotShown() {
        assertThat(faults(Match.exact(), "{\"a\":\"x\"}", "{\"a\":\"sk-proj-0123456789abcdef0123456789abcdef\"}"))
                .noneMatch(fault -> fault.contains("0123456789abcdef"));
    }
}
