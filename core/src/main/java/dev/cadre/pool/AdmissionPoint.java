// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.Reservation;
import dev.cadre.model.ModelException;
import dev.cadre.pool.CallRefusedException.Reason;
import dev.cadre.pool.PoolCommand.Refusal;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Money;
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
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Drives one {@link PoolMachine}: a lock around its decisions, and a condition for everybody who waits for one.
 *
 * <p>There is no timer thread. One of those who wait is the timekeeper: it wakes the machine when the machine wished, and
 * somebody else does that when it leaves. A budget's lock is taken inside this one, never the other way round: budgets call
 * their watchers outside their lock, and reservations end outside this one.
 */
final class AdmissionPoint {
    private final ReentrantLock lock = new ReentrantLock();
    private final InstantSource wallClock;
    private final PoolMachine machine;
    private final BudgetWatches watches = new BudgetWatches(() -> tell(new PoolEvent.BudgetChanged()));
    private final Set<AdmissionPoint> sameKey = new CopyOnWriteArraySet<>();
    private final Map<Long, AdmissionRequest> waiters = new HashMap<>();
    private final Set<AdmissionRequest> parked = new LinkedHashSet<>();
    private @Nullable AdmissionRequest timekeeper;
    private long wakeAt;
    private long tickets;

    /** @param wallClock by which people are told when a pause ends */
    AdmissionPoint(PoolLimits limits, RetryPolicy policy, RandomGenerator jitter, InstantSource wallClock) {
        this.wallClock = wallClock;
        machine = new PoolMachine(limits, policy, ticket -> waiter(ticket).takeMoney(), jitter, System.nanoTime());
    }

