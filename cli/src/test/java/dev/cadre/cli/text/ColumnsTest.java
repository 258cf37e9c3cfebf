// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ColumnsTest {
    @Test
    void of_wideLettersAndMarks_countsWhatATerminalDraws() {
        assertThat(Columns.of("abc")).isEqualTo(3);
        assertThat(Columns.of("日本")).isEqualTo(4);
        assertThat(Columns.of("e\u0301")).isEqualTo(1);
        assertThat(Columns.of("😀")).isEqualTo(2);
    }

    @Test
    void cut_textThatFits_staysWhole() {
        assertThat(Columns.cut("abcd", 4)).isEqualTo("abcd");
    }

    @Test
    void cut_longText_endsInAnEllipsisWithinTheColumns() {
        assertThat(Columns.cut("abcdef", 4)).isEqualTo("abc…");
        assertThat(Columns.cut("日本語文字", 6)).isEqualTo("日本…");
        assertThat(Columns.cut("😀😀😀", 4)).isEqualTo("😀…");
        assertThat(Columns.cut("abc", 0)).isEmpty();
    }

    @Test
    void wrapped_breaksAtBlanks_andLeavesLongWordsWhole() {
        assertThat(Columns.wrapped("one two three four", 9, "  ")).containsExactly("one two", "  three", "  four");
        assertThat(Columns.wrapped("averyveryverylongword and more", 10, ""))
                .containsExactly("averyveryverylongword", "and more");
        assertThat(Columns.wrapped("日本語 文字", 8, " ")).containsExactly("日本語", " 文字");
        assertThat(Columns.wrapped("    has \"delay\" of it", 16, "  "))
                .containsExactly("    has \"delay\"", "  of it");
        assertThat(Columns.wrapped("", 8, " ")).containsExactly("");
    }
}
