// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

/**
 * How many of some examples have a property, with the 95 % interval of the share behind it. The interval is Wilson's score
 * interval: it is never empty, stays between 0 and 1, and holds for few examples, too.
 */
public record Proportion(long count, long of) {
    /** The 97.5 % point of the normal distribution. */
    static final double Z = 1.959963984540054;

    public Proportion {
        if (count < 0 || count > of) {
            throw new IllegalArgumentException("a share of %d of %d".formatted(count, of));
        }
    }

    /** The share that was seen, from 0 to 1; 0 of none. */
    public double rate() {
        return of == 0 ? 0 : (double) count / of;
    }

    /** The lower end of the 95 % interval; 0 of none. */
    public double lower() {
        // what rounding leaves of an end that is 0 by the formula
        return count == 0 ? 0 : Math.max(0, centre() - halfWidth());
    }

    /** The upper end of the 95 % interval; 1 of none. */
    public double upper() {
        return count == of ? 1 : Math.min(1, centre() + halfWidth());
    }

    private double centre() {
        return (rate() + Z * Z / (2.0 * of)) / (1 + Z * Z / of);
    }

    private double halfWidth() {
        double variance = rate() * (1 - rate()) / of + Z * Z / (4.0 * of * of);
        return Z * Math.sqrt(variance) / (1 + Z * Z / of);
    }

    /**
     * The number of examples from which the lower end of the interval is at least this share, if the rate stays what it
     * is; {@link Long#MAX_VALUE} if no number is large enough.
     */
    long enoughFor(double required) {
        double above = rate() - required;
        if (above <= 0) {
            return Long.MAX_VALUE;
        }
        // the interval holds exactly those shares that a score test does not refuse
        return (long) Math.ceil(Z * Z * required * (1 - required) / (above * above));
    }

    /** One line: {@code 58 of 60, 96.7 % (88.6 % to 99.1 %)}. */
    @Override
    public String toString() {
        return of == 0
                ? "0 of 0"
                : "%d of %d, %s (%s to %s)".formatted(count, of, percent(rate()), percent(lower()), percent(upper()));
    }

    /** A share as a percentage with at most one decimal, cut and not rounded up to 100. */
    static String percent(double share) {
        double tenths = share < 1 ? Math.min(999, Math.round(share * 1000)) : 1000;
        return tenths % 10 == 0
                ? "%d %%".formatted((long) tenths / 10)
                : "%d.%d %%".formatted((long) tenths / 10, (long) tenths % 10);
    }
}
