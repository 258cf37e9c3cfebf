// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ServiceTier;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one attempt: it started, then it was replied to or failed, and then perhaps another one is planned.
 * Immutable; carries no prompt and no answer.
 */
public sealed interface AttemptEvent {
    /** The attempt it is about. */
    Id id();

    /**
     * Names an attempt.
     *
     * @param purpose what the call is for
     * @param model the model that is asked
     * @param number 1 for the first attempt of a call
     */
    record Id(CallPurpose purpose, String model, int number) {}

    /**
     * It is about to be sent: permit, rates and money are taken.
     *
     * @param reserved the worst case that was reserved
     * @param serviceTier the processing class that is asked for
     * @param waited how long it waited for admission, the delay before a retry included
     */
    record Started(Id id, Money reserved, ServiceTier serviceTier, Duration waited) implements AttemptEvent {}

    /**
     * A reply came.
     *
     * @param answeredBy the model that answered, as the provider names it
     * @param serviceTier the processing class that the provider bills
     * @param finish why the model stopped
     * @param spend what it cost; an estimate if its usage was missing or impossible
     * @param breach how the provider broke its cap or its price; null if it did not
     * @param took the time from sending to the whole reply
     */
    record Replied(
            Id id,
            String answeredBy,
            ServiceTier serviceTier,
            Finish finish,
            Spend spend,
            @Nullable BillingBreach breach,
            Duration took)
            implements AttemptEvent {}

    /**
     * It ended without a usable reply.
     *
     * @param failure a {@link ModelException}, an {@link InterruptedException}, or whatever a broken client threw
     * @param spend what is booked: what the provider says it bills; if it does not say, nothing if it was turned away
     *     unpaid, else the whole worst case
     * @param breach as for a reply
     * @param took the time from sending to the failure
     */
    record Failed(
            Id id, Throwable failure, Spend spend, @Nullable BillingBreach breach, Duration took)
            implements AttemptEvent {}

    /**
     * Another attempt is planned after a failure; it may still be refused.
     *
     * @param delay the least time before it is sent
     */
    record Retrying(Id id, ModelException failure, Duration delay) implements AttemptEvent {}
}
