// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.LedgerState;
import dev.cadre.budget.Reservation;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The money of a run as its workflow keeps it: each activity has an allotment before it is scheduled, which holds whatever
 * becomes of the activity. A rung that may need more than its first call gets room for that; where money is short it waits
 * for others to give theirs back, and takes what there is if nobody is left who could. Pure; belongs to a workflow.
 */
final class Allotments {
    /** A repair, a truncated answer with its doubled cap, and a call or two that are sent again. */
    static final long USUAL_CALLS = 6;
    /** With so many most rungs end as they do in one process, where a repair takes what is free then. */
    static final long LEAST_CALLS = 3;

    private static final Money MOST = Money.ofPico(Long.MAX_VALUE);

    private final BudgetGuard run;
    private Spend spent;

    Allotments(Money limit) {
        this(limit, Spend.NONE);
    }

    /** @param before what an earlier history of the run has booked */
    Allotments(Money limit, Spend before) {
        run = Budget.of(limit).open(before.total());
        spent = before;
    }

    /** The money as the machine is told: what is allotted counts as in flight. */
    LedgerState state() {
        return run.chainState();
    }

    /** The money itself, of which parts are set aside. */
    BudgetGuard run() {
        return run;
    }

    /** All that was booked. */
    Spend spent() {
        return spent;
    }

    /** What becomes of a rung that wants to start. */
    sealed interface Decision {
        /** It starts, with this. */
        record Start(Allotment allotment) implements Decision {}

        /** It waits until another one ends. */
        record Wait() implements Decision {}

        /** The money cannot reach for its first call. */
        record Never() implements Decision {}
    }

    /**
     * Takes money for a rung, if it is there.
     *
     * @param first the worst case of its first call
     * @param waiting how many want to start, this one included
     */
    Decision take(SubtaskType<?, ?> type, Money first, long waiting) {
        Money wanted = wanted(type, first);
        if (wanted.isZero()) {
            return new Decision.Start(new Allotment(null));
        }
        LedgerState state = run.state();
        if (state.isExhaustedBy(first)) {
            return new Decision.Never();
        }
        Money least = type.isModelWork() ? wanted.atMost(times(first, LEAST_CALLS)) : wanted;
        if (least.isMoreThan(state.free()) && !state.outstanding().isZero()) {
            return new Decision.Wait();
        }
        Money share = state.free().dividedBy(waiting).atLeast(least);
        return new Decision.Start(
                new Allotment(reserve(run, wanted.atMost(share).atMost(state.free()))));
    }

    private static Reservation reserve(BudgetGuard purse, Money amount) {
        return switch (purse.reserve(amount)) {
            case Admission.Granted(Reservation granted) -> granted;
            case Admission.Refused refused -> throw new IllegalStateException(refused.message());
        };
    }

    /**
     * Takes money for planning: room for repairs and continuations, but no more than half of what there is where that is
     * enough, so that a planner that is lost can be asked again.
     *
     * @param purse what pays for it
     * @param first the worst case of its first call
     * @return empty if the money does not reach for that
     */
    Optional<Allotment> takeForPlan(BudgetGuard purse, Money first) {
        Money free = purse.available();
        if (first.isMoreThan(free)) {
            return Optional.empty();
        }
        Money share = free.dividedBy(2).atLeast(times(first, LEAST_CALLS));
        return Optional.of(taken(purse, times(first, USUAL_CALLS).atMost(share).atMost(free)));
    }

    /** Of work that calls nobody. */
    Allotment nothing() {
        return new Allotment(null);
    }

    /**
     * Takes all of this for a merge, which sizes its calls by it. There may be less, because it has spent some before it
     * waited for somebody, or nothing, because the budget is breached: then its own first call is refused.
     */
    Allotment takeForMerge(BudgetGuard purse, Money amount) {
        return taken(purse, amount.atMost(purse.available()));
    }

    private Allotment taken(BudgetGuard purse, Money amount) {
        return new Allotment(amount.isZero() ? null : reserve(purse, amount));
    }

    /** As much as it may need, or more than there is where that has no end. */
    private static Money wanted(SubtaskType<?, ?> type, Money first) {
        return switch (type.work()) {
            case Work.Model<?, ?> model -> model.offersTools() ? MOST : times(first, USUAL_CALLS);
            case Work.Code<?, ?> code -> {
                Money spending = code.spendingPerCall().orElse(Money.ZERO);
                Money once = spending.isMoreThan(MOST.minus(code.costPerCall()))
                        ? MOST
                        : code.costPerCall().plus(spending);
                yield times(once, 1L + code.retries().most());
            }
        };
    }

    private static Money times(Money amount, long factor) {
        return amount.picoUsd() > MOST.picoUsd() / factor ? MOST : amount.times(factor);
    }

    /** The money of one activity. It ends once. */
    final class Allotment {
        private final @Nullable Reservation reservation;

        private Allotment(@Nullable Reservation reservation) {
            this.reservation = reservation;
        }

        /** The most that it may spend. */
        Money amount() {
            return reservation == null ? Money.ZERO : reservation.amount();
        }

        /** Books what it has spent, by its own word, and gives the rest back. More than the amount breaches the budget. */
        void settle(Spend spend) {
            spent = spent.plus(spend);
            if (reservation != null) {
                reservation.settle(spend.total());
            } else if (!spend.total().isZero()) {
                throw new IllegalStateException("a rung without an allotment has spent " + spend);
            }
        }

        /** Books all of it, because nobody knows what it has spent. */
        Spend forfeit() {
            Spend lost = amount().isZero() ? Spend.NONE : Spend.forfeited(amount());
            spent = spent.plus(lost);
            if (reservation != null) {
                reservation.forfeit();
            }
            return lost;
        }

        /** Gives all of it back: nothing was begun. */
        void release() {
            if (reservation != null) {
                reservation.release();
            }
        }
    }
}
