// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.price.Money;

/** What becomes of one attempt, known to the provider when it arrives. */
sealed interface SimFate {
    /** What the provider bills for it, seen or unseen. */
    Money billed();

    /** How long it takes, if nothing cuts it off. */
    long nanos();

    record Replies(ModelReply reply, Money billed, long nanos) implements SimFate {}

    record Fails(ModelException failure, Money billed, long nanos) implements SimFate {}
}
