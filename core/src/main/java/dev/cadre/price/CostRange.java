// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/**
 * A cost that is estimated by three figures. Sums and products stop at {@link #MOST}.
 *
 * @param low the lowest cost
 * @param expected the usual cost, not a bound
 * @param worst the highest cost
 */
public record CostRange(Money low, Money expected, Money worst) {
    /** The largest amount of money. */
    public static final Money MOST = Money.ofPico(Long.MAX_VALUE);

    /** The range of work that costs nothing. */
    public static final CostRange FREE = new CostRange(Money.ZERO, Money.ZERO, Money.ZERO);

    public CostRange {
        if (low.isMoreThan(expected) || expected.isMoreThan(worst)) {
            throw new IllegalArgumentException(
                    "costs must ascend: low %s, expected %s, worst %s".formatted(low, expected, worst));
        }
    }

    /** The range of a known cost. */
    public static CostRange of(Money known) {
        return new CostRange(known, known, known);
    }

    /** The sum of both ranges. */
    public CostRange plus(CostRange other) {
        return new CostRange(sum(low, other.low), sum(expected, other.expected), sum(worst, other.worst));
    }

    /** This range multiplied. */
    public CostRange times(CountRange factor) {
        return new CostRange(
                product(low, factor.low()), product(expected, factor.expected()), product(worst, factor.worst()));
    }

    /** This range with no figure above a limit. */
    public CostRange atMost(Money limit) {
        return new CostRange(low.atMost(limit), expected.atMost(limit), worst.atMost(limit));
    }

    private static Money sum(Money a, Money b) {
        return a.isMoreThan(MOST.minus(b)) ? MOST : a.plus(b);
    }

    private static Money product(Money amount, long factor) {
        return factor != 0 && amount.picoUsd() > Long.MAX_VALUE / factor ? MOST : amount.times(factor);
    }

    @Override
    public String toString() {
        return "%s expected, %s to %s".formatted(expected, low, worst);
    }
}
