// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "There are Two of them.; 2",
                "It is 6,000 euros; 6000",
                "It is 6000.00 euros; 6,000",
                "at 13:00; 13:00",
                "two complaints; complain*",
                "an order; question|order",
                "by 30 June; june 30|30 june",
                "The mail m4; m4",
                "69.8 degrees; 69.8"
            })
    void words_inOtherSpelling_areFound(String text, String alternatives) {
        assertThat(Words.of(text).have(alternatives)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "in 2024; 4",
                "4.5 million; 4",
                "an ordering; order",
                "30 days in June; 30 june",
                "the mail m14; m4",
                "12,3456; 123456",
                "''; 1"
            })
    void words_thatOnlyLookAlike_areNotFound(String text, String alternatives) {
        assertThat(Words.of(text).have(alternatives)).isFalse();
    }

    @Test
    void phraseWithoutWords_isRefused() {
        assertThatThrownBy(() -> Words.of("a").have("a|?"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a phrase without words: '?'");
    }

    @Test
    void noWords_areContainedNowhere() {
        assertThat(Words.of("a b").contain(Words.of("..."))).isFalse();
        assertThat(Words.of("a b c").contain(Words.of("B, c"))).isTrue();
    }
}
