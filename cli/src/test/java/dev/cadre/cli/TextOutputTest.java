// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextOutputTest {
    /** What moves a cursor, ends a line, turns a direction, or is not shown at all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u001b",
                "\n",
                "\u009b",
                "\u2028",
                "\u2029",
                "\u202e",
                "\u200b",
                "\u034f",
                "\u115f",
                "\u1160",
                "\u17b4",
                "\u180b",
                "\u3164",
                "\ufe0f",
                "\uffa0",
                "\udb40\udd00",
                "\ue000",
                "\ud800"
            })
    void characterThatDoesMoreOrLessThanShow_isAQuestionMark(String character) {
        assertThat(TextOutput.visible("a" + character + "b")).isEqualTo("a?b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Grüße\tund 你好", "שלום, नमस्ते", "é \ud83d\ude00 $5 → 4 €"})
    void text_ofAnyLanguage_isShown(String text) {
        assertThat(TextOutput.visible(text)).isEqualTo(text);
    }
}
