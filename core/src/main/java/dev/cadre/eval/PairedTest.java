// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

/**
 * Two candidates on the same examples: McNemar's exact test, to which only those examples matter that one of the two passed
 * and the other did not.
 *
 * @param onlyFirst examples that only the first passed
 * @param onlySecond examples that only the second passed
 * @param examples on which both have a verdict
 */
public record PairedTest(Candidate first, Candidate second, long onlyFirst, long onlySecond, long examples) {
    private static final double SIGNIFICANT = 0.05;

    public PairedTest {
        if (onlyFirst < 0 || onlySecond < 0 || onlyFirst + onlySecond > examples) {
            throw new IllegalArgumentException(
                    "%d and %d discordant of %d examples".formatted(onlyFirst, onlySecond, examples));
        }
    }

    /**
     * How likely it is that two equally good candidates differ so much or more, from 0 to 1; two-sided.
     */
    public double pValue() {
        long discordant = onlyFirst + onlySecond;
        double logWays = 0; // of choosing k of them
        double sum = 0;
        for (long k = 0; k <= Math.min(onlyFirst, onlySecond); k++) {
            sum += Math.exp(logWays - discordant * Math.log(2));
            logWays += Math.log((double) (discordant - k) / (k + 1));
        }
        return Math.min(1, 2 * sum);
    }

    /** Whether the difference is more than chance explains, at a level of 5 %. */
    public boolean isSignificant() {
        return pValue() < SIGNIFICANT;
    }

    /** One line: {@code mini over nano: 9 examples passed by mini alone, 1 by nano alone, p = 0.0215}. */
    @Override
    public String toString() {
        boolean isFirst = onlyFirst >= onlySecond;
        return "%s over %s: %d examples passed by %s alone, %d by %s alone, p = %.4f%s"
                .formatted(
                        isFirst ? first : second,
                        isFirst ? second : first,
                        isFirst ? onlyFirst : onlySecond,
                        isFirst ? first : second,
                        isFirst ? onlySecond : onlyFirst,
                        isFirst ? second : first,
                        pValue(),
                        isSignificant() ? "" : " (may be chance)");
    }
}
