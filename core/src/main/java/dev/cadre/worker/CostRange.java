// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.price.Money;

/**
 * What a call may cost, before it is made.
 *
 * @param low the input alone, at four bytes a token and fully cached
 * @param expected an estimate, not a bound: the input at four bytes a token, and half the cap on output
 * @param worst what is reserved; no call that obeys its cap costs more
 */
public record CostRange(Money low, Money expected, Money worst) {
    /** The range of work that costs nothing. */
    public static final CostRange FREE = new CostRange(Money.ZERO, Money.ZERO, Money.ZERO);

    public CostRange {
        if (low.isMoreThan(expected) || expected.isMoreThan(worst)) {
            throw new IllegalArgumentException(
                    "costs must ascend: low %s, expected %s, worst %s".formatted(low, expected, worst));
        }
    }

    /** The range of both together. */
    public CostRange plus(CostRange other) {
        return new CostRange(low.plus(other.low), expected.plus(other.expected), worst.plus(other.worst));
    }
}
