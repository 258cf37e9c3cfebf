// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class CountRangeTest {
    private static final CountRange SOME = new CountRange(2, 3, 5);
    private static final long MOST = Long.MAX_VALUE;

    @Test
    void plusAndTimes_addAndMultiplyEachFigure() {
        assertThat(SOME.plus(new CountRange(10, 20, 30))).isEqualTo(new CountRange(12, 23, 35));
        assertThat(SOME.times(new CountRange(10, 20, 30))).isEqualTo(new CountRange(20, 60, 150));
        assertThat(SOME.times(CountRange.NONE)).isEqualTo(CountRange.NONE);
    }

    @Test
    void plusAndTimes_beyondTheLargestNumber_stopThere() {
        assertThat(CountRange.of(MOST).plus(SOME)).isEqualTo(CountRange.of(MOST));
        assertThat(CountRange.of(MOST).times(SOME)).isEqualTo(CountRange.of(MOST));
        assertThat(CountRange.of(MOST / 2 + 1).times(CountRange.of(2))).isEqualTo(CountRange.of(MOST));
        assertThat(CountRange.of(MOST / 2).times(CountRange.of(2))).isEqualTo(CountRange.of(MOST - 1));
    }

    @Test
    void figures_thatDoNotAscendFromZero_areRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new CountRange(-1, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new CountRange(2, 1, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> new CountRange(1, 3, 2));
    }

    @Test
    void toString_ofAKnownNumber_isTheNumber() {
        assertThat(CountRange.of(100)).hasToString("100");
        assertThat(CountRange.of(100).isKnown()).isTrue();
        assertThat(new CountRange(0, 8, 256)).hasToString("0 to 256, usually 8");
        assertThat(new CountRange(0, 8, 256).isKnown()).isFalse();
    }
}
