// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.index.Fit;
import dev.cadre.examples.index.RankedFile;
import dev.cadre.examples.index.RankedFile.Signals;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfidenceTest {
    private static RankedFile file(String path, double score, Signals signals, double coverage, double strength) {
        return new RankedFile(path, score, signals, new Fit(coverage, strength), List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "0.19, 0.9, NONE",
        "0.19, 1.0, LOW",
        "0.29, 1.4, LOW",
        "0.29, 1.5, MEDIUM",
        "0.39, 0.9, LOW",
        "0.39, 1.0, MEDIUM",
        "0.40, 0.5, HIGH",
    })
    void coverageAndStrength_decide(double coverage, double strength, Confidence expected) {
        assertThat(Confidence.of(List.of(file("a", 1, new Signals(1, 1, 0), coverage, strength))))
                .isEqualTo(expected);
    }

    @Test
    void high_needsLeadAndAgreement() {
        RankedFile first = file("a", 1, new Signals(1, 1, 0), 1, 3);

        assertThat(Confidence.of(List.of(first, file("b", 0.79, new Signals(0, 0, 1), 0, 0))))
                .isEqualTo(Confidence.HIGH);
        assertThat(Confidence.of(List.of(first, file("b", 0.81, new Signals(0, 0, 1), 0, 0))))
                .isEqualTo(Confidence.MEDIUM);
        assertThat(Confidence.of(List.of(file("a", 1, new Signals(1, 0.9, 0.9), 1, 3))))
                .isEqualTo(Confidence.MEDIUM);
    }

    @Test
    void nothingRanked_isNone() {
        assertThat(Confidence.of(List.of())).isEqualTo(Confidence.NONE);
    }
}
