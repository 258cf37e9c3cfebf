// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/**
 * The estimated calls and cost of a piece of work.
 *
 * @param calls the number of model calls, retries included
 * @param cost the cost of the calls together
 * @param maySpendMore whether code or tools of the work may spend undeclared money, which is not in the cost
 */
public record Quote(CountRange calls, CostRange cost, boolean maySpendMore) {
    /** The quote of work that calls no model and costs nothing. */
    public static final Quote NOTHING = new Quote(CountRange.NONE, CostRange.FREE);

    /** The quote of work that spends nothing beyond it. */
    public Quote(CountRange calls, CostRange cost) {
        this(calls, cost, false);
    }

    /** One line: {@code 1 call, $0.0004 expected, $0.0001 to $0.0025}. */
    @Override
    public String toString() {
        return "%s %s, %s".formatted(calls, calls.equals(CountRange.of(1)) ? "call" : "calls", cost);
    }

    /** The quote of both together. */
    public Quote plus(Quote other) {
        return new Quote(calls.plus(other.calls), cost.plus(other.cost), maySpendMore || other.maySpendMore);
    }

    /** The quote of the work repeated. */
    public Quote times(CountRange factor) {
        return new Quote(calls.times(factor), cost.times(factor), maySpendMore);
    }

    /** This quote for work that may not be done at all. */
    public Quote atBest() {
        return new Quote(
                new CountRange(0, calls.expected(), calls.worst()),
                new CostRange(Money.ZERO, cost.expected(), cost.worst()),
                maySpendMore);
    }

    /** This quote for work that may spend more than is declared. */
    public Quote openEnded() {
        return new Quote(calls, cost, true);
    }
}
