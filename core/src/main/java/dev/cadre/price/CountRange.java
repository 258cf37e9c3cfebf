// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/**
 * A number that is known, or lies between two bounds. Sums and products stop at {@link Long#MAX_VALUE}.
 *
 * @param low the lowest number
 * @param expected the usual number, not a bound
 * @param worst the highest number
 */
public record CountRange(long low, long expected, long worst) {
    /** Zero. */
    public static final CountRange NONE = new CountRange(0, 0, 0);

    public CountRange {
        if (low < 0 || low > expected || expected > worst) {
            throw new IllegalArgumentException(
                    "numbers must ascend from 0: low %d, expected %d, worst %d".formatted(low, expected, worst));
        }
    }

    /** The range of a known number. */
    public static CountRange of(long known) {
        return new CountRange(known, known, known);
    }

    /** Whether the number is known. */
    public boolean isKnown() {
        return low == worst;
    }

    /** The sum of both ranges. */
    public CountRange plus(CountRange other) {
        return new CountRange(sum(low, other.low), sum(expected, other.expected), sum(worst, other.worst));
    }

    /** This range multiplied. */
    public CountRange times(CountRange factor) {
        return new CountRange(
                product(low, factor.low), product(expected, factor.expected), product(worst, factor.worst));
    }

    private static long sum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    private static long product(long a, long b) {
        return b != 0 && a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
    }

    /** The number if it is known, otherwise its bounds: {@code 100}, {@code 0 to 256, usually 8}. */
    @Override
    public String toString() {
        return isKnown() ? Long.toString(low) : "%d to %d, usually %d".formatted(low, worst, expected);
    }
}
