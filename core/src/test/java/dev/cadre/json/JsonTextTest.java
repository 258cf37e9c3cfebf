// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class JsonTextTest {

    @Test
    void size_countsNodesAndCharacters() {
        assertThat(JsonText.size(Json.parse("null"))).isEqualTo(1);
        assertThat(JsonText.size(Json.parse("true"))).isEqualTo(1);
        assertThat(JsonText.size(Json.parse("\"abc\""))).isEqualTo(1 + 3);
        assertThat(JsonText.size(Json.parse("12.5"))).isEqualTo(1 + 3);
        assertThat(JsonText.size(Json.parse("[\"abc\", 7]"))).isEqualTo(1 + 4 + 2);
        assertThat(JsonText.size(Json.parse("{\"key\": \"abc\", \"k\": []}"))).isEqualTo(1 + 3 + 4 + 1 + 1);
    }

    @Test
    void size_endsBelowTheDeepestLevel() {
        Json deepest = new Json.Str("abc");
        for (int level = 0; level < Json.MAX_DEPTH; level++) {
            deepest = new Json.Arr(List.of(deepest));
        }

        assertThat(JsonText.size(deepest)).isEqualTo(Json.MAX_DEPTH + 4);
        assertThat(JsonText.size(new Json.Arr(List.of(deepest)))).isEqualTo(Json.MAX_DEPTH + 1);
    }

    @Test
    void line_isCutAfterItsCharacters_andHasNoLineEnds() {
        assertThat(JsonText.line("ab\ncd", 5)).isEqualTo("ab cd");
        assertThat(JsonText.line("ab\ncde", 5)).isEqualTo("ab cd…");
        assertThat(JsonText.excerpt("abc", 3)).isEqualTo("\"abc\"");
        assertThat(JsonText.excerpt("abcd", 3)).isEqualTo("\"abc…\"");
    }

    @Test
    void invisibleCharacters_areEscaped_andTheirNeighboursAreNot() {
        for (char hidden : "\u200e\u200f\u2028\u202e\u2066\u2069\u061c\ufeff\ufffe\uffff".toCharArray()) {
            assertThat(new Json.Str("" + hidden).write()).isEqualTo("\"\\u%04x\"".formatted((int) hidden));
        }
        for (char shown : "\u200d\u2010\u2027\u202f\u2065\u206a\ufffd".toCharArray()) {
            assertThat(new Json.Str("" + shown).write()).isEqualTo("\"" + shown + "\"");
        }
    }
}
