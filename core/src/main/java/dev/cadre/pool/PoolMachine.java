// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;
import dev.cadre.pool.PoolCommand.GiveUpReason;
import dev.cadre.pool.PoolCommand.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides which call of a pool may start when: parallel permits, request and token rates, pauses, retries and turns.
 *
 * <p>Pure: commands follow from the events, the clock readings, the gate's verdicts and the seed. It has no threads and
 * no clock; not safe for use by many threads. Every {@link PoolEvent.Submitted} ends exactly once: refused, withdrawn,
 * released, forfeited, replied to, or failed and given up.
 *
 * <p>Public for those who drive it elsewhere, such as a simulator; carries no compatibility promise.
 */
public final class PoolMachine {
    private static final int MOST_MALFORMED = 1;

    private final RetryPolicy policy;
    private final MoneyGate gate;
    private final RandomGenerator jitter;
    private final TokenBucket requests;
    private final TokenBucket tokens;
    private final AdaptiveLimit parallel;
    private final RetryBudget retries;
    private final Map<Long, CallState> entries = new HashMap<>();
    private final WaitingCalls waiting;
    private final List<PoolCommand> commands = new ArrayList<>();
    private long arrivals;
    private long admissions;
    private int inFlight;
    private long pausedUntil;
    /** The failure that asked for the pause; null if there was none. */
    private @Nullable ModelException pausedBy;

    private @Nullable ModelException stoppedBy;

    /**
     * A machine without any call.
     *
     * @param jitter spreads retries; seeded, it makes the machine repeatable
     * @param nanoTime the present clock reading; later ones lie within 290 years of it
     */
    public PoolMachine(PoolLimits limits, RetryPolicy policy, MoneyGate gate, RandomGenerator jitter, long nanoTime) {
        this.policy = policy;
        this.gate = gate;
        this.jitter = jitter;
        requests = new TokenBucket(limits.requestsPerMinute(), nanoTime);
        tokens = new TokenBucket(limits.tokensPerMinute(), nanoTime);
        parallel = new AdaptiveLimit(limits.maxParallel());
        retries = new RetryBudget(limits.maxParallel());
        waiting = new WaitingCalls(nanoTime);
        pausedUntil = nanoTime;
    }

    /**
     * What follows from an event.
     *
     * @param now the clock reading, never earlier than the one before
     * @throws IllegalStateException if the event names a ticket that is not in a state for it
     */
    public List<PoolCommand> on(PoolEvent event, long now) {
        commands.clear();
        switch (event) {
            case PoolEvent.Submitted ask -> ask(ask);
            case PoolEvent.Withdrawn withdrawn -> withdraw(entry(withdrawn));
            case PoolEvent.Released released -> release(ended(released), now);
            case PoolEvent.Forfeited forfeited -> ended(forfeited);
            case PoolEvent.Replied replied -> reply(ended(replied), replied, now);
            case PoolEvent.Failed failed -> fail(landed(failed), failed, now);
            case PoolEvent.BudgetChanged changed -> waiting.moneyMoved();
            case PoolEvent.Tick tick -> {}
            case PoolEvent.Stopped stopped -> stop(stopped.failure());
            case PoolEvent.Resumed resumed -> resume(now);
        }
        expire(now);
        waiting.endBackoffs(now);
        long rateOpensAt = admit(now);
        wish(rateOpensAt, now);
        return List.copyOf(commands);
    }

    /** Calls in flight. */
    public int inFlight() {
        return inFlight;
    }

    /** Asks that wait for their first or their next call. */
    public int waiting() {
        return waiting.size();
    }

    /** Why no call is admitted until the pool is resumed; empty if it is not stopped. */
    public Optional<ModelException> stoppedBy() {
        return Optional.ofNullable(stoppedBy);
    }

    /** The calls that may be in flight at present, after adaptation. */
    public int parallelLimit() {
        return parallel.current();
    }

    private void ask(PoolEvent.Submitted ask) {
        CallState entry = new CallState(ask, ++arrivals);
        if (entries.putIfAbsent(ask.ticket(), entry) != null) {
            throw new IllegalStateException("ticket %d is already in use".formatted(ask.ticket()));
        }
        if (stoppedBy != null) {
            refuse(entry, new Refusal.PoolStopped(stoppedBy));
            return;
        }
        waiting.enter(entry);
    }

