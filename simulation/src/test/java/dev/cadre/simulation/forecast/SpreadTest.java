// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
    private static final int DRAWS = 100_000;

    private static double[] sorted(Spread spread) {
        var dice = new SplittableRandom(1);
        return DoubleStream.generate(() -> spread.draw(dice))
                .limit(DRAWS)
                .sorted()
                .toArray();
    }

    @Test
    void logNormal_hasItsMedianAndItsSigma() {
        double[] figures = sorted(Spread.logNormal(400, 0.5));

        assertThat(figures[DRAWS / 2]).isCloseTo(400, within(4.0));
        assertThat(figures[(int) (DRAWS * 0.8413)]).isCloseTo(400 * Math.exp(0.5), within(8.0));
        assertThat(figures[(int) (DRAWS * 0.1587)]).isCloseTo(400 * Math.exp(-0.5), within(4.0));
    }

    @Test
    void logNormal_drawsTheSameBitsEverywhere() {
        assertThat(Spread.logNormal(400, 0.5).draw(new SplittableRandom(7))).isEqualTo(655.6989154716385);
    }

    @Test
    void observed_isWhatWasSeen() {
        double[] figures = sorted(Spread.observed(30, 10, 20));

        assertThat(figures[0]).isBetween(10.0, 10.01);
        assertThat(figures[DRAWS / 4]).isCloseTo(15, within(0.2));
        assertThat(figures[DRAWS - 1]).isBetween(29.99, 30.0);
        assertThat(Spread.observed(30, 10, 20).median()).isEqualTo(20);
        assertThat(Spread.observed(3).draw(new SplittableRandom(1))).isEqualTo(3);
    }

    @Test
    void fit_findsTheSpreadAgain() {
        Spread fitted = Spread.fittedTo(sorted(Spread.logNormal(400, 0.5)));

        assertThat(fitted).isInstanceOfSatisfying(Spread.LogNormal.class, found -> {
            assertThat(found.median()).isCloseTo(400, within(4.0));
            assertThat(found.sigma()).isCloseTo(0.5, within(0.005));
        });
        assertThat(Spread.fittedTo(5, 5)).isEqualTo(Spread.fixed(5));
    }

    @Test
    void figure_thatIsNone_isRefused() {
        assertThatThrownBy(() -> Spread.observed()).hasMessage("a spread needs at least one figure");
        assertThatThrownBy(() -> Spread.fixed(-1)).hasMessage("a figure of a spread must be 0 or more, not -1.0");
        assertThatThrownBy(() -> Spread.fixed(Double.NaN))
                .hasMessage("a figure of a spread must be 0 or more, not NaN");
        assertThatThrownBy(() -> Spread.logNormal(0, 1)).hasMessage("a figure of a spread must be above 0, not 0.0");
        assertThatThrownBy(() -> Spread.fittedTo(1, 0)).hasMessage("a figure of a spread must be above 0, not 0.0");
        assertThatThrownBy(() -> new ModelSpeed(Spread.fixed(1), 0))
                .hasMessage("tokensPerSecond must be above 0, not 0.0");
    }

    @Test
    void percentile_isTheFigureOfARun() {
        List<Duration> figures = IntStream.rangeClosed(1, 200)
                .mapToObj(Duration::ofSeconds)
                .toList()
                .reversed();

        assertThat(Percentiles.of(figures))
                .isEqualTo(new Percentiles<>(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(100),
                        Duration.ofSeconds(180),
                        Duration.ofSeconds(190),
                        Duration.ofSeconds(198),
                        Duration.ofSeconds(200)));
        assertThat(Percentiles.of(List.of(3))).isEqualTo(new Percentiles<>(3, 3, 3, 3, 3, 3));
    }

    @Test
    void percentiles_coverWhatLiesBetweenTheLeastAndTheGreatest() {
        Percentiles<Integer> seen = Percentiles.of(List.of(5, 3, 4));

        assertThat(List.of(2, 3, 4, 5, 6)).filteredOn(seen::cover).containsExactly(3, 4, 5);
    }
}
