// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExcerptTest {
    @Test
    void cut_keepsTheBeginning_andNeverHalfACharacter() {
        assertThat(Excerpt.cut("abc", 3)).isEqualTo("abc");
        assertThat(Excerpt.cut("abcd", 3)).isEqualTo("abc…");
        assertThat(Excerpt.cut("ab😀", 3)).as("a pair of surrogates").isEqualTo("ab…");
        assertThat(Excerpt.cut("a😀b", 3)).isEqualTo("a😀…");
    }

    @Test
    void line_hasNoControlCharacters_andQuotesEscapeThem() {
        assertThat(Excerpt.line("a\n\t\u0085\u2028\u202e\u009bb" + "c".repeat(300)))
                .isEqualTo("a b" + "c".repeat(197) + "…");
        assertThat(Excerpt.of("a\n\"b\"")).isEqualTo("\"a\\n\\\"b\\\"\"");
    }

    @Test
    void merged_isALineForPeople() {
        assertThat(new Merged<>("yes", List.of(), List.of("one was cut")))
                .hasToString("Merged[yes, 0 citations, 1 notes]");
    }
}
