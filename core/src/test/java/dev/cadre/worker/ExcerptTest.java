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

    @Test
    void cutBytes_keepsWholeCharacters_andSaysHowManyBytesThereWere() {
        assertThat(Excerpt.cutBytes("abé", 4)).isEqualTo("abé");
        assertThat(Excerpt.cutBytes("abé", 3)).isEqualTo("ab\n[cut here: 2 of 4 bytes shown]");
        assertThat(Excerpt.cutBytes("éa", 2)).isEqualTo("é\n[cut here: 2 of 3 bytes shown]");
        assertThat(Excerpt.cutBytes("é", 1)).isEqualTo("\n[cut here: 0 of 2 bytes shown]");
    }

    @Test
    void cut_beforeAPair_losesNothingOfWhatIsBeforeIt() {
        assertThat(Excerpt.cut("abc\ud83d\ude00", 3)).isEqualTo("abc…");
        assertThat(Excerpt.cut("ab\ud83d\ude00d", 4)).isEqualTo("ab\ud83d\ude00…");
    }
}
