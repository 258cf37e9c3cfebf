// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.json.Json;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CitedPassagesTest {
    private static final Map<Integer, Citation> SHOWN = new LinkedHashMap<>();

    static {
        SHOWN.put(1, new Citation("a", "He said \"stop\"\n\tand  left."));
        SHOWN.put(2, new Citation("a", "{\"path\":\"x\",\"count\":7}"));
        SHOWN.put(10, new Citation("f#0", "10 million people"));
    }

    private static CitedPassages cited(String json) {
        return CitedPassages.of(SHOWN, Json.parse(json) instanceof Json.Arr array ? array.items() : List.of());
    }

    private static List<Citation> at(Integer... numbers) {
        return List.of(numbers).stream().map(SHOWN::get).toList();
    }

    @Test
    void numbers_areThePassages_eachOnce_inTheOrderOfTheModel() {
        var passages = cited("[10,1,10,2.0]");

        assertThat(passages.citations()).isEqualTo(at(10, 1, 2));
        assertThat(passages.notes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"10\"             | 10",
                "\"[10]\"           | 10",
                "\" (#10).\"        | 10",
                "{\"number\":10}    | 10",
                "{\"id\":\"and left\",\"n\":10} | 10"
            })
    void numbersInAnotherForm_areRead(String written, int number) {
        assertThat(cited("[" + written + "]").citations()).isEqualTo(at(number));
    }

    @Test
    void severalNumbersInOneText_areAllRead_andNotedOnce() {
        var passages = cited("[\"[1][2]\",\"1, 10\"]");

        assertThat(passages.citations()).isEqualTo(at(1, 2, 10));
        assertThat(passages.notes())
                .containsExactly("citations came as text, such as \"[3]\", and were read as numbers");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "He said \"stop\" and left.",
                "  said   \"stop\"\nand ",
                "he said",
                "\u201cHe said \u201cstop\u201d and left\u201d!",
                "he said\u00a0\"stop\"...",
                "and left..",
                "and left\u2026"
            })
    void wordsOfAPassage_areLookedFor(String words) {
        var passages = CitedPassages.of(SHOWN, List.of(new Json.Str(words)));

        assertThat(passages.citations()).isEqualTo(at(1));
        assertThat(passages.notes()).containsExactly("citations came as words, and were looked for in the passages");
    }

    @Test
    void quoteOfTheFormBefore_isLookedFor() {
        assertThat(cited("[{\"subtask\":\"path\",\"quote\":\"10 million\"}]").citations())
                .isEqualTo(at(10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3",
                "0",
                "-1",
                "1.5",
                "1e9999",
                "\"3\"",
                "\"[1] and [3]\"",
                "\"[1][3]\"",
                "\"\"",
                "\"...\"",
                "\"she said\"",
                "\"10 billion\"",
                "null",
                "true",
                "[1]",
                "{}",
                "{\"quote\":\"x = 1\"}"
            })
    void whatNamesNoPassage_isDropped_withANote(String written) {
        var passages = cited("[" + written + "]");

        assertThat(passages.citations()).isEmpty();
        assertThat(passages.notes())
                .singleElement()
                .asString()
                .startsWith("a citation was dropped, because it names no passage that was shown: ");
    }

    @Test
    void citations_beyondAThousand_areDropped() {
        var thousand = Collections.nCopies(CitedPassages.MAX, (Json) Json.Num.of(1));
        var more = Collections.nCopies(CitedPassages.MAX + 1_000, (Json) Json.Num.of(1));

        assertThat(CitedPassages.of(SHOWN, thousand).notes()).isEmpty();
        assertThat(CitedPassages.of(SHOWN, more).notes()).containsExactly("1,000 citations beyond 1,000 were dropped");
    }
}