    private void withdraw(CallState entry) {
        if (entry.state == CallState.Phase.IN_FLIGHT) {
            throw new IllegalStateException("ticket %d is in flight, not waiting".formatted(entry.ask.ticket()));
        }
        waiting.leave(entry);
        entries.remove(entry.ask.ticket());
    }

    private void release(CallState entry, long now) {
        requests.giveBack(1, now);
        tokens.giveBack(entry.ask.tokenEstimate(), now);
    }

    private void reply(CallState entry, PoolEvent.Replied replied, long now) {
        parallel.onSuccess();
        if (replied.tokens() >= 0) {
            tokens.giveBack(entry.ask.tokenEstimate() - replied.tokens(), now);
        }
        learn(replied.limits(), entry, now);
    }

    private void fail(CallState entry, PoolEvent.Failed failed, long now) {
        ModelException failure = failed.failure();
        entry.failures++;
        entry.malformed += failure instanceof ModelException.MalformedReply ? 1 : 0;
        if (failure.charge() == ModelException.Charge.FREE) {
            // the request itself counts against the provider's limit even when it is turned away
            tokens.giveBack(entry.ask.tokenEstimate(), now);
        }
        adapt(failure, entry.admission);
        learn(failure.limits(), entry, now);
        if (failed.again() != PoolEvent.RetryScope.OTHER_TIER) {
            failure.retryAfter().ifPresent(floor -> pause(policy.floorNanos(floor), failure, now));
        }
        if (failure.reach() == ModelException.Reach.RUN) {
            commands.add(new PoolCommand.Stop(failure));
            stop(failure);
        }
        retryOrGiveUp(entry, failed, now);
    }

    private void retryOrGiveUp(CallState entry, PoolEvent.Failed failed, long now) {
        long floor = failed.again() == PoolEvent.RetryScope.OTHER_TIER
                ? 0
                : policy.floorNanos(failed.failure().retryAfter().orElse(Duration.ZERO));
        entry.notBefore = now + floor + policy.delayNanos(entry.failures, jitter);
        if (!failed.failure().isRetryable() || failed.again() == PoolEvent.RetryScope.NONE || stoppedBy != null) {
            giveUp(entry, GiveUpReason.NOT_RETRYABLE);
        } else if (pausedBy != null && pausedUntil - now > 0 && isLater(pausedUntil, entry)) {
            refuse(entry, new Refusal.PoolPaused(pausedUntil, pausedBy)); // as is everybody who waits
        } else {
            whyFinal(entry).ifPresentOrElse(why -> giveUp(entry, why), () -> retry(entry));
        }
    }

    private void giveUp(CallState entry, GiveUpReason why) {
        entries.remove(entry.ask.ticket());
        commands.add(new PoolCommand.GiveUp(entry.ask.ticket(), why));
    }

    private void retry(CallState entry) {
        waiting.backOff(entry);
        commands.add(new PoolCommand.Retry(entry.ask.ticket(), entry.failures, entry.notBefore));
    }