    /** Asks for admission; does not wait for it. */
    AdmissionRequest enter(CallTerms terms, Money need, long tokenEstimate) {
        lock.lock();
        try {
            var ask = new PoolEvent.Submitted(
                    ++tickets,
                    terms.run(),
                    terms.purpose().kind(),
                    terms.order(),
                    tokenEstimate,
                    terms.deadlineNanos());
            var waiter = new AdmissionRequest(ask, terms.budget(), need, lock.newCondition());
            waiters.put(ask.ticket(), waiter);
            decide(ask);
            return waiter;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the machine has decided, and takes over the money if it has admitted the call.
     *
     * @return the money of the attempt, or null if the waiter was refused
     * @throws InterruptedException if the thread was interrupted before; the caller must {@link #leave}
     */
    @Nullable
    Reservation await(AdmissionRequest waiter) throws InterruptedException {
        if (!isDecided(waiter)) {
            watches.begin(waiter.budget);
            try {
                tell(new PoolEvent.BudgetChanged()); // what moved before the watch began
                park(waiter);
            } finally {
                watches.end(waiter.budget);
            }
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before the call was sent");
        }
        return takeOver(waiter);
    }

    /** Gives up a place, or an admission that nobody has taken over; does nothing if the ask has ended. */
    void leave(AdmissionRequest waiter) {
        Reservation unsent = null;
        lock.lock();
        try {
            long ticket = waiter.ask.ticket();
            if (waiters.containsKey(ticket)) {
                unsent = takeOver(waiter);
                decide(unsent == null ? new PoolEvent.Withdrawn(ticket) : new PoolEvent.Released(ticket));
            }
        } finally {
            lock.unlock();
        }
        if (unsent != null) {
            unsent.release();
        }
    }

    /** Tells the machine something; whoever is concerned is woken. */
    List<PoolCommand> tell(PoolEvent event) {
        List<PoolCommand> commands;
        lock.lock();
        try {
            commands = decide(event);
        } finally {
            lock.unlock();
        }
        for (PoolCommand command : commands) {
            if (command instanceof PoolCommand.Stop(ModelException failure) && concernsKey(failure)) {
                sameKey.forEach(other -> other.tell(new PoolEvent.Stopped(failure)));
            }
        }
        return commands;
    }

    /**
     * How a bill breaks the terms of its call. Stops the pool if a dearer model answered: every further call may be
     * answered by it, too.
     */
    Optional<BillingBreach> breach(String asked, String answeredBy, boolean isDearer, Money excess) {
        if (!isDearer && excess.isZero()) {
            return Optional.empty();
        }
        var breach = new BillingBreach(asked, answeredBy, excess);
        if (isDearer) {
            tell(new PoolEvent.Stopped(new ModelException.DearerModel(breach
                    + ", which is dearer. Bind the model that is meant, or state its price, then resume the pool.")));
        }
        return Optional.of(breach);
    }

    Optional<ModelException> stoppedBy() {
        lock.lock();
        try {
            return machine.stoppedBy();
        } finally {
            lock.unlock();
        }
    }

    /** A failure of the key or the account that one meets stops the other, too. */
    void sharesKeyWith(AdmissionPoint other) {
        sameKey.add(other);
    }

    PoolLoad load() {
        lock.lock();
        try {
            return new PoolLoad(machine.inFlight(), machine.waiting(), machine.parallelLimit());
        } finally {
            lock.unlock();
        }
    }

    /** Whether nobody waits, watches a budget or is known: for tests that look for leaks. */
    boolean isIdle() {
        lock.lock();
        try {
            return waiters.isEmpty() && parked.isEmpty() && timekeeper == null && watches.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private List<PoolCommand> decide(PoolEvent event) {
        List<PoolCommand> commands = machine.on(event, System.nanoTime());
        if (event instanceof PoolEvent.Ending ending) {
            waiters.remove(ending.ticket());
        }
        commands.forEach(this::obey);
        return commands;
    }

    private void obey(PoolCommand command) {
        switch (command) {
            case PoolCommand.Admit admit -> wake(waiter(admit.ticket()));
            case PoolCommand.Refuse refuse -> refuse(Objects.requireNonNull(waiters.remove(refuse.ticket())), refuse);
            case PoolCommand.GiveUp giveUp -> waiters.remove(giveUp.ticket());
            case PoolCommand.WakeAt wish -> wakeTimekeeperAt(wish.nanoTime());
            case PoolCommand.Retry retry -> {}
            case PoolCommand.Stop stop -> {}
        }
    }

    private void refuse(AdmissionRequest waiter, PoolCommand.Refuse refuse) {
        switch (refuse.refusal()) {
            case Refusal.BudgetExhausted exhausted -> {} // the waiter has the budget's own words
            case Refusal.DeadlinePassed passed -> waiter.refused = new Reason.DeadlinePassed();
            case Refusal.PoolPaused(long untilNanos, ModelException because) ->
                waiter.refused = new Reason.PoolPaused(instant(untilNanos), because);
            case Refusal.PoolStopped(ModelException failure) -> waiter.refused = new Reason.PoolStopped(failure);
        }
        wake(waiter);
    }

    /** The next full second, so that whoever comes back then does not come too early. */
    private Instant instant(long nanoTime) {
        Instant exact = wallClock.instant().plusNanos(nanoTime - System.nanoTime());
        return exact.plusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
    }

    private void wake(AdmissionRequest waiter) {
        parked.remove(waiter);
        waiter.news.signal();
    }

    private void wakeTimekeeperAt(long nanoTime) {
        boolean earlier = nanoTime - wakeAt < 0;
        wakeAt = nanoTime;
        if (earlier && timekeeper != null) {
            timekeeper.news.signal();
        }
    }

    private void park(AdmissionRequest waiter) throws InterruptedException {
        lock.lock();
        try {
            if (!waiter.isDecided()) {
                parked.add(waiter);
            }
            while (!waiter.isDecided()) {
                if (timekeeper == null) {
                    timekeeper = waiter;
                }
                long nanos = timekeeper == waiter ? wakeAt - System.nanoTime() : Long.MAX_VALUE;
                if (nanos > 0) {
                    waiter.news.awaitNanos(nanos);
                } else {
                    decide(new PoolEvent.Tick());
                }
            }
        } finally {
            parked.remove(waiter);
            handOver(waiter);
            lock.unlock();
        }
    }

    private void handOver(AdmissionRequest waiter) {
        if (timekeeper == waiter) {
            timekeeper = parked.isEmpty() ? null : parked.iterator().next();
            if (timekeeper != null) {
                timekeeper.news.signal();
            }
        }
    }

    private @Nullable Reservation takeOver(AdmissionRequest waiter) {
        lock.lock();
        try {
            Reservation money = waiter.granted;
            waiter.granted = null;
            return money;
        } finally {
            lock.unlock();
        }
    }

    private boolean isDecided(AdmissionRequest waiter) {
        lock.lock();
        try {
            return waiter.isDecided();
        } finally {
            lock.unlock();
        }
    }

    private AdmissionRequest waiter(long ticket) {
        return Objects.requireNonNull(waiters.get(ticket));
    }

    /** All failures with this reach concern the key or the way to the provider, save those about the model. */
    private static boolean concernsKey(ModelException failure) {
        return !(failure instanceof ModelException.UnknownModel || failure instanceof ModelException.DearerModel);
    }
}
