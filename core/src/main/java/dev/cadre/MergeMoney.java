// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Admission;
import dev.cadre.budget.AllotmentRefusedException;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.LedgerState;
import dev.cadre.price.Money;
import dev.cadre.schedule.MergeShare;
import dev.cadre.task.RunFailure;
import java.time.Duration;
import java.util.ArrayList;
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
                    return new Answer.Refused(tooSmall(run, money, whoNeeds(), needs.floor()));
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
        int roundsWithMoney = needs.round().isZero() ? 0 : run.roundsLeft();
        if (roundsWithMoney > 0) {
            // all at once, as a shared budget fetches it: otherwise it could be refused for ever part by part
            run.guard()
                    .allot(wanted(free).plus(needs.round().times(roundsWithMoney)))
                    .close();
        }
        BudgetGuard merging = ofMerges(free);
        var rounds = new ArrayList<BudgetGuard>();
        try {
            for (int i = 0; i < roundsWithMoney; i++) {
                rounds.add(run.guard().allot(needs.round()));
            }
            int before = run.coordinator().rounds() - run.roundsLeft();
            return new RunMoney(run.guard(), merging, merges, before, rounds);
        } catch (AllotmentRefusedException takenMeanwhile) {
            rounds.forEach(BudgetGuard::close);
            merging.close();
            throw takenMeanwhile;
        }
    }

    private BudgetGuard ofMerges(Money free) {
        return needs.merge().isZero()
                ? run.guard().cap(run.limit())
                : run.guard().allot(wanted(free));
    }

    /** What is wanted if that still leaves the planner and one subtask their part, else what is needed. */
    private Money wanted(Money free) {
        Money least = needs.merge();
        return least.isZero()
                ? least
                : MergeShare.setAside(run.limit(), least, free, needs.floor().minus(least));
    }

    /** Names what is needed at least: the least budget is that and what is spent already. */
    static RunFailure tooSmall(Run run, LedgerState money, String who, Money floor) {
        String rest = run.limit().isMoreThan(money.room()) ? ", of which %s can be had,".formatted(money.room()) : "";
        Money spent = run.guard().state().spent();
        String least = spent.isZero()
                ? ""
                : "; with the %s that is spent already, the least budget is %s".formatted(spent, spent.plus(floor));
        return RunFailure.of(
                RunFailure.Kind.BUDGET_TOO_SMALL,
                "a budget of %s%s is too small: %s at least %s%s".formatted(run.limit(), rest, who, floor, least));
    }

    private String whoNeeds() {
        if (needs.floor().equals(needs.merge())) {
            return "the merger needs";
        }
        return needs.round().isZero()
                ? "planner, merger and one subtask need"
                : "planner, merger, one subtask and %d further rounds need".formatted(run.roundsLeft());
    }

    private RunFailure tooLate(LedgerState money) {
        return RunFailure.of(
                RunFailure.Kind.DEADLINE,
                "the time ran out while others had the money in flight: %s %s, free are %s"
                        .formatted(whoNeeds(), needs.floor(), money.free()));
    }
}