    private Optional<GiveUpReason> whyFinal(CallState entry) {
        // whatever answers in place of the provider will do so again, and each answer books the worst case
        if (entry.failures >= policy.maxAttempts() || entry.malformed > MOST_MALFORMED) {
            return Optional.of(GiveUpReason.ATTEMPTS);
        }
        if (isLater(entry.notBefore, entry)) {
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

    private void learn(RateLimits limits, CallState told, long now) {
        requests.learn(obeyed(limits.requests()), told.requestsMark, now);
        tokens.learn(obeyed(limits.tokens()), told.tokensMark, now);
    }

    /** No server closes the pool for longer than by a Retry-After. */
    private RateLimits.Window obeyed(RateLimits.Window window) {
        return new RateLimits.Window(
                window.limitPerMinute(), window.remaining(), Duration.ofNanos(policy.floorNanos(window.reset())));
    }

    /** The floor is the provider's; the jitter keeps processes that were told the same from coming back together. */
    private void pause(long floorNanos, ModelException because, long now) {
        long until = now + floorNanos + policy.delayNanos(1, jitter);
        if (until - pausedUntil > 0) {
            pausedUntil = until;
            pausedBy = because;
        }
    }

    private void resume(long now) {
        stoppedBy = null;
        pausedUntil = now;
        pausedBy = null;
        requests.reopen(now);
        tokens.reopen(now);
        waiting.endAllBackoffs();
    }

    private void stop(ModelException failure) {
        stoppedBy = failure;
        for (CallState entry : waiting.everybody()) {
            waiting.leave(entry);
            refuse(entry, new Refusal.PoolStopped(failure));
        }
    }

    /** Refuses those whose deadline has passed, or will pass during the pause. */
    private void expire(long now) {
        for (CallState entry : waiting.expired(now)) {
            Refusal why = isHeldByRate(entry, now) ? rateHolds(entry, now) : new Refusal.DeadlinePassed();
            waiting.leave(entry);
            refuse(entry, why);
        }
        if (pausedBy != null) {
            for (CallState entry : waiting.expired(pausedUntil)) {
                waiting.leave(entry);
                refuse(entry, new Refusal.PoolPaused(pausedUntil, pausedBy));
            }
        }
    }

    /** Admits as many as may go; returns when the rate lets the next one through, or {@code now} if it is not the rate. */
    private long admit(long now) {
        while (inFlight < parallel.current() && pausedUntil - now <= 0) {
            Optional<CallState> next = waiting.next();
            if (next.isEmpty()) {
                break;
            }
            long opensAt = rateOpensAt(next.get(), now);
            if (opensAt - now <= 0) {
                offer(next.get(), now);
            } else if (isHopeless(next.get(), opensAt)) {
                waiting.leave(next.get());
                refuse(next.get(), rateHolds(next.get(), now));
            } else {
                return opensAt;
            }
        }
        return now;
    }

    /** What is in flight may give back what it took of a rate; nothing else lets a call pass earlier. */
    private boolean isHopeless(CallState entry, long opensAt) {
        return inFlight == 0 && isLater(opensAt, entry);
    }

    private static boolean isLater(long nanoTime, CallState entry) {
        return nanoTime - entry.ask.deadlineNanos() >= 0;
    }

    /** Whether it is a rate that a call has waited for last: neither its own backoff, a permit, nor a pause. */
    private boolean isHeldByRate(CallState entry, long now) {
        return entry.state == CallState.Phase.WAITING
                && inFlight < parallel.current()
                && pausedUntil - now <= 0
                && rateOpensAt(entry, now) - now > 0;
    }

    /** A rate that opens too late is a pause like any other. */
    private Refusal rateHolds(CallState entry, long now) {
        boolean isTokens = tokens.opensAt(entry.ask.tokenEstimate(), now) - requests.opensAt(1, now) > 0;
        String message = "its %s are used up, by its limits".formatted(isTokens ? "tokens" : "requests");
        return new Refusal.PoolPaused(
                rateOpensAt(entry, now), new ModelException.RateLimited(message, null, RateLimits.UNKNOWN));
    }

    private long rateOpensAt(CallState entry, long now) {
        long requestsOpen = requests.opensAt(1, now);
        long tokensOpen = tokens.opensAt(entry.ask.tokenEstimate(), now);
        return NanoTime.later(requestsOpen, tokensOpen);
    }

    private void offer(CallState entry, long now) {
        switch (gate.take(entry.ask.ticket())) {
            case GRANTED -> start(entry, now);
            case CONTENDED -> waiting.contended(entry);
            case EXHAUSTED -> {
                waiting.leave(entry);
                refuse(entry, new Refusal.BudgetExhausted());
            }
        }
    }

    private void start(CallState entry, long now) {
        waiting.admitted(entry);
        requests.take(1, now);
        tokens.take(entry.ask.tokenEstimate(), now);
        entry.requestsMark = requests.mark();
        entry.tokensMark = tokens.mark();
        if (entry.failures == 0) {
            retries.onFirstTry();
        }
        entry.admission = ++admissions;
        inFlight++;
        commands.add(new PoolCommand.Admit(entry.ask.ticket()));
    }

    private void refuse(CallState entry, Refusal refusal) {
        entries.remove(entry.ask.ticket());
        commands.add(new PoolCommand.Refuse(entry.ask.ticket(), refusal));
    }

    private void wish(long rateOpensAt, long now) {
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
        CallState entry = landed(event);
        entries.remove(event.ticket());
        return entry;
    }

    private CallState landed(PoolEvent.OfTicket event) {
        CallState entry = entry(event);
        if (entry.state != CallState.Phase.IN_FLIGHT) {
            throw new IllegalStateException("%s, but its call is not in flight".formatted(event));
        }
        inFlight--;
        return entry;
    }

    private CallState entry(PoolEvent.OfTicket event) {
        CallState entry = entries.get(event.ticket());
        if (entry == null) {
            throw new IllegalStateException("%s, but there is no such ask".formatted(event));
        }
        return entry;
    }
}
