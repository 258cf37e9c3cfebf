// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProportionTest {
    /** Newcombe, Statistics in Medicine 17 (1998), table I, method 3. */
    @ParameterizedTest
    @CsvSource({"81, 263, 0.2553, 0.3662", "15, 148, 0.0624, 0.1605", "0, 20, 0.0000, 0.1611", "1, 29, 0.0061, 0.1718"})
    void interval_isThatOfThePublishedTable(long count, long of, double lower, double upper) {
        var seen = new Proportion(count, of);

        assertThat(seen.lower()).isEqualTo(lower, within(0.00005));
        assertThat(seen.upper()).isEqualTo(upper, within(0.00005));
    }

    @Test
    void interval_ofNone_isEverything() {
        var none = new Proportion(0, 0);

        assertThat(none.lower()).isZero();
        assertThat(none.upper()).isEqualTo(1);
        assertThat(none).hasToString("0 of 0");
    }

    @Test
    void interval_ofAll_isTheMirrorOfThatOfNothing() {
        assertThat(new Proportion(20, 20).lower()).isEqualTo(1 - new Proportion(0, 20).upper(), within(1e-12));
        assertThat(new Proportion(20, 20).upper()).isEqualTo(1);
    }

    /** Each share is drawn anew, so is the number of examples: 0.93 leaves room for 2.5 standard deviations. */
    @Test
    void intervals_ofAThousandSimulatedSets_coverTheTruth() {
        long seed = Long.getLong("cadre.seed", 20_261_129);
        var random = new SplittableRandom(seed);
        int covered = 0;
        for (int set = 0; set < 1_000; set++) {
            double truth = 0.5 + 0.48 * random.nextDouble();
            int examples = 40 + random.nextInt(361);
            long passed = 0;
            for (int i = 0; i < examples; i++) {
                passed += random.nextDouble() < truth ? 1 : 0;
            }
            var seen = new Proportion(passed, examples);
            covered += seen.lower() <= truth && truth <= seen.upper() ? 1 : 0;
        }

        System.out.printf("seed %d: %d of 1000 intervals cover the truth%n", seed, covered);
        assertThat(covered).as("seed %d", seed).isBetween(930, 985);
    }

    @ParameterizedTest
    @CsvSource({"40, 40, 0.95, 73", "98, 100, 0.95, 203", "19, 20, 0.90, 139", "95, 100, 0.95, 9223372036854775807"})
    void enoughExamples_areThoseFromWhichTheIntervalReachesTheRate(long count, long of, double required, long enough) {
        assertThat(new Proportion(count, of).enoughFor(required)).isEqualTo(enough);
    }

    @Test
    void enoughExamples_areJustEnough() {
        assertThat(new Proportion(73, 73).lower()).isGreaterThanOrEqualTo(0.95);
        assertThat(new Proportion(72, 72).lower()).isLessThan(0.95);
    }

    @Test
    void text_neverRoundsUpToAll() {
        assertThat(new Proportion(58, 60)).hasToString("58 of 60, 96.7 % (88.6 % to 99.1 %)");
        assertThat(Proportion.percent(0.99996)).isEqualTo("99.9 %");
        assertThat(Proportion.percent(1)).isEqualTo("100 %");
        assertThat(Proportion.percent(0.95)).isEqualTo("95 %");
    }

    @Test
    void count_beyondAll_isRefused() {
        assertThatThrownBy(() -> new Proportion(3, 2)).hasMessage("a share of 3 of 2");
    }
}
