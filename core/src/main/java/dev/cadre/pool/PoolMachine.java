// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Reservation;
import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;
import dev.cadre.pool.PoolCommand.GiveUpReason;
import dev.cadre.pool.PoolCommand.Refusal;
import dev.cadre.pool.PoolEvent.RetryScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of a pool: it decides which call may start when, by parallel permits, request and token rates,
 * pauses, retries, turns and money.
 *
 * <p>Pure: commands follow from the events, the clock readings, the answers of the budgets and the seed. It has no
 * threads and no clock; not safe for use by many threads. Every {@linkplain PoolEvent.Submitted submitted} call ends
 * exactly once: refused, withdrawn, released, forfeited, replied to, or failed and given up.
 *
 * <p>Public for drivers outside this package, such as a simulator; carries no compatibility promise.
 */
public final class PoolMachine {
    private static final int MOST_MALFORMED = 1;
    /**
     * So many refusals in a row are no firewall's: one that refuses a tenth of all requests causes such a row in one of
     * ten thousand runs of a million calls. Until then a bad key costs nothing, because these calls are not billed.
     */
    private static final int MOST_SUSPECTED = 10;

    /** More than a client can learn about one server and model. */
    private static final int MOST_ADAPTATIONS = 20;

    private final RetryPolicy policy;
    private final LongFunction<Admission> money;
    private final RandomGenerator jitter;
    private final PoolRates rates;
    private final AdaptiveLimit parallel;
    private final RetryBudget retries;
    private final Outage outage;
    private final Map<Long, CallState> calls = new HashMap<>();
    private final WaitingCalls waiting;
    private final List<PoolCommand> commands = new ArrayList<>();
    private long arrivals;
    private long admissions;
    private int inFlight;
    private long pausedUntil;
    /** The end of the last pause that the provider asked this pool for, without jitter. */
    private long askedPauseUntil;
    /** The failure that asked for the pause; null if there was none. */
    private @Nullable ModelException pausedBy;

    private @Nullable ModelException stoppedBy;
    /** The failures since the last reply that perhaps concern the key. */
    private int suspected;

    /**
     * A machine without any call.
     *
     * @param money reserves the money of the call with this ticket, once permit and rates are free, so that all are
     *     taken together or none. It runs in the middle of a decision and must not call the machine; an exception that
     *     it throws refuses that call alone
     * @param jitter spreads retries; with a seeded one the machine is repeatable
     * @param nanoTime the present clock reading; later ones lie within 290 years of it
     */
    public PoolMachine(
            PoolLimits limits,
            RetryPolicy policy,
            LongFunction<Admission> money,
            RandomGenerator jitter,
            long nanoTime) {
        this.policy = policy;
        this.money = money;
        this.jitter = jitter;
        rates = new PoolRates(limits, policy, nanoTime);
        parallel = new AdaptiveLimit(limits.maxParallel());
        retries = new RetryBudget(limits.maxParallel());
        outage = new Outage(policy, limits.maxParallel());
        waiting = new WaitingCalls(nanoTime);
        pausedUntil = nanoTime;
        askedPauseUntil = nanoTime;
    }

    /**
     * The commands that follow from an event.
     *
     * @param now the clock reading, never earlier than the one before
     * @throws IllegalStateException if the event names a ticket that is not in a state for it
     */
    public List<PoolCommand> on(PoolEvent event, long now) {
        commands.clear();
        rates.expire(now);
        switch (event) {
            case PoolEvent.Submitted submitted -> submit(submitted);
            case PoolEvent.Withdrawn withdrawn -> withdraw(call(withdrawn));
            case PoolEvent.Released released -> rates.giveBack(ended(released), now);
            case PoolEvent.Forfeited forfeited -> ended(forfeited);
            case PoolEvent.Replied replied -> reply(ended(replied), replied, now);
            case PoolEvent.Failed failed -> fail(landed(failed), failed, now);
            case PoolEvent.BudgetChanged changed -> waiting.unblock();
            case PoolEvent.Tick tick -> {}
            case PoolEvent.Stopped stopped -> stop(stopped.failure());
            case PoolEvent.Resumed resumed -> resume(now);
            case PoolEvent.Shared shared -> share(shared, now);
        }
        expire(now);
        waiting.endBackoffs(now);
        long rateOpensAt = admit(now);
        askToBeWoken(rateOpensAt, now);
        return List.copyOf(commands);
    }

    /** The number of calls in flight. */
    public int inFlight() {
        return inFlight;
    }

    /** The number of calls that wait for their first or next attempt. */
    public int waiting() {
        return waiting.size();
    }

