// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * How a figure varies from one call to the next. Immutable. The same dice give the same figure on every machine.
 */
public sealed interface Spread {
    /** Always the same. */
    static Spread fixed(double value) {
        return new Fixed(value);
    }

    /**
     * Log-normal: most figures near the median, a few of them far above it.
     *
     * @param sigma the standard deviation of the logarithm; at 0.5 one figure in twenty is over 2.3 medians
     */
    static Spread logNormal(double median, double sigma) {
        return new LogNormal(median, sigma);
    }

    /**
     * As it was observed: a figure between two neighbours of those given, all of them equally likely.
     *
     * @throws IllegalArgumentException if there are none
     */
    static Spread observed(double... values) {
        return new Observed(values.clone());
    }

    /**
     * The log-normal spread that fits these figures best (maximum likelihood); fixed if they are all the same.
     *
     * @throws IllegalArgumentException if there are none, or one is not above 0
     */
    static Spread fittedTo(double... values) {
        Observed observed = new Observed(values.clone());
        double[] logs = Arrays.stream(observed.values)
                .map(value -> StrictMath.log(positive(value)))
                .toArray();
        double mean = Arrays.stream(logs).sum() / logs.length;
        double variance =
                Arrays.stream(logs).map(log -> (log - mean) * (log - mean)).sum() / logs.length;
        double median = StrictMath.exp(mean);
        return variance == 0 ? fixed(observed.values[0]) : logNormal(median, Math.sqrt(variance));
    }

    /** The next figure. */
    double draw(RandomGenerator dice);

    /** The figure that half of the draws exceed. */
    double median();

    private static double positive(double value) {
        return requireFinite(value > 0, value, "above 0");
    }

    private static double notNegative(double value) {
        return requireFinite(value >= 0, value, "0 or more");
    }

    private static double requireFinite(boolean fits, double value, String range) {
        if (!fits || Double.isInfinite(value)) {
            throw new IllegalArgumentException("a figure of a spread must be %s, not %s".formatted(range, value));
        }
        return value;
    }

    /** Always the same figure. */
    record Fixed(double median) implements Spread {
        public Fixed {
            notNegative(median);
        }

        @Override
        public double draw(RandomGenerator dice) {
            return median;
        }
    }

    /** A normal distribution of the logarithm. */
    record LogNormal(double median, double sigma) implements Spread {
        public LogNormal {
            positive(median);
            notNegative(sigma);
        }

        /** By the method of Box and Muller; strict, because the last bit of an intrinsic is the machine's. */
        @Override
        public double draw(RandomGenerator dice) {
            double radius = Math.sqrt(-2 * StrictMath.log(1 - dice.nextDouble()));
            double normal = radius * StrictMath.cos(2 * Math.PI * dice.nextDouble());
            return median * StrictMath.exp(sigma * normal);
        }
    }

    /** The figures that were seen, in ascending order. */
    final class Observed implements Spread {
        private final double[] values;

        private Observed(double[] values) {
            if (values.length == 0) {
                throw new IllegalArgumentException("a spread needs at least one figure");
            }
            for (double value : values) {
                notNegative(value);
            }
            Arrays.sort(values);
            this.values = values;
        }

        @Override
        public double draw(RandomGenerator dice) {
            return at(dice.nextDouble());
        }

        @Override
        public double median() {
            return at(0.5);
        }

        private double at(double quantile) {
            double place = quantile * (values.length - 1);
            int below = (int) place;
            int above = Math.min(below + 1, values.length - 1);
            return values[below] + (place - below) * (values[above] - values[below]);
        }

        @Override
        public String toString() {
            return "Observed[%d figures, median %s]".formatted(values.length, median());
        }
    }
}
