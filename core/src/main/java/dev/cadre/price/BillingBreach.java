// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import java.util.function.UnaryOperator;

/**
 * A provider's breach of the terms of a call: it billed more than was reserved, or let a dearer model answer.
 *
 * @param asked the model that was asked
 * @param answeredBy the model that answered, as the provider names it
 * @param excess the amount by which the bill exceeds what was reserved; zero if a dearer model answered within it
 */
public record BillingBreach(String asked, String answeredBy, Money excess) {

    /** The same breach with its texts as a masker leaves them, which takes out the keys of clients. */
    public BillingBreach maskedBy(UnaryOperator<String> masker) {
        return new BillingBreach(asked, masker.apply(answeredBy), excess);
    }

    /** A description of the breach in one line for people. */
    @Override
    public String toString() {
        String bill = excess.isZero() ? "" : ", and the bill exceeds what was reserved by " + excess;
        return asked.equals(answeredBy)
                ? "the bill of %s exceeds what was reserved by %s".formatted(asked, excess)
                : "%s was answered by %s%s".formatted(asked, answeredBy, bill);
    }
}
