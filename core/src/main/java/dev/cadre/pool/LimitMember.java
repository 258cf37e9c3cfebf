// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.RateLimits;
import dev.cadre.share.BudgetStoreException;
import dev.cadre.share.ShareAnswer;
import dev.cadre.share.ShareRequest;
import dev.cadre.share.SyncPace;
import dev.cadre.share.SyncRequest.Stay;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pool in limits that it shares, and the thread that asks the store for its share. Safe for use by many threads. */
final class LimitMember {
    private static final Logger LOG = LoggerFactory.getLogger(LimitMember.class);

    private final SharedLimits limits;
    /** A pool that nobody uses any more is garbage, though this thread goes on: then it leaves. */
    private final WeakReference<AdmissionPoint> pool;
    /** The pool while it owes something, so that the store is told. */
    private volatile @Nullable AdmissionPoint retained;

    private final ReentrantLock using = new ReentrantLock();
    private final ShareLedger ledger;
    private final SyncPace pace;
    private final Semaphore woken = new Semaphore(0);
    private final AtomicBoolean hasJoined = new AtomicBoolean();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("cadre-shared-limits").unstarted(this::talk);
    private volatile boolean isLeaving;
    private volatile PoolShare share = PoolShare.none(System.nanoTime());
    private volatile BudgetStoreException.@Nullable Kind trouble;
    private boolean isStalled;
    /** What the pool did last, for when it is gone. */
    private PoolDemand demand;

    LimitMember(SharedLimits limits, String holder, AdmissionPoint pool) {
        this.limits = limits;
        this.pool = new WeakReference<>(pool);
        demand = PoolDemand.NONE;
        long now = System.nanoTime();
        Duration lease = limits.times().lease();
        ledger = new ShareLedger(limits.name(), holder, lease, now);
        pace = new SyncPace(limits.times().heartbeat(), lease, now);
    }

    /** Begins to ask for a share, if it has not begun. */
    void join() {
        if (!hasJoined.get() && hasJoined.compareAndSet(false, true)) {
            limits.admit(this);
        }
    }

    void start() {
        thread.start();
    }

    /** Has the store asked at once if that is of use. */
    void wake() {
        if (woken.availablePermits() == 0) {
            woken.release();
        }
    }

    /** Keeps the pool from being garbage. */
    void retain(@Nullable AdmissionPoint indebted) {
        retained = indebted;
    }

    /** From now on the pool sends nothing, whatever the store has granted or will. */
    void leave() {
        isLeaving = true;
        use(new PoolEvent.Shared(PoolShare.none(System.nanoTime()), RateLimits.UNKNOWN, Duration.ZERO));
        wake();
    }

    void awaitEnd(long nanoTime) throws InterruptedException {
        long rest = nanoTime - System.nanoTime();
        if (rest > 0) {
            thread.join(Duration.ofNanos(rest));
        }
    }

    int partsPerMillion() {
        PoolShare current = share;
        return current.isOver(System.nanoTime()) ? 0 : current.partsPerMillion();
    }

    Optional<BudgetStoreException.Kind> trouble() {
        return Optional.ofNullable(trouble);
    }

    private void talk() {
        while (!isLeaving && alive() != null) {
            try {
                talkOnce();
            } catch (InterruptedException interrupt) {
                LOG.debug("the thread of shared limits was interrupted, and goes on", interrupt);
            }
        }
        if (!ledger.endsUntold(demand(), System.nanoTime())) {
            ask(Stay.LEAVES); // if the store does not hear it, others see that the lease runs out
        }
        limits.dismiss(this);
    }

    private @Nullable AdmissionPoint alive() {
        AdmissionPoint indebted = retained;
        return indebted == null ? pool.get() : indebted;
    }

    private PoolDemand demand() {
        AdmissionPoint alive = alive();
        if (alive != null) {
            demand = alive.demand(this);
        }
        return demand;
    }

    private void talkOnce() throws InterruptedException {
        long wait = pace.waitNanos(ledger.isSought(demand()), System.nanoTime());
        if (wait == 0) {
            ask(Stay.GOES_ON);
        } else if (woken.tryAcquire(wait, TimeUnit.NANOSECONDS)) {
            woken.drainPermits();
        }
    }

    private void ask(Stay stay) {
        try {
            ShareRequest request = ledger.write(stay, demand(), System.nanoTime());
            ShareAnswer answer = limits.store().share(request);
            if (stay == Stay.GOES_ON) {
                take(request, answer);
            }
        } catch (BudgetStoreException refused) {
            failed(refused.kind(), refused);
        } catch (RuntimeException | Error broken) { // the store is code of others; without this thread nobody may send
            failed(BudgetStoreException.Kind.UNREACHABLE, broken);
        }
    }

    private void take(ShareRequest request, ShareAnswer answer) {
        PoolEvent.Shared event = ledger.take(request, answer, System.nanoTime())
                .orElseThrow(() -> new BudgetStoreException(
                        BudgetStoreException.Kind.DAMAGED, "the store answered something else than was asked", null));
        if (trouble != null) {
            LOG.info("the store of the shared limits '{}' answers again", limits.name());
            trouble = null;
            isStalled = false;
        }
        pace.answered(ledger.isUnmet(), ledger.isIdle(), System.nanoTime());
        use(event);
    }

    /** A share that comes while the limits are being closed comes too late. */
    private void use(PoolEvent.Shared event) {
        using.lock();
        try {
            AdmissionPoint alive = alive();
            if (alive != null && (!isLeaving || event.share().partsPerMillion() == 0)) {
                share = event.share();
                alive.tell(event);
            }
        } finally {
            using.unlock();
        }
    }

    private void failed(BudgetStoreException.Kind kind, Throwable failure) {
        pace.failed(System.nanoTime());
        if (trouble == null) { // no message: a driver's may name the address and the user
            LOG.warn(
                    "the store of the shared limits '{}' does not answer ({}, {}): the share of this process ends with its lease",
                    limits.name(),
                    kind,
                    failure.getClass().getName());
        }
        trouble = kind;
        if (!isStalled && share.isOver(System.nanoTime())) {
            isStalled = true;
            LOG.warn(
                    "the lease of the shared limits '{}' has run out: calls wait until the store answers",
                    limits.name());
        }
    }
}
