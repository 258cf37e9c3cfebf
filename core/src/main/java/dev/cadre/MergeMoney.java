// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Admission;
import dev.cadre.budget.AllotmentRefusedException;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.LedgerState;
import dev.cadre.price.Money;
import dev.cadre.task.RunFailure;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Sets the money of merger and further rounds aside before a run begins, so that a run that begins can end with an answer.
 * Money that a tenant's other runs have in flight is waited for, as calls wait for it.
 *
 * @param needs what is needed at least; nothing for a merger that has no use for money that is set aside
 * @param merges how often the run may merge
 */
record MergeMoney(Run run, GoalNeeds needs, int merges) {
    /** Whether the run can begin. */
    sealed interface Answer {
        /** It can, with this set aside. */
        record Ready(RunMoney money) implements Answer {}

        /** It cannot. */
        record Refused(RunFailure why) implements Answer {}
    }

    /**
     * Waits until there is enough for a run, at most for this much of its time.
     *
     * @throws InterruptedException if the thread was interrupted meanwhile; nothing is set aside
     */
    Answer await(Duration time) throws InterruptedException {
        var moved = new ArrayBlockingQueue<Boolean>(1);
        BudgetGuard.Watch watch = run.guard().watch(() -> moved.offer(true));
        try {
            while (true) {
                LedgerState money = run.money();
                if (needs.floor().isZero()) { // as much is there whatever is spent already
                    return new Answer.Ready(setAside(money.free()));
                }
                if (money.isExhaustedBy(needs.floor())) {
                    return new Answer.Refused(needs.tooSmall(
                            run.limit(), money, run.guard().state().spent(), run.roundsLeft()));
                }
                if (!money.isContendedBy(needs.floor())) {
                    try {
                        return new Answer.Ready(setAside(money.free()));
                    } catch (AllotmentRefusedException refused) {
                        if (refused.reason() instanceof Admission.Exhausted) {
                            continue; // taken meanwhile by another run of the same tenant: the figures are others now
                        }
                    }
                } else {
                    run.guard().seek(needs.floor());
                }
                if (run.poll(moved, time) == null) {
                    return new Answer.Refused(tooLate(money));
                }
            }
        } finally {
            watch.close();
        }
    }

    private RunMoney setAside(Money free) {
        int left = run.roundsLeft();
        int before = run.coordinator().rounds() - left;
        return needs.setAside(run.guard(), free, new GoalNeeds.Share(run.limit(), merges, before, left));
    }

    private RunFailure tooLate(LedgerState money) {
        return RunFailure.of(
                RunFailure.Kind.DEADLINE,
                "the time ran out while others had the money in flight: %s %s, free are %s"
                        .formatted(needs.whoNeeds(run.roundsLeft()), needs.floor(), money.free()));
    }
}
