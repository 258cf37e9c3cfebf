// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

/**
 * Takes the money of a candidate for which permit and rates are at hand, so that all are taken together or none.
 *
 * <p>A {@link PoolMachine} calls it in the middle of a decision: it must not call back. Carries no compatibility promise.
 */
@FunctionalInterface
public interface MoneyGate {
    Verdict take(long ticket);

    /** What came of it. */
    enum Verdict {
        /** The money is taken; the ticket is admitted in the same step. */
        GRANTED,
        /** Only attempts in flight stand in the way. */
        CONTENDED,
        /** There will never be enough. */
        EXHAUSTED
    }
}
