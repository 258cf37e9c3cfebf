// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.redact.Redactor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one lock of a tree of budgets, with the watchers that are called when money may have come back. */
final class BudgetLock {

    private static final Logger LOG = LoggerFactory.getLogger(BudgetLock.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    private final Runnable moneyIsSought;

    BudgetLock() {
        this(() -> {});
    }

    /** @param moneyIsSought called outside the lock whenever somebody lacks money for now; it is short */
    BudgetLock(Runnable moneyIsSought) {
        this.moneyIsSought = moneyIsSought;
    }

    /** Reads or changes the ledgers. The action must not call code of others. */
    <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /** Changes the ledgers in a way that others may wait for, and calls the watchers once the lock is free again. */
    <T> T lockedThenNotify(Supplier<T> action) {
        var result = locked(action);
        for (Watcher watcher : watchers) {
            watcher.notifyOfChange();
        }
        return result;
    }

    /** To be called when a need was contended. */
    void moneyIsSought() {
        moneyIsSought.run();
    }

    BudgetGuard.Watch watch(Runnable action) {
        var watcher = new Watcher(action);
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /** A registration, with identity, so that one action may be registered twice. */
    private static final class Watcher {
        private final Runnable action;

        Watcher(Runnable action) {
            this.action = action;
        }

        void notifyOfChange() {
            try {
                action.run();
            } catch (RuntimeException | Error failure) {
                // the money is booked: the caller that ended the reservation must not fail because of a watcher
                LOG.warn("a watcher of the budget failed", Redactor.SHAPES.clean(failure));
            }
        }
    }
}
