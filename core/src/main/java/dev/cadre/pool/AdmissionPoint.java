// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.Reservation;
import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;
import dev.cadre.pool.AdmissionRequest.Decision;
import dev.cadre.pool.CallRefusedException.Reason;
import dev.cadre.pool.PoolCommand.Refusal;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Money;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The shell around one {@link PoolMachine}: a lock around its decisions, and a condition for each thread that waits for
 * one.
 *
 * <p>There is no timer thread. One of the waiting threads is the timekeeper: it wakes the machine at the time that the
 * machine asked for, and hands this role to another waiting thread when it leaves. A budget's lock is taken inside this
 * lock, never the other way round: budgets call their watchers outside their lock, and reservations end outside this
 * lock.
 */
final class AdmissionPoint {
    private final ReentrantLock lock = new ReentrantLock();
    private final InstantSource wallClock;
    private final UnaryOperator<String> masker;
    private final PoolMachine machine;
    /** The share of its rates; null if it has them alone. */
    private final @Nullable LimitMember member;

    private final BudgetWatches watches = new BudgetWatches(() -> tell(new PoolEvent.BudgetChanged()));
    private final Set<AdmissionPoint> sameKey = new CopyOnWriteArraySet<>();
    private final Map<Long, AdmissionRequest> requests = new HashMap<>();
    private final Set<AdmissionRequest> parked = new LinkedHashSet<>();
    private @Nullable AdmissionRequest timekeeper;
    private long wakeAt;
    private long tickets;

    /**
     * @param wallClock the clock for the end of a pause in messages to people
     * @param masker takes keys out of what a provider names
     * @param shared the limits that are shared with other processes; null if there are none
     */
    AdmissionPoint(
            PoolLimits limits,
            RetryPolicy policy,
            RandomGenerator jitter,
            InstantSource wallClock,
            UnaryOperator<String> masker,
            @Nullable SharedLimits shared) {
        this.wallClock = wallClock;
        this.masker = masker;
        machine = new PoolMachine(
                limits,
                policy,
                ticket -> request(ticket).budget.reserveUnannounced(request(ticket).need),
                jitter,
                System.nanoTime());
        member = shared == null ? null : shared.member(this);
        if (member != null) {
            long now = System.nanoTime();
            machine.on(new PoolEvent.Shared(PoolShare.none(now), RateLimits.UNKNOWN, Duration.ZERO), now);
        }
    }

    /** What it does with its rates. */
    PoolDemand demand(LimitMember asking) {
        return locked(() -> {
            PoolDemand demand = machine.demand(System.nanoTime());
            asking.retain(demand.isHeld() ? this : null);
            return demand;
        });
    }

    /** Submits a call. Does not wait for its admission. */
    AdmissionRequest submit(CallTerms terms, Money need, long tokenEstimate) {
        return locked(() -> {
            var request = new AdmissionRequest(++tickets, terms.budget(), need, lock.newCondition());
            requests.put(request.ticket, request);
            decide(new PoolEvent.Submitted(
                    request.ticket,
                    terms.purpose().runId(),
                    terms.purpose().kind(),
                    terms.order(),
                    tokenEstimate,
                    terms.deadlineNanos()));
            return request;
        });
    }

    /**
     * Waits for the decision about the next attempt, and takes it.
     *
     * @throws InterruptedException if the thread was interrupted before; the caller must {@link #leave}
     */
    Decision await(AdmissionRequest request) throws InterruptedException {
        if (locked(() -> request.decision == null)) {
            watches.begin(request.budget);
            try {
                tell(new PoolEvent.BudgetChanged()); // money may have come back before the watch began
                park(request);
            } finally {
                watches.end(request.budget);
            }
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before the call was sent");
        }
        return locked(() -> Objects.requireNonNull(taken(request)));
    }

    /**
     * Withdraws a waiting call, or gives back an admission that nobody has taken; does nothing if the call has ended.
     */
    void leave(AdmissionRequest request) {
        locked(() -> withdrawn(request)).ifPresent(Reservation::release);
    }

    private Optional<Reservation> withdrawn(AdmissionRequest request) {
        if (!requests.containsKey(request.ticket)) {
            return Optional.empty();
        }
        if (taken(request) instanceof Decision.Admitted(Reservation unsent)) {
            decide(new PoolEvent.Released(request.ticket));
            return Optional.of(unsent);
        }
        decide(new PoolEvent.Withdrawn(request.ticket));
        return Optional.empty();
    }

    /** Tells the machine what happened, and wakes the threads that its commands concern. */
    List<PoolCommand> tell(PoolEvent event) {
        List<PoolCommand> commands = locked(() -> decide(event));
        for (PoolCommand command : commands) {
            if (command instanceof PoolCommand.Stop(ModelException failure) && concernsKey(failure)) {
                sameKey.forEach(other -> other.tell(new PoolEvent.Stopped(failure)));
            }
        }
        return commands;
    }

    /**
     * The way in which a bill breaks the terms of its call, if it does. Stops the pool if a dearer model answered,
     * because it may answer every further call too.
     */
    Optional<BillingBreach> breach(String asked, String answeredBy, boolean isDearer, Money excess) {
        if (!isDearer && excess.isZero()) {
            return Optional.empty();
        }
        var breach = new BillingBreach(asked, answeredBy, excess).maskedBy(masker);
        if (isDearer) {
            tell(new PoolEvent.Stopped(new ModelException.DearerModel(
                    breach + ", which is dearer. Bind the intended model, or state its price, then resume the pool.")));
        }
        return Optional.of(breach);
    }

