// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.Reservation;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.pool.AdmissionRequest.Decision;
import dev.cadre.pool.AttemptEvent.Bill;
import dev.cadre.pool.CallRefusedException.Reason;
import dev.cadre.pool.PoolEvent.RetryScope;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.redact.Redactor;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call with its retries, on its caller's thread: each attempt is admitted, exchanged and booked. */
final class PooledCall {
    private static final Logger LOG = LoggerFactory.getLogger(PooledCall.class);

    private final ModelClient client;
    private final UnaryOperator<String> masker;
    private final CostCalculator costs;
    private final AdmissionPoint admissions;
    private final RequestDefaults defaults;
    private final PrefixCache.SlotCall prefix;
    private final CallTerms terms;
    private final Leg leg;
    private ModelRequest request;
    private int attempts;
    private final TextDelivery text;
    private @Nullable ModelException lastFailure;

    PooledCall(
            ModelClient client,
            UnaryOperator<String> masker,
            CostCalculator costs,
            AdmissionPoint admissions,
            RequestDefaults defaults,
            PrefixCache.SlotCall prefix,
            CallTerms terms,
            Leg leg) {
        this.client = client;
        this.masker = masker;
        this.costs = costs;
        this.admissions = admissions;
        this.defaults = defaults;
        this.prefix = prefix;
        this.terms = terms;
        this.leg = leg;
        attempts = leg.attempts();
        lastFailure = leg.lastFailure();
        this.request = prefix.request();
        text = new TextDelivery(terms.callbacks().text());
    }

    /**
     * Makes the call.
     *
     * @param need the most that an attempt can cost
     * @param tokenEstimate the tokens that an attempt will probably use
     */
    ModelReply run(Money need, long tokenEstimate) throws InterruptedException {
        AdmissionRequest admission = admissions.submit(terms, need.atLeast(leg.need()), tokenEstimate);
        try {
            while (true) {
                Optional<ModelReply> reply = attempt(admission, need);
                text.requireRead();
                if (reply.isPresent()) {
                    return reply.get();
                }
            }
        } catch (ModelException failure) {
            text.requireRead();
            throw failure;
        } finally {
            admissions.leave(admission);
        }
    }

    /** Makes one attempt; empty if another one is planned. */
    private Optional<ModelReply> attempt(AdmissionRequest admission, Money worst) throws InterruptedException {
        long waitingSince = System.nanoTime();
        Decision.Admitted admitted = switch (admissions.await(admission)) {
            case Decision.Admitted granted -> granted;
            case Decision.Refused(Reason reason) -> throw refused(reason);
            case Decision.BudgetFailed(RuntimeException failure) -> throw withLastFailure(failure);
        };
        Duration waited = since(waitingSince);
        var id = new AttemptEvent.Id(terms.purpose(), request.model(), ++attempts);
        try (var attempt = attempt(admission.ticket, admitted.money(), worst)) {
            CallContext context = context();
            attempt.announce();
            tell(new AttemptEvent.Started(id, attempt.reserved(), request.serviceTier(), waited));
            long sentAt = System.nanoTime();
            attempt.markSent();
            ModelReply reply;
            try {
                ModelReply own = Objects.requireNonNull(
                        client.call(request, context), () -> "the client of " + request.model() + " returned null");
                reply = leg.noted(own.maskedBy(masker));
            } catch (ModelException failure) {
                failed(attempt, id, failure, since(sentAt));
                request = defaults.after(failure, request);
                return Optional.empty();
            } catch (Throwable broken) { // any exception of a broken client, undeclared checked ones included
                end(attempt, new AttemptEvent.Failed(id, broken, attempt.worstCase(), since(sentAt)));
                throw broken;
            }
            prefix.markStarted();
            land(attempt, id, reply, since(sentAt));
            return Optional.of(reply);
        }
    }

    private AdmittedAttempt attempt(long ticket, Reservation money, Money worst) {
        return new AdmittedAttempt(admissions, costs, request, ticket, money, worst);
    }

    private CallContext context() throws InterruptedException {
        if (terms.callbacks().cancelled().getAsBoolean()) {
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
            prefix.markStarted();
            if (terms.wantsText()) {
                text.accept(piece);
            }
        });
    }

    private void land(AdmittedAttempt attempt, AttemptEvent.Id id, ModelReply reply, Duration took) {
        Bill bill = attempt.bill(reply);
        end(attempt, new AttemptEvent.Replied(id, AttemptEvent.Reply.of(reply), bill, took));
        Spend spend = bill.spend();
        attempt.replied(spend.estimated() ? -1 : spend.tokens().totalTokens(), reply.limits());
    }

    /** Reports the end before the money can be used again, so that on every record later calls come after it. */
    private void end(AdmittedAttempt attempt, AttemptEvent.Ended ended) {
        try {
            tell(ended);
        } finally {
            attempt.book(ended.bill());
        }
    }

    /** Books the failure; throws it unless the machine has planned another attempt, or refused one. */
    private void failed(AdmittedAttempt attempt, AttemptEvent.Id id, ModelException failure, Duration took) {
        lastFailure = failure;
        end(attempt, new AttemptEvent.Failed(id, failure, attempt.bill(failure), took));
        long failedAt = System.nanoTime();
        for (PoolCommand command : attempt.failed(failure, retryScope(failure))) {
            switch (command) {
                case PoolCommand.Retry retry -> {
                    if (leg.isFollowed()
                            && failure.retryAfter().filter(Duration::isPositive).isPresent()) {
                        throw failure; // another pool need not wait
                    }
                    Duration delay = Duration.ofNanos(Math.max(0, retry.notBefore() - failedAt));
                    tell(new AttemptEvent.Retrying(id, failure, delay));
                    return;
                }
                case PoolCommand.GiveUp giveUp -> throw failure;
                default -> {} // about other calls, or a refusal, which is this call's next decision
            }
        }
    }

    private RetryScope retryScope(ModelException failure) {
        if (text.hasBegun()) {
            return RetryScope.NONE;
        }
        boolean sameTier = defaults.after(failure, request).serviceTier() == request.serviceTier();
        return sameTier ? RetryScope.SAME_TIER : RetryScope.OTHER_TIER;
    }

    private RuntimeException withLastFailure(RuntimeException failure) {
        if (lastFailure != null) {
            failure.addSuppressed(lastFailure);
        }
        return failure;
    }

    private CallRefusedException refused(Reason reason) {
        return new CallRefusedException(request.model(), terms.purpose(), reason, lastFailure);
    }

    /** Logs what a listener throws, but does not send an attempt that could not be recorded. */
    private void tell(AttemptEvent attempt) {
        try {
            terms.callbacks().attempts().on(attempt);
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
