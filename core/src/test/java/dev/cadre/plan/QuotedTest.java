// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class QuotedTest {

    @Test
    void cut_keepsTheBeginning_andNeverHalfACharacter() {
        assertThat(Quoted.cut("abc", 3)).isEqualTo("abc");
        assertThat(Quoted.cut("abcd", 3)).isEqualTo("abc…");
        assertThat(Quoted.cut("ab\ud83d\ude00", 3)).isEqualTo("ab…");
        assertThat(Quoted.cut("a\ud83d\ude00b", 3)).isEqualTo("a\ud83d\ude00…");
    }

    @Test
    void of_quotesWhatCouldBreakALine() {
        assertThat(Quoted.of("a\n\"b\"")).isEqualTo("\"a\\n\\\"b\\\"\"");
        assertThat(Quoted.of("x".repeat(65))).isEqualTo("\"" + "x".repeat(64) + "…\"");
    }
}
