// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.Reservation;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Redactor;
import dev.cadre.model.ServiceTier;
import dev.cadre.pool.CallRefusedException.Reason;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call with its retries, on its caller's thread: admission, exchange, settlement. */
final class PooledCall {
    private static final Logger LOG = LoggerFactory.getLogger(PooledCall.class);

    private final ModelClient client;
    private final CostCalculator costs;
    private final AdmissionPoint admissions;
    private final RequestDefaults defaults;
    private final PrefixCache.Lease prefix;
    private final CallTerms terms;
    private ModelRequest request;
    private int attempts;
    private boolean textDelivered;
    private @Nullable ModelException lastFailure;

    PooledCall(
            ModelClient client,
            CostCalculator costs,
            AdmissionPoint admissions,
            RequestDefaults defaults,
            PrefixCache.Lease prefix,
            CallTerms terms) {
        this.client = client;
        this.costs = costs;
        this.admissions = admissions;
        this.defaults = defaults;
        this.prefix = prefix;
        this.terms = terms;
        this.request = prefix.request();
    }

    /**
     * Makes it.
     *
     * @param need the most that an attempt can cost
     * @param tokenEstimate the tokens that an attempt will probably use
     */
    ModelReply run(Money need, long tokenEstimate) throws InterruptedException {
        AdmissionRequest waiter = admissions.enter(terms, need, tokenEstimate);
        try {
            while (true) {
                Optional<ModelReply> reply = attempt(waiter);
                if (reply.isPresent()) {
                    return reply.get();
                }
            }
        } finally {
            admissions.leave(waiter);
        }
    }

    /** Makes one attempt; empty if another one is planned. */
    private Optional<ModelReply> attempt(AdmissionRequest waiter) throws InterruptedException {
        long waitingSince = System.nanoTime();
        Reservation money = admissions.await(waiter);
        if (money == null) {
            throw refusal(waiter);
        }
        Duration waited = since(waitingSince);
        var id = new AttemptEvent.Id(terms.purpose(), request.model(), ++attempts);
        try (var flight = new AdmittedAttempt(admissions, waiter.ask.ticket(), money)) {
            CallContext context = context();
            flight.announce();
            tell(new AttemptEvent.Started(id, flight.reserved(), request.serviceTier(), waited));
            long sentAt = System.nanoTime();
            flight.send();
            ModelReply reply;
            try {
                reply = Objects.requireNonNull(
                        client.call(request, context), () -> "the client of " + request.model() + " returned null");
            } catch (ModelException failure) {
                failed(flight, id, failure, since(sentAt));
                request = defaults.after(failure, request);
                return Optional.empty();
            } catch (Throwable broken) { // whatever a client is made of, undeclared checked exceptions included
                AdmittedAttempt.Settlement due = flight.forfeited();
                end(flight, due, new AttemptEvent.Failed(id, broken, due.spend(), null, since(sentAt)));
                throw broken;
            }
            prefix.begun();
            land(flight, id, reply, since(sentAt));
            return Optional.of(reply);
        }
    }

    private CallContext context() throws InterruptedException {
        if (terms.cancelled().getAsBoolean()) {
            throw new InterruptedException("cancelled before the call was sent");
        }
        long left = terms.deadlineNanos() - System.nanoTime();
        if (left <= 0) {
            throw refused(new Reason.DeadlinePassed());
        }
        Duration limit =
                Duration.ofNanos(Math.min(left, defaults.timeout(request).toNanos()));
        if (!terms.wantsText() && !prefix.leads()) {
            return CallContext.of(terms.purpose(), limit);
        }
        return new CallContext(terms.purpose(), limit, piece -> {
            prefix.begun();
            if (terms.wantsText()) {
                textDelivered = true;
                terms.text().accept(piece);
            }
        });
    }

    private void land(AdmittedAttempt flight, AttemptEvent.Id id, ModelReply reply, Duration took) {
        Bill bill =
                bill(flight, reply.model(), reply.serviceTier(), reply.billed().orElse(null));
        Spend spend = bill.due().spend();
        end(
                flight,
                bill.due(),
                new AttemptEvent.Replied(
                        id, reply.model(), reply.serviceTier(), reply.finish(), spend, bill.breach(), took));
        flight.replied(spend.estimated() ? -1 : spend.tokens().totalTokens(), reply.limits());
    }

    /** What is booked is told before the money can be used again: what is sent for it comes later on every record. */
    private void end(AdmittedAttempt flight, AdmittedAttempt.Settlement due, AttemptEvent told) {
        try {
            tell(told);
        } finally {
            flight.book(due);
        }
    }

