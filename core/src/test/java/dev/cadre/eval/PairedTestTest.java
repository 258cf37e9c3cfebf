// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cadre.model.Tier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairedTestTest {
    private static PairedTest test(long onlyNano, long onlyMini, long examples) {
        return new PairedTest(Candidate.of(Tier.NANO), Candidate.of(Tier.MINI), onlyNano, onlyMini, examples);
    }

    /** By hand: twice the lower tail of a fair coin, such as 2 (1 + 10) / 1024. */
    @ParameterizedTest
    @CsvSource({
        "1, 9, 0.021484375",
        "9, 1, 0.021484375",
        "0, 5, 0.0625",
        "0, 6, 0.03125",
        "2, 8, 0.109375",
        "3, 3, 1",
        "0, 0, 1",
        "4, 5, 1",
        "5, 15, 0.04138946533203125"
    })
    void pValue_isThatOfTheExactTest(long onlyFirst, long onlySecond, double expected) {
        assertThat(test(onlyFirst, onlySecond, 100).pValue()).isEqualTo(expected, within(1e-12));
    }

    @Test
    void pValue_ofManyPairs_isFinite() {
        assertThat(test(50_000, 50_600, 1_000_000).pValue()).isEqualTo(0.0588, within(0.001));
        assertThat(test(0, 100_000, 1_000_000).pValue()).isZero();
    }

    @Test
    void text_namesTheBetterOneFirst() {
        assertThat(test(1, 9, 40))
                .hasToString("mini over nano: 9 examples passed by mini alone, 1 by nano alone, p = 0.0215");
        assertThat(test(5, 0, 40))
                .hasToString(
                        "nano over mini: 5 examples passed by nano alone, 0 by mini alone, p = 0.0625 (may be chance)");
    }

    @Test
    void moreDiscordantThanExamples_areRefused() {
        assertThatThrownBy(() -> test(2, 2, 3)).hasMessage("2 and 2 discordant of 3 examples");
    }
}
