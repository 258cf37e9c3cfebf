// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.cli.text.Columns;
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
}
