// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.redact.Redactor;
import dev.cadre.share.BudgetStore;
import dev.cadre.share.BudgetStoreException;
import dev.cadre.share.SyncAnswer;
import dev.cadre.share.SyncPace;
import dev.cadre.share.SyncRequest;
import dev.cadre.share.SyncRequest.Stay;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A budget that several processes spend from, and whose limit holds for all of them together. This process leases slices
 * of it from a store, so that a reservation costs no request to the store; {@code Budget.usd("0.25").under(shared.guard())}
 * spends from it.
 *
 * <p>A need beyond the slice is contended until the store has answered, and exhausted only if the store says that the money
 * can never come. While the store does not answer, needs within the slice are granted, and others wait. What the store
 * knows of other processes is at most a third of {@link Sharing#lease} old here; so old may be a limit that was changed.
 *
 * <p>Safe for use by many threads. One thread talks to the store.
 */
public final class SharedBudget implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedBudget.class);

    private final BudgetStore store;
    private final String name;
    private final Sharing sharing;
    private final SharedLedger shared;
    private final Semaphore woken = new Semaphore(0);
    private final BudgetLock lock = new BudgetLock(this::wake);
    private final AlertsOnce alerts = new AlertsOnce();
    private final SyncPace pace;
    private final BudgetGuard guard;
    private final Thread thread;
    private final AtomicBoolean isClosed = new AtomicBoolean();
    /** When the budget was closed and its lease would have run out; nothing is reported any more then. */
    private volatile long reportsUntilNanos;

    private volatile BudgetStoreException.@Nullable Kind trouble;

    private SharedBudget(BudgetStore store, String name, Sharing sharing) {
        this.store = store;
        this.name = name;
        this.sharing = sharing;
        shared = new SharedLedger(name, UUID.randomUUID().toString(), sharing.lease());
        SyncRequest first = shared.write(Stay.GOES_ON);
        SyncAnswer answer = store.sync(first);
        if (!shared.take(first, answer)) {
            throw new IllegalStateException("the store answered request %d of budget '%s' instead of %d"
                    .formatted(answer.sequence(), name, first.sequence()));
        }
        pace = new SyncPace(sharing.heartbeat(), sharing.lease(), System.nanoTime());
        guard = BudgetGuard.of(shared.ledger(), lock);
        thread = Thread.ofPlatform().daemon().name("cadre-shared-budget").unstarted(this::talk);
    }

    /**
     * Opens a budget that is in a store, and waits for the answer of the store. The caller closes it.
     *
     * @param name the name of the budget in the store
     * @throws BudgetStoreException if the store does not answer, is of another version, or has no such budget
     */
    public static SharedBudget open(BudgetStore store, String name, Sharing sharing) {
        var opened = new SharedBudget(store, name, sharing);
        opened.tell(opened.shared.standings());
        opened.guard.watch(opened::wakeForNews);
        opened.thread.start();
        return opened;
    }

    /**
     * The budget in this process. Its sums are those of all processes, as far as they are known here. Closing it refuses
     * needs in this process only; close the shared budget instead, which does that, too.
     */
    public BudgetGuard guard() {
        return guard;
    }

    /** Why the last request to the store got no answer; empty if it got one. */
    public Optional<BudgetStoreException.Kind> trouble() {
        return Optional.ofNullable(trouble);
    }

    /**
     * Refuses every later need of this process, reports what was spent, and gives the rest back. Waits for attempts in
     * flight and for the store, at most {@link Sharing#patience} or until the thread is interrupted. What ends later is
     * reported in the background, as long as the lease would last; what does not end until then is forfeited. Closing again
     * waits again.
     */
    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            guard.watch(this::wake);
            Duration reports = sharing.patience().plus(sharing.lease());
            reportsUntilNanos = System.nanoTime() + reports.toNanos();
            guard.close();
            wake();
        }
        try {
            thread.join(sharing.patience());
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        if (woken.availablePermits() == 0) {
            woken.release();
        }
    }

    private void wakeForNews() {
        if (lock.locked(() -> shared.hasBreachToTell() || shared.hasReleased())) {
            wake();
        }
    }

    private void talk() {
        boolean isOver = false;
        while (!isOver) {
            try {
                isOver = talkOnce();
            } catch (InterruptedException interrupt) {
                LOG.debug("the thread of a shared budget was interrupted, and goes on", interrupt);
            } catch (RuntimeException | Error broken) { // whatever it is: without this thread nobody gets money
                pace.failed(System.nanoTime());
                trouble = BudgetStoreException.Kind.UNREACHABLE;
            }
        }
    }

    /** Waits until the next request is due, or something happens; returns whether there will be none any more. */
    private boolean talkOnce() throws InterruptedException {
        boolean isLeaving = isClosed() && guard.openReservations() == 0;
        long now = System.nanoTime();
        if (isClosed() && reportsUntilNanos - now <= 0) {
            return true;
        }
        boolean isUrgent = isLeaving || lock.locked(shared::hasBreachToTell);
        long wait = isUrgent && trouble == null ? 0 : pace.waitNanos(lock.locked(shared::looksAgain), now);
        if (lock.locked(shared::hasReleased)) {
            wait = Math.min(wait, pace.soonNanos(now));
        }
        if (wait == 0) {
            return ask(isLeaving ? Stay.LEAVES : Stay.GOES_ON) && isLeaving;
        }
        if (woken.tryAcquire(wait, TimeUnit.NANOSECONDS)) {
            woken.drainPermits();
        }
        return false;
    }

    private boolean isClosed() {
        return isClosed.get() && reportsUntilNanos != 0;
    }

    /** Returns whether the store has answered. */
    private boolean ask(Stay stay) {
        try {
            SyncRequest request = lock.locked(() -> shared.write(stay));
            SyncAnswer answer = store.sync(request);
            if (trouble != null) {
                LOG.info("the store of the shared budget '{}' answers again", name);
                trouble = null;
            }
            take(request, answer);
            return true;
        } catch (BudgetStoreException refused) {
            failed(refused.kind(), refused);
        } catch (RuntimeException | Error broken) { // the store is code of others
            failed(BudgetStoreException.Kind.UNREACHABLE, broken);
        }
        return false;
    }

    private void take(SyncRequest request, SyncAnswer answer) {
        boolean isTaken = lock.lockedThenNotify(() -> shared.take(request, answer));
        if (!isTaken) {
            throw new BudgetStoreException(
                    BudgetStoreException.Kind.DAMAGED, "the store answered something else than was asked", null);
        }
        pace.answered(shared.isUnmet(), shared.isIdle(), System.nanoTime());
        tell(answer.chain());
    }

    private void failed(BudgetStoreException.Kind kind, Throwable failure) {
        pace.failed(System.nanoTime());
        if (trouble == null) { // no message: a driver's may name the address and the user
            LOG.warn(
                    "the store of the shared budget '{}' does not answer ({}, {}): needs beyond the slice of this process wait",
                    name,
                    kind,
                    failure.getClass().getName());
        }
        trouble = kind;
    }

    private void tell(Iterable<SyncAnswer.Standing> chain) {
        for (BudgetAlert alert : alerts.due(chain)) {
            try {
                sharing.alerts().accept(alert);
            } catch (RuntimeException | Error failure) {
                LOG.warn("a listener for alerts failed", Redactor.SHAPES.clean(failure));
            }
        }
    }

    @Override
    public String toString() {
        return "SharedBudget['%s', %s]".formatted(name, guard.state());
    }
}
