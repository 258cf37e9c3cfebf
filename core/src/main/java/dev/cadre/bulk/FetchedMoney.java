// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * The money of a batch lane. Its items do not wait for money that others have in flight, which the lane looks for again
 * later; they do wait for money that is free, and that a shared budget has to fetch.
 */
final class FetchedMoney {
    private static final Duration LONGEST_FETCH = Duration.ofSeconds(30);

    private final BudgetGuard money;
    private final LaneClock time;

    FetchedMoney(BudgetGuard money, LaneClock time) {
        this.money = money;
        this.time = time;
    }

    /** Reserves; an interrupt ends the wait, and stays set. */
    Admission reserve(Money worstCase) {
        Admission answer = money.reserve(worstCase);
        return isOnItsWay(answer) ? fetched(worstCase) : answer;
    }

    private Admission fetched(Money worstCase) {
        var moved = new ArrayBlockingQueue<Boolean>(1);
        BudgetGuard.Watch watch = money.watch(() -> moved.offer(true));
        try (watch) {
            Admission answer =
                    money.reserve(worstCase); // once more after the watch has begun, so that no change is missed
            while (isOnItsWay(answer) && time.isThere(moved, LONGEST_FETCH)) {
                answer = money.reserve(worstCase);
            }
            return answer;
        }
    }

    private boolean isOnItsWay(Admission answer) {
        return answer instanceof Admission.Contended(Money need, var lacking)
                && !money.chainState().isContendedBy(need);
    }
}
