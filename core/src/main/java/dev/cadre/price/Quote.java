// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/**
 * What a piece of work will take.
 *
 * @param calls how many calls of a model it makes, retries included
 * @param cost what they cost together
 */
public record Quote(CountRange calls, CostRange cost) {
    /** The quote of work that calls no model and costs nothing. */
    public static final Quote NOTHING = new Quote(CountRange.NONE, CostRange.FREE);

    /** One line: {@code 1 call, $0.0004 expected, $0.0001 to $0.0025}. */
    @Override
    public String toString() {
        return "%s %s, %s".formatted(calls, calls.equals(CountRange.of(1)) ? "call" : "calls", cost);
    }

    /** The quote of both together. */
    public Quote plus(Quote other) {
        return new Quote(calls.plus(other.calls), cost.plus(other.cost));
    }

    /** The quote of so many times as much work. */
    public Quote times(CountRange factor) {
        return new Quote(calls.times(factor), cost.times(factor));
    }

    /** This quote for work that need not be done at all. */
    public Quote atBest() {
        return new Quote(
                new CountRange(0, calls.expected(), calls.worst()),
                new CostRange(Money.ZERO, cost.expected(), cost.worst()));
    }
}