    /** The failure that keeps the pool from admitting calls until it is resumed; empty if it is not stopped. */
    public Optional<ModelException> stoppedBy() {
        return Optional.ofNullable(stoppedBy);
    }

    /** The number of calls that may be in flight at present, after adaptation. */
    public int parallelLimit() {
        return parallel.current();
    }

    private void submit(PoolEvent.Submitted submitted) {
        var call = new CallState(submitted, ++arrivals);
        if (calls.putIfAbsent(call.ticket(), call) != null) {
            throw new IllegalStateException("ticket %d is already in use".formatted(call.ticket()));
        }
        if (stoppedBy != null) {
            refuse(call, new Refusal.PoolStopped(stoppedBy));
            return;
        }
        waiting.enter(call);
    }

    private void withdraw(CallState call) {
        if (call.phase == CallState.Phase.IN_FLIGHT) {
            throw new IllegalStateException("ticket %d is in flight, not waiting".formatted(call.ticket()));
        }
        waiting.leave(call);
        calls.remove(call.ticket());
    }

    private void reply(CallState call, PoolEvent.Replied replied, long now) {
        suspected = 0;
        outage.answered();
        parallel.onSuccess();
        if (replied.tokens() >= 0) {
            rates.giveBackUnused(call, replied.tokens(), now);
        }
        rates.learn(replied.limits(), call, now);
    }

    private void fail(CallState call, PoolEvent.Failed failed, long now) {
        ModelException failure = failed.failure();
        if (failure instanceof ModelException.Adapted && ++call.adaptations <= MOST_ADAPTATIONS) {
            sendAdapted(call, failed, now);
            return;
        }
        call.failures++;
        call.malformedReplies += failure instanceof ModelException.MalformedReply ? 1 : 0;
        if (failure.charge() == ModelException.Charge.FREE) {
            // the request itself counts against the provider's limit even when it is turned away
            rates.giveBackUnused(call, 0, now);
        }
        adapt(failure, call.admission);
        rates.learn(failure.limits(), call, now);
        if (failed.retry() != RetryScope.OTHER_TIER) {
            failure.retryAfter().ifPresent(floor -> pauseAll(policy.floorNanos(floor), failure, now));
        }
        if (outage.begins(failure, call.ticket(), pausedUntil - now > 0, inFlight)) {
            pause(outage.pauseNanos(), failure, now);
        }
        stopsAll(failure).ifPresent(reason -> {
            commands.add(new PoolCommand.Stop(reason));
            stop(reason);
        });
        retryOrGiveUp(call, failed, now);
    }

    /** The failure for which the pool stops; empty if it goes on. */
    private Optional<ModelException> stopsAll(ModelException failure) {
        return switch (failure.reach()) {
            case RUN -> Optional.of(failure);
            case SUBTASK_OR_RUN -> ++suspected == MOST_SUSPECTED ? Optional.of(proven(failure)) : Optional.empty();
            case ATTEMPT, SUBTASK, ENDPOINT -> Optional.empty();
        };
    }

    private static ModelException proven(ModelException failure) {
        String message =
                "%d calls in a row were refused, the last one with %s".formatted(MOST_SUSPECTED, failure.getMessage());
        return switch (failure) {
            case ModelException.QuotaExhausted money -> new ModelException.QuotaExhausted(message);
            case ModelException.Unreachable address -> new ModelException.Unreachable(message, address.getCause());
            case ModelException.UnknownModel model -> new ModelException.UnknownModel(message);
            default -> new ModelException.AuthFailed(message);
        };
    }

    /** The server only asked for another form: nothing is wrong that a delay or fewer retries would mend. */
    private void sendAdapted(CallState call, PoolEvent.Failed failed, long now) {
        rates.giveBackUnused(call, 0, now);
        call.notBefore = now;
        if (stoppedBy != null) {
            refuse(call, new Refusal.PoolStopped(stoppedBy)); // like every waiting call
        } else if (failed.retry() == RetryScope.NONE) {
            giveUp(call, GiveUpReason.NOT_RETRYABLE);
        } else if (call.endsBy(now)) {
            giveUp(call, GiveUpReason.DEADLINE);
        } else {
            retry(call);
        }
    }

