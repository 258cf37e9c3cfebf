// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * An amount of US dollars, exact and never negative.
 *
 * <p>The largest amount is {@link Long#MAX_VALUE} pico-dollars, about 9.2 million dollars; a result beyond it, or below
 * zero, is an {@link ArithmeticException}.
 *
 * @param picoUsd the amount in pico-dollars (1e-12 USD), in which half the price of a cached token is still whole
 */
public record Money(long picoUsd) implements Comparable<Money> {

    /** Zero dollars. */
    public static final Money ZERO = new Money(0);

    private static final int DECIMALS = 12;
    private static final BigInteger HUNDRED = BigInteger.valueOf(100);

    public Money {
        if (picoUsd < 0) {
            throw new IllegalArgumentException("an amount of money is never negative: " + text(picoUsd));
        }
    }

    /** An amount in pico-dollars. */
    public static Money ofPico(long picoUsd) {
        return new Money(picoUsd);
    }

    /**
     * An amount in dollars, such as {@code "0.25"}.
     *
     * @throws IllegalArgumentException if the text is no number, is negative, is too large, or has more than 12
     *     decimals
     */
    public static Money usd(String usd) {
        BigDecimal amount;
        try {
            amount = new BigDecimal(usd);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("not an amount in US dollars: '" + usd + "'", notANumber);
        }
        return of(amount);
    }

    private static Money of(BigDecimal usd) {
        if (usd.signum() == 0) {
            return ZERO;
        }
        if (usd.signum() < 0) {
            throw new IllegalArgumentException("an amount of money is never negative: $" + usd);
        }
        var shortest = usd.stripTrailingZeros();
        if (shortest.scale() > DECIMALS) {
            throw new IllegalArgumentException("more than " + DECIMALS + " decimals: $" + usd);
        }
        if (shortest.compareTo(BigDecimal.valueOf(Long.MAX_VALUE, DECIMALS)) > 0) {
            throw new IllegalArgumentException("more than the largest amount, " + text(Long.MAX_VALUE) + ": $" + usd);
        }
        return new Money(shortest.movePointRight(DECIMALS).longValueExact());
    }

    /** The sum of both. */
    public Money plus(Money other) {
        try {
            return new Money(Math.addExact(picoUsd, other.picoUsd));
        } catch (ArithmeticException overflow) {
            throw tooLarge(this + " + " + other);
        }
    }

    /** This amount less the other, which must not be larger. */
    public Money minus(Money other) {
        if (other.isMoreThan(this)) {
            throw new ArithmeticException(this + " - " + other + " would be less than nothing");
        }
        return new Money(picoUsd - other.picoUsd);
    }

    /** This amount less the other, or zero if the other is larger. */
    public Money minusOrZero(Money other) {
        return other.isMoreThan(this) ? ZERO : minus(other);
    }

    /** This amount multiplied. */
    public Money times(long factor) {
        if (factor < 0) {
            throw new IllegalArgumentException(
                    "an amount of money is never negative: %d times %s".formatted(factor, this));
        }
        try {
            return new Money(Math.multiplyExact(picoUsd, factor));
        } catch (ArithmeticException overflow) {
            throw tooLarge(this + " * " + factor);
        }
    }

    /**
     * The part of this amount that falls to each of so many, rounded up to a pico-dollar.
     *
     * @throws IllegalArgumentException if they are not at least one
     */
    public Money dividedBy(long count) {
        if (count < 1) {
            throw new IllegalArgumentException("%s cannot be divided by %d".formatted(this, count));
        }
        return roundedUp(BigInteger.valueOf(picoUsd), BigInteger.valueOf(count));
    }

    /** A percentage of this amount, rounded up to a pico-dollar. */
    public Money percent(int percent) {
        if (percent < 0) {
            throw new IllegalArgumentException("a negative percentage: " + percent);
        }
        return roundedUp(BigInteger.valueOf(picoUsd).multiply(BigInteger.valueOf(percent)), HUNDRED);
    }

    /** The quotient, rounded up. */
    static Money roundedUp(BigInteger picoUsd, BigInteger divisor) {
        var parts = picoUsd.divideAndRemainder(divisor);
        var up = parts[1].signum() == 0 ? parts[0] : parts[0].add(BigInteger.ONE);
        if (up.bitLength() >= Long.SIZE) {
            throw tooLarge(up + " pico-dollars");
        }
        return new Money(up.longValue());
    }

    /** Whether this amount is zero. */
    public boolean isZero() {
        return picoUsd == 0;
    }

    /** Whether this amount is larger. */
    public boolean isMoreThan(Money other) {
        return picoUsd > other.picoUsd;
    }

    /** The smaller of the two. */
    public Money atMost(Money ceiling) {
        return isMoreThan(ceiling) ? ceiling : this;
    }

    /** The larger of the two. */
    public Money atLeast(Money floor) {
        return floor.isMoreThan(this) ? floor : this;
    }

    @Override
    public int compareTo(Money other) {
        return Long.compare(picoUsd, other.picoUsd);
    }

    /** The exact amount in dollars as plain decimals, at least two of them: {@code 0.001025}, {@code 5.00}. */
    public String toUsd() {
        return decimals(picoUsd);
    }

    /** The exact amount with its currency: {@code $0.001025}. */
    @Override
    public String toString() {
        return text(picoUsd);
    }

    private static String text(long picoUsd) {
        return "$" + decimals(picoUsd);
    }

    private static String decimals(long picoUsd) {
        var shortest = BigDecimal.valueOf(picoUsd, DECIMALS).stripTrailingZeros();
        return shortest.setScale(Math.max(2, shortest.scale())).toPlainString();
    }

    private static ArithmeticException tooLarge(String what) {
        return new ArithmeticException(what + " is more than the largest amount, " + text(Long.MAX_VALUE));
    }
}
