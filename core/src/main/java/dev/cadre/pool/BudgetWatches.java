// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.BudgetGuard;
import java.util.HashMap;
import java.util.Map;

/**
 * The watches of a pool: one for each budget that calls wait for, whatever their number. Safe for use by many threads.
 */
final class BudgetWatches {
    private static final class Shared {
        final BudgetGuard.Watch watch;
        int waiting;

        Shared(BudgetGuard.Watch watch) {
            this.watch = watch;
        }
    }

    private final Map<BudgetGuard, Shared> shared = new HashMap<>();
    private final Runnable moneyMoved;

    BudgetWatches(Runnable moneyMoved) {
        this.moneyMoved = moneyMoved;
    }

    synchronized void begin(BudgetGuard budget) {
        shared.computeIfAbsent(budget, guard -> new Shared(guard.watch(moneyMoved))).waiting++;
    }

    synchronized void end(BudgetGuard budget) {
        Shared watched = shared.get(budget);
        if (watched != null && --watched.waiting == 0) {
            shared.remove(budget);
            watched.watch.close();
        }
    }

    synchronized boolean isEmpty() {
        return shared.isEmpty();
    }
}