    private void retryOrGiveUp(CallState call, PoolEvent.Failed failed, long now) {
        long floor = failed.retry() == RetryScope.OTHER_TIER
                ? 0
                : policy.floorNanos(failed.failure().retryAfter().orElse(Duration.ZERO));
        call.notBefore = now + floor + policy.delayNanos(call.failures, jitter);
        if (!failed.failure().isRetryable() || failed.retry() == RetryScope.NONE || stoppedBy != null) {
            giveUp(call, GiveUpReason.NOT_RETRYABLE);
        } else if (pausedBy != null && pausedUntil - now > 0 && call.endsBy(pausedUntil)) {
            refuse(call, new Refusal.PoolPaused(pausedUntil, pausedBy)); // like every waiting call
        } else {
            giveUpReason(call).ifPresentOrElse(reason -> giveUp(call, reason), () -> retry(call));
        }
    }

    private void giveUp(CallState call, GiveUpReason reason) {
        calls.remove(call.ticket());
        commands.add(new PoolCommand.GiveUp(call.ticket(), reason));
    }

    private void retry(CallState call) {
        waiting.backOff(call);
        commands.add(new PoolCommand.Retry(call.ticket(), call.failures, call.notBefore));
    }

    private Optional<GiveUpReason> giveUpReason(CallState call) {
        // a proxy that answers instead of the provider will do so again, and each such answer books the worst case
        if (call.failures >= policy.maxAttempts() || call.malformedReplies > MOST_MALFORMED) {
            return Optional.of(GiveUpReason.ATTEMPTS);
        }
        if (call.endsBy(call.notBefore)) {
            return Optional.of(GiveUpReason.DEADLINE);
        }
        return retries.takeRetry() ? Optional.empty() : Optional.of(GiveUpReason.RETRY_BUDGET);
    }

    private void adapt(ModelException failure, long admission) {
        switch (failure) {
            case ModelException.RateLimited limited
            when limited.reason() == ModelException.RateLimited.Cause.SLOW_DOWN ->
                parallel.onSlowDown(admission, admissions);
            case ModelException.RateLimited limited -> parallel.onOverload(admission, admissions);
            case ModelException.ServerFailed server
            when server.status() == 503 || server.status() == 529 -> parallel.onOverload(admission, admissions);
            default -> {}
        }
    }

    private void pauseAll(long floorNanos, ModelException because, long now) {
        pause(floorNanos, because, now);
        askedPauseUntil = NanoTime.later(askedPauseUntil, now + floorNanos);
    }

    private void share(PoolEvent.Shared shared, long now) {
        rates.share(shared.share(), shared.heard(), now);
        if (shared.pause().isPositive()) {
            var because = new ModelException.RateLimited(
                    "the provider asked another process to wait", shared.pause(), RateLimits.UNKNOWN);
            pause(policy.floorNanos(shared.pause()), because, now);
        }
    }

    /** What it does with its rates at the time of the last event, or after it. */
    PoolDemand demand(long now) {
        long tokens = waiting.next().map(call -> call.submitted.tokenEstimate()).orElse(0L);
        return new PoolDemand(
                rates.used(),
                isHeldByRate(now) ? waiting.amounts() : PoolDemand.Amounts.NONE,
                rates.owed(now),
                waiting.next().isPresent() ? rates.ahead(tokens) : PoolDemand.Amounts.NONE,
                rates.perMinute(),
                rates.shareFor(tokens),
                rates.news(askedPauseUntil));
    }

    /** Whether a larger share would be of use at once: for a call, or for what was used too much. */
    boolean seeksShare(long now) {
        return isHeldByRate(now) || !rates.owed(now).isNone();
    }

    /** Whether nothing but its rates, or its share of them, keeps the next call from being sent. */
    private boolean isHeldByRate(long now) {
        Optional<CallState> next = waiting.next();
        return next.isPresent() && (!rates.isOpen() || isHeldByRate(next.get(), now));
    }

    /** The floor is the provider's; the jitter keeps processes with the same floor from coming back together. */
    private void pause(long floorNanos, ModelException because, long now) {
        long until = now + floorNanos + policy.delayNanos(1, jitter);
        if (until - pausedUntil > 0) {
            pausedUntil = until;
            pausedBy = because;
        }
    }

    private void resume(long now) {
        stoppedBy = null;
        suspected = 0;
        pausedUntil = now;
        pausedBy = null;
        rates.reopen(now);
        waiting.endAllBackoffs();
    }

    private void stop(ModelException failure) {
        stoppedBy = failure;
        waiting.all().forEach(call -> dismiss(call, new Refusal.PoolStopped(failure)));
    }

    /** The pause that lets no call start now. */
    Optional<Refusal.PoolPaused> pause(long now) {
        return pausedBy != null && pausedUntil - now > 0
                ? Optional.of(new Refusal.PoolPaused(pausedUntil, pausedBy))
                : Optional.empty();
    }

