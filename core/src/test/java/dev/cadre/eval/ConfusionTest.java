// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.json.Json;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConfusionTest {
    private static Verdict verdict(String expected, String answer) {
        return answered(Json.obj().with("label", expected), Json.obj().with("label", answer));
    }

    private static Verdict answered(Json expected, Json answer) {
        Verdict.Kind kind = answer == Json.Null.NULL
                ? Verdict.Kind.INVALID
                : answer.equals(expected) ? Verdict.Kind.PASSED : Verdict.Kind.WRONG;
        return new Verdict("0", kind, Json.obj(), expected, answer, List.of(), "");
    }

    @Test
    void table_hasARowForEachExpectedAndAColumnForEachAnsweredValue() {
        var verdicts = List.of(
                verdict("card", "card"),
                verdict("card", "loan"),
                verdict("card", "loan"),
                verdict("loan", "loan"),
                answered(Json.obj().with("label", "loan"), Json.Null.NULL));

        assertThat(Confusion.of("label", verdicts))
                .contains(new Confusion(
                        "label", List.of("card", "loan"), List.of(List.of(1L, 2L), List.of(0L, 1L)), List.of(0L, 1L)));
    }

    @Test
    void manyValues_haveNoTable() {
        var verdicts = IntStream.rangeClosed(0, Confusion.MOST_VALUES)
                .mapToObj(i -> verdict("v" + i, "v" + i))
                .toList();

        assertThat(Confusion.of("label", verdicts)).isEmpty();
        assertThat(Confusion.of("label", verdicts.subList(1, verdicts.size()))).isPresent();
    }

    @Test
    void listsAndMissingFields_haveNoTable() {
        Json list = Json.obj().with("label", Json.arr());

        assertThat(Confusion.of("label", List.of(answered(list, list)))).isEmpty();
        assertThat(Confusion.of("other", List.of(verdict("card", "card"), verdict("loan", "loan"))))
                .isEmpty();
    }

    @Test
    void numbersAndTruths_areValues() {
        var verdicts = List.of(
                answered(Json.parse("{\"n\":1}"), Json.parse("{\"n\":1.0}")),
                answered(Json.parse("{\"n\":true}"), Json.parse("{\"n\":null}")));

        assertThat(Confusion.of("n", verdicts).orElseThrow().values()).containsExactly("1", "null", "true");
    }
}
