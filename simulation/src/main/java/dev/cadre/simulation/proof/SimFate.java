// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.price.Money;

/** What becomes of one attempt, known to the provider when it arrives. */
public sealed interface SimFate {
    /** What the provider bills for it, seen or unseen. */
    Money billed();

    /** How long it takes, if nothing cuts it off. */
    long nanos();

    /** When a piece of its text has arrived, of so many that arrive evenly. */
    default long arrivalOf(int piece, int pieces) {
        return nanos() * piece / pieces;
    }

    /**
     * It is answered.
     *
     * @param silentNanos how long nothing is heard before the text begins
     */
    record Replies(ModelReply reply, Money billed, long nanos, long silentNanos) implements SimFate {
        /** The text begins at once. */
        public Replies(ModelReply reply, Money billed, long nanos) {
            this(reply, billed, nanos, 0);
        }

        @Override
        public long arrivalOf(int piece, int pieces) {
            return silentNanos + (nanos - silentNanos) / pieces * piece;
        }
    }

    /** It fails. */
    record Fails(ModelException failure, Money billed, long nanos) implements SimFate {}
}