    /** Refuses the calls whose deadline has passed, or will pass during the pause. */
    private void expire(long now) {
        for (CallState call : waiting.expired(now)) {
            dismiss(call, isHeldByRate(call, now) ? rateUsedUp(call, now) : new Refusal.DeadlinePassed());
        }
        if (pausedBy != null) {
            var pause = new Refusal.PoolPaused(pausedUntil, pausedBy);
            waiting.expired(pausedUntil).forEach(call -> dismiss(call, pause));
        }
    }

    /**
     * Admits all calls that may start; returns the clock reading at which the rates let the next one pass, or {@code
     * now} if no rate holds it back.
     */
    private long admit(long now) {
        while (rates.isOpen() && inFlight < mostInFlight() && pausedUntil - now <= 0) {
            Optional<CallState> next = waiting.next();
            if (next.isEmpty()) {
                break;
            }
            CallState call = next.get();
            long opensAt = rates.opensAt(call, now);
            if (opensAt - now <= 0) {
                reserve(call, now);
            } else if (isHopeless(call, opensAt)) {
                dismiss(call, rateUsedUp(call, now));
            } else {
                rates.saveFor(call);
                return rates.opensAt(call, now); // for a call that is saved up for it is another time
            }
        }
        rates.saveForNone();
        return now;
    }

    private int mostInFlight() {
        return outage.mostInFlight(parallel.current());
    }

    /** Only calls in flight, or other processes, may give back what they took of a rate; nothing else lets a call pass earlier. */
    private boolean isHopeless(CallState call, long opensAt) {
        return inFlight == 0 && rates.isWhole() && call.endsBy(opensAt);
    }

    /** Whether the last thing that a call has waited for is a rate: not its own backoff, a permit, or a pause. */
    private boolean isHeldByRate(CallState call, long now) {
        return call.phase == CallState.Phase.WAITING
                && rates.isOpen()
                && inFlight < mostInFlight()
                && pausedUntil - now <= 0
                && rates.opensAt(call, now) - now > 0;
    }

    /** A rate that opens too late is a pause like any other. */
    private Refusal rateUsedUp(CallState call, long now) {
        return new Refusal.PoolPaused(rates.opensAt(call, now), rates.usedUp(call, now));
    }

    private void reserve(CallState call, long now) {
        Admission answer;
        try {
            answer = money.apply(call.ticket());
        } catch (RuntimeException failure) {
            // the event may be another call's, whose thread this is: the failure belongs to this call only
            dismiss(call, new Refusal.BudgetFailed(failure));
            return;
        }
        switch (answer) {
            case Admission.Granted(Reservation reservation) -> start(call, reservation, now);
            case Admission.Contended contended -> waiting.block(call);
            case Admission.Exhausted exhausted -> dismiss(call, new Refusal.BudgetExhausted(exhausted));
        }
    }

    private void start(CallState call, Reservation reservation, long now) {
        waiting.admitted(call);
        rates.take(call, now);
        if (call.failures + call.adaptations == 0) {
            retries.onFirstTry();
        }
        call.admission = ++admissions;
        inFlight++;
        commands.add(new PoolCommand.Admit(call.ticket(), reservation));
    }

    /** Refuses a waiting call. */
    private void dismiss(CallState call, Refusal refusal) {
        waiting.leave(call);
        refuse(call, refusal);
    }

    private void refuse(CallState call, Refusal refusal) {
        calls.remove(call.ticket());
        commands.add(new PoolCommand.Refuse(call.ticket(), refusal));
    }

    private void askToBeWoken(long rateOpensAt, long now) {
        if (waiting.size() == 0) {
            return;
        }
        long wakeAt = waiting.nextDue();
        if (pausedUntil - now > 0) {
            wakeAt = NanoTime.earlier(wakeAt, pausedUntil);
        }
        if (rateOpensAt - now > 0) {
            wakeAt = NanoTime.earlier(wakeAt, rateOpensAt);
        }
        commands.add(new PoolCommand.WakeAt(wakeAt));
    }

    private CallState ended(PoolEvent.OfTicket event) {
        CallState call = landed(event);
        calls.remove(event.ticket());
        return call;
    }

    private CallState landed(PoolEvent.OfTicket event) {
        CallState call = call(event);
        if (call.phase != CallState.Phase.IN_FLIGHT) {
            throw new IllegalStateException("%s, but its call is not in flight".formatted(event));
        }
        inFlight--;
        return call;
    }

    private CallState call(PoolEvent.OfTicket event) {
        CallState call = calls.get(event.ticket());
        if (call == null) {
            throw new IllegalStateException("%s, but there is no such call".formatted(event));
        }
        return call;
    }
}
