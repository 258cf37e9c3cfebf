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
    private final BudgetGuard all;
    private final BudgetGuard merges;
    private final Deque<BudgetGuard> rounds;
    private final int roundsBefore;
    private int mergesLeft;

    /**
     * Money that is set aside.
     *
     * @param all what it was set aside of
     * @param merges for all merges together
     * @param mergesLeft how many there may be
     * @param roundsBefore how many rounds earlier sessions began
     * @param rounds for each further round after these
     */
    RunMoney(BudgetGuard all, BudgetGuard merges, int mergesLeft, int roundsBefore, List<BudgetGuard> rounds) {
        this.roundsBefore = roundsBefore;
        this.all = all;
        this.merges = merges;
        this.mergesLeft = mergesLeft;
        this.rounds = new ArrayDeque<>(rounds);
    }

    /** Nothing is set aside. */
    static RunMoney none(BudgetGuard all) {
        return new RunMoney(all, all, 1, 0, List.of());
    }

    /**
     * The money of the planner in a round, to be closed with it: what was set aside for the round, and what is free. It is
     * never free in between, when other runs of the tenant could take it.
     *
     * @param round from 1; for one that an earlier session began nothing was set aside
     */
    BudgetGuard ofRound(int round) {
        BudgetGuard setAside = round > roundsBefore ? rounds.poll() : null;
        return setAside == null ? all.cap(all.state().limit()) : all.drawOn(setAside);
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
