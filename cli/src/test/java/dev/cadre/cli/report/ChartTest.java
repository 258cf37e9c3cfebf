// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChartTest {
    @ParameterizedTest
    @CsvSource({
        "translate#12, 14, translate#12",
        "translate-paragraphs#12, 14, translate-…#12",
        "translate-paragraphs#123456, 14, transl…#123456",
        "translate-paragraphs, 14, translate-par…",
        "t#123456789012345678, 14, t#12345678901…"
    })
    void label_thatIsTooLong_keepsItsIndex(String label, int most, String shown) {
        assertThat(Chart.shortened(label, most)).isEqualTo(shown).hasSizeLessThanOrEqualTo(most);
    }

    @Test
    void text_isNotCutWithinACharacter() {
        assertThat(Page.cut("ab\ud83d\ude00cd", 4)).isEqualTo("ab…");
    }
}
