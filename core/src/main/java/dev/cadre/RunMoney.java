// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.BudgetGuard;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The money that a run of a goal has set aside: for its merges, and for each further round of planning. Closing it gives
 * back what is left. For one thread at a time.
 */
final class RunMoney implements AutoCloseable {
    private final BudgetGuard merges;
    private final Deque<BudgetGuard> rounds;
    private int mergesLeft;

    /**
     * Money that is set aside.
     *
     * @param merges for all merges together
     * @param mergesLeft how many there may be
     * @param rounds for each further round
     */
    RunMoney(BudgetGuard merges, int mergesLeft, List<BudgetGuard> rounds) {
        this.merges = merges;
        this.mergesLeft = mergesLeft;
        this.rounds = new ArrayDeque<>(rounds);
    }

    /** Nothing is set aside. */
    static RunMoney none(BudgetGuard all) {
        return new RunMoney(all, 1, List.of());
    }

    /** Gives the money of one round back to the run, whose planner spends it: nothing else is under way then. */
    void beginRound() {
        BudgetGuard round = rounds.poll();
        if (round != null) {
            round.close();
        }
    }

    /** The money of the next merge: an equal part of what is left. */
    BudgetGuard ofNextMerge() {
        int parts = Math.max(1, mergesLeft--);
        return parts == 1 ? merges : merges.cap(merges.available().dividedBy(parts));
    }

    @Override
    public void close() {
        rounds.forEach(BudgetGuard::close);
        merges.close();
    }
}
