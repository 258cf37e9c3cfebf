// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NestedFundsTest {
    @ParameterizedTest
    @CsvSource({
        "PT10M, PT9M50S", // at most ten seconds
        "PT60S, PT54S", // a tenth
        "PT5S, PT4S", // at least one
        "PT1S, PT0.5S", // at most half
        "PT0S, PT0.001S",
        "PT-1S, PT0.001S"
    })
    void time_leavesTheRunAroundItAPart(Duration left, Duration nested) {
        assertThat(NestedFunds.time(left)).isEqualTo(nested);
    }
}
