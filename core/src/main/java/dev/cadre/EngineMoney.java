// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.BudgetGuard;

/**
 * What a run of a goal that an engine drives has set aside: for its merges, and for each further round of planning. For one
 * thread.
 *
 * <p>Public for engines; it carries no compatibility promise.
 */
public final class EngineMoney {
    private final RunMoney money;

    EngineMoney(RunMoney money) {
        this.money = money;
    }

    /** The money of the planner in a further round, to be closed with it: what was set aside for it, and what is free. */
    public BudgetGuard ofRound(int round) {
        return money.ofRound(round);
    }

    /** The money of the next merge: an equal part of what is left. */
    public BudgetGuard ofNextMerge() {
        return money.ofNextMerge();
    }
}