    /** What is to be booked for an attempt, and how it breaks the terms on which it was made. */
    private record Bill(
            AdmittedAttempt.Settlement due, @Nullable BillingBreach breach) {}

    /** A usage that can be true is believed; without one the worst is assumed of whoever answered. */
    private Bill bill(
            AdmittedAttempt flight, String answeredBy, ServiceTier tier, ModelException.@Nullable Billed billed) {
        Optional<Money> cost =
                billed == null ? Optional.empty() : costs.cost(billed, request.serviceTier(), flight.reserved());
        if (billed != null && cost.isPresent()) {
            AdmittedAttempt.Settlement due = flight.settled(cost.get(), billed.usage());
            return new Bill(due, breach(answeredBy, costs.isDearer(billed), due.excess()));
        }
        // a cheaper tier than was asked for is not believed
        Optional<Money> dearer = Stream.of(request, request.withServiceTier(tier))
                .flatMap(sent -> costs.dearerWorstCase(sent, answeredBy).stream())
                .reduce(Money::atLeast);
        AdmittedAttempt.Settlement due = dearer.map(flight::forfeited).orElseGet(flight::forfeited);
        return new Bill(due, breach(answeredBy, dearer.isPresent(), due.excess()));
    }

    /** A bill is believed; without one the worst is assumed of whatever was not turned away. */
    private Bill bill(AdmittedAttempt flight, ModelException failure) {
        boolean isFree = failure.charge() == ModelException.Charge.FREE;
        return failure.billed()
                .filter(billed -> !isFree
                        || costs.cost(billed, request.serviceTier(), flight.reserved())
                                .isPresent())
                .map(billed -> bill(flight, billed.model(), billed.serviceTier(), billed))
                .orElseGet(() -> new Bill(isFree ? AdmittedAttempt.turnedAway() : flight.forfeited(), null));
    }

    private @Nullable BillingBreach breach(String answeredBy, boolean isDearer, Money excess) {
        return admissions.breach(request.model(), answeredBy, isDearer, excess).orElse(null);
    }

    private PoolEvent.RetryScope again(ModelException failure) {
        if (textDelivered) {
            return PoolEvent.RetryScope.NONE;
        }
        boolean sameTier = defaults.after(failure, request).serviceTier() == request.serviceTier();
        return sameTier ? PoolEvent.RetryScope.SAME_TIER : PoolEvent.RetryScope.OTHER_TIER;
    }

    /** Books the failure; returns if the machine has an answer for the waiter, now or later, else throws it. */
    private void failed(AdmittedAttempt flight, AttemptEvent.Id id, ModelException failure, Duration took) {
        lastFailure = failure;
        Bill bill = bill(flight, failure);
        end(flight, bill.due(), new AttemptEvent.Failed(id, failure, bill.due().spend(), bill.breach(), took));
        long failedAt = System.nanoTime();
        for (PoolCommand command : flight.failed(failure, again(failure))) {
            switch (command) {
                case PoolCommand.Retry retry -> {
                    Duration delay = Duration.ofNanos(Math.max(0, retry.notBefore() - failedAt));
                    tell(new AttemptEvent.Retrying(id, failure, delay));
                    return;
                }
                case PoolCommand.GiveUp giveUp -> throw failure;
                default -> {} // of others, save a refusal, which the waiter has
            }
        }
    }

    private RuntimeException refusal(AdmissionRequest waiter) {
        if (waiter.broken != null) {
            if (lastFailure != null) {
                waiter.broken.addSuppressed(lastFailure); // an attempt went before
            }
            return waiter.broken;
        }
        if (waiter.refused == null) {
            throw new IllegalStateException(
                    "ticket %d was neither admitted nor refused".formatted(waiter.ask.ticket()));
        }
        return refused(waiter.refused);
    }

    private CallRefusedException refused(Reason reason) {
        return new CallRefusedException(request.model(), terms.purpose(), reason, lastFailure);
    }

    /** A listener's failure changes nothing, save that nothing is sent that could not be taken down. */
    private void tell(AttemptEvent attempt) {
        try {
            terms.attempts().on(attempt);
        } catch (RuntimeException failure) {
            if (failure instanceof UnrecordedException && attempt instanceof AttemptEvent.Started) {
                throw failure;
            }
            LOG.warn(
                    "a listener failed on {}: {}",
                    attempt.getClass().getSimpleName(),
                    failure.getClass().getName());
            LOG.trace("the listener's failure, which may quote a model", Redactor.SHAPES.clean(failure));
        }
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }
}
