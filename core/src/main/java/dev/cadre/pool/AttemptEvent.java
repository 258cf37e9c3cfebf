// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ServiceTier;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event in the life of one attempt: it starts, it is replied to or fails, and after a failure another attempt may be
 * planned. Immutable; carries no prompt and no answer.
 */
public sealed interface AttemptEvent {
    /** The attempt that the event is about. */
    Id id();

    /**
     * The name of an attempt.
     *
     * @param purpose what the call is for
     * @param model the model that is asked
     * @param number 1 for the first attempt of a call
     */
    record Id(CallPurpose purpose, String model, int number) {}

    /**
     * The attempt is about to be sent: permit, rates and money are taken.
     *
     * @param reserved the worst case that was reserved
     * @param serviceTier the processing class that is asked for
     * @param waited the time that it waited for admission, the delay before a retry included
     */
    record Started(Id id, Money reserved, ServiceTier serviceTier, Duration waited) implements AttemptEvent {}

    /** The end of an attempt. */
    sealed interface Ended extends AttemptEvent {
        /** The amount that is booked for it. */
        Bill bill();

        /** The time from sending to the end. */
        Duration took();

        default Spend spend() {
            return bill().spend();
        }

        default @Nullable BillingBreach breach() {
            return bill().breach();
        }
    }

    /**
     * The amount that is booked for an attempt.
     *
     * @param spend what the provider says it bills. If it does not say: nothing for an attempt that was turned away
     *     unpaid, the whole worst case for any other
     * @param breach how the provider broke its cap or its price; null if it did not
     */
    record Bill(Spend spend, @Nullable BillingBreach breach) {
        /** A bill that breaks no terms. */
        public static Bill of(Spend spend) {
            return new Bill(spend, null);
        }
    }

    /** A reply came. */
    record Replied(Id id, Reply reply, Bill bill, Duration took) implements Ended {}

    /**
     * A reply, without its text.
     *
     * @param answeredBy the model that answered, as the provider names it
     * @param serviceTier the processing class that the provider bills
     * @param finish why the model stopped
     * @param notes what the client had to read or adapt beyond the API, see {@link ModelReply#notes()}
     */
    record Reply(String answeredBy, ServiceTier serviceTier, Finish finish, List<String> notes) {
        public static Reply of(ModelReply reply) {
            return new Reply(reply.model(), reply.serviceTier(), reply.finish(), reply.notes());
        }
    }

    /**
     * The attempt ended without a usable reply.
     *
     * @param failure a {@link ModelException}, an {@link InterruptedException}, or any exception of a broken client
     */
    record Failed(Id id, Throwable failure, Bill bill, Duration took) implements Ended {}

    /**
     * Another attempt is planned after a failure; it may still be refused.
     *
     * @param delay the least time before it is sent
     */
    record Retrying(Id id, ModelException failure, Duration delay) implements AttemptEvent {}
}
