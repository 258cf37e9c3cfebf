// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExcerptTest {
    @Test
    void cut_keepsTheBeginning_andNeverHalfACharacter() {
        assertThat(Excerpt.cut("abc", 3)).isEqualTo("abc");
        assertThat(Excerpt.cut("abcd", 3)).isEqualTo("abc…");
        assertThat(Excerpt.cut("ab\ud83d\ude00", 3)).isEqualTo("ab…");
    }

    @Test
    void line_isOne_andHasNothingThatSteers() {
        assertThat(Excerpt.line("a\n\t\u0085\u2028\u202e\u009bb" + "c".repeat(300)))
                .isEqualTo("a b" + "c".repeat(292) + "…");
    }
}