    Optional<ModelException> stoppedBy() {
        return locked(machine::stoppedBy);
    }

    /** Links two pools of one key: a failure of the key or the account in one stops the other too. */
    void sharesKeyWith(AdmissionPoint other) {
        sameKey.add(other);
    }

    /** The pause that lets no call start now. */
    Optional<Reason.PoolPaused> pause() {
        return locked(() -> machine.pause(System.nanoTime()))
                .map(paused -> new Reason.PoolPaused(instant(paused.untilNanos()), paused.because()));
    }

    PoolLoad load() {
        return locked(() -> new PoolLoad(machine.inFlight(), machine.waiting(), machine.parallelLimit()));
    }

    /** Whether no call is known, no thread waits and no budget is watched: for tests that look for leaks. */
    boolean isIdle() {
        return locked(() -> requests.isEmpty() && parked.isEmpty() && timekeeper == null && watches.isEmpty());
    }

    private List<PoolCommand> decide(PoolEvent event) {
        long now = System.nanoTime();
        boolean wasHeld = member != null && machine.seeksShare(now);
        List<PoolCommand> commands = machine.on(event, now);
        if (event instanceof PoolEvent.Ending ending) {
            requests.remove(ending.ticket());
        }
        commands.forEach(this::obey);
        if (member != null) {
            seekShare(member, wasHeld, now);
        }
        return commands;
    }

    private void seekShare(LimitMember sharing, boolean wasHeld, long now) {
        if (!requests.isEmpty()) {
            sharing.join();
        }
        if (!wasHeld && machine.seeksShare(now)) {
            sharing.retain(this);
            sharing.wake();
        }
    }

    private void obey(PoolCommand command) {
        switch (command) {
            case PoolCommand.Admit admit -> decided(request(admit.ticket()), new Decision.Admitted(admit.money()));
            case PoolCommand.Refuse refuse ->
                decided(Objects.requireNonNull(requests.remove(refuse.ticket())), decision(refuse.refusal()));
            case PoolCommand.GiveUp giveUp -> requests.remove(giveUp.ticket());
            case PoolCommand.WakeAt wish -> wakeTimekeeperAt(wish.nanoTime());
            case PoolCommand.Retry retry -> {}
            case PoolCommand.Stop stop -> {}
        }
    }

    private Decision decision(Refusal refusal) {
        return switch (refusal) {
            case Refusal.BudgetExhausted exhausted ->
                new Decision.Refused(new Reason.BudgetExhausted(exhausted.admission()));
            case Refusal.BudgetFailed failed -> new Decision.BudgetFailed(failed.failure());
            case Refusal.DeadlinePassed passed -> new Decision.Refused(new Reason.DeadlinePassed());
            case Refusal.PoolPaused(long untilNanos, ModelException because) ->
                new Decision.Refused(new Reason.PoolPaused(instant(untilNanos), because));
            case Refusal.PoolStopped(ModelException failure) -> new Decision.Refused(new Reason.PoolStopped(failure));
        };
    }

    /** The next full second, so that a caller who comes back then is not too early. */
    private Instant instant(long nanoTime) {
        Instant exact = wallClock.instant().plusNanos(nanoTime - System.nanoTime());
        return exact.plusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
    }

    private void decided(AdmissionRequest request, Decision decision) {
        request.decision = decision;
        parked.remove(request);
        request.changed.signal();
    }

    private void wakeTimekeeperAt(long nanoTime) {
        boolean earlier = nanoTime - wakeAt < 0;
        wakeAt = nanoTime;
        if (earlier && timekeeper != null) {
            timekeeper.changed.signal();
        }
    }

    private void park(AdmissionRequest request) throws InterruptedException {
        lock.lock();
        try {
            if (request.decision == null) {
                parked.add(request);
            }
            while (request.decision == null) {
                if (timekeeper == null) {
                    timekeeper = request;
                }
                long nanos = timekeeper == request ? wakeAt - System.nanoTime() : Long.MAX_VALUE;
                if (nanos > 0) {
                    request.changed.awaitNanos(nanos);
                } else {
                    decide(new PoolEvent.Tick());
                }
            }
        } finally {
            parked.remove(request);
            handOverTimekeeping(request);
            lock.unlock();
        }
    }

    private void handOverTimekeeping(AdmissionRequest leaving) {
        if (timekeeper == leaving) {
            timekeeper = parked.isEmpty() ? null : parked.iterator().next();
            if (timekeeper != null) {
                timekeeper.changed.signal();
            }
        }
    }

    private static @Nullable Decision taken(AdmissionRequest request) {
        Decision decision = request.decision;
        request.decision = null;
        return decision;
    }

    private AdmissionRequest request(long ticket) {
        return Objects.requireNonNull(requests.get(ticket));
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /** All failures with this reach concern the key or the way to the provider, except those about the model. */
    private static boolean concernsKey(ModelException failure) {
        return !(failure instanceof ModelException.UnknownModel || failure instanceof ModelException.DearerModel);
    }
}
