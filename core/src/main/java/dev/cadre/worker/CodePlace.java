// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetClosedException;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.Reservation;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.ParallelLimit;
import dev.cadre.task.Skip;
import dev.cadre.task.Work;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one call of plain code needs: a permit and money, taken together or not at all. Whoever waits for one holds not the
 * other, so that no two calls wait for each other. Gives both back once: the money when it is booked, the permit when the
 * code has ended.
 */
final class CodePlace implements AutoCloseable {
    private final ParallelLimit.@Nullable Permit permit;
    private final @Nullable Reservation money;
    private final HeldLimits held;
    private boolean begun;
    private boolean booked;

    private CodePlace(Work.Code<?, ?> work, ParallelLimit.@Nullable Permit permit, @Nullable Reservation money) {
        this.permit = permit;
        this.money = money;
        HeldLimits here = HeldLimits.here();
        held = work.parallel().map(here::and).orElse(here);
    }

    /** Thrown instead of a place. */
    static final class NoPlaceException extends Exception {
        private static final long serialVersionUID = 1;
        private final transient RungEnd end;

        private NoPlaceException(RungEnd end) {
            super(end.toString(), null, false, false);
            this.end = end;
        }

        RungEnd end() {
            return end;
        }
    }

    /** Waits for a place until the deadline. */
    static CodePlace take(Work.Code<?, ?> work, RungTerms terms) throws NoPlaceException {
        Money cost = work.costPerCall();
        try {
            CodePlace place = cost.isZero() ? new CodePlace(work, permit(work, terms), null) : take(work, cost, terms);
            if (terms.cancelled().getAsBoolean()) {
                place.close();
                throw new InterruptedException("cancelled before its code began");
            }
            return place;
        } catch (InterruptedException cancel) {
            Thread.currentThread().interrupt();
            throw new NoPlaceException(new RungEnd.Cancelled(false));
        } catch (BudgetClosedException closed) {
            throw new NoPlaceException(
                    new RungEnd.Refused(new Skip(Skip.Kind.BUDGET, Excerpt.line(closed), List.of()), null));
        }
    }

    private static CodePlace take(Work.Code<?, ?> work, Money cost, RungTerms terms)
            throws NoPlaceException, InterruptedException {
        var moved = new Semaphore(0);
        BudgetGuard.Watch watch = terms.budget().watch(moved::release);
        try (watch) {
            while (true) {
                moved.drainPermits();
                ParallelLimit.Permit permit = permit(work, terms);
                Reservation money = null;
                try {
                    money = reserved(terms.budget().reserve(cost));
                } finally {
                    if (money == null && permit != null) {
                        permit.close();
                    }
                }
                if (money != null) {
                    return new CodePlace(work, permit, money);
                }
                if (!moved.tryAcquire(terms.timeLeft().toNanos(), TimeUnit.NANOSECONDS)) {
                    throw late("the deadline passed while it waited for money in flight");
                }
            }
        }
    }

    /** Null if the money may come back. */
    private static @Nullable Reservation reserved(Admission admission) throws NoPlaceException {
        return switch (admission) {
            case Admission.Granted(Reservation reservation) -> reservation;
            case Admission.Contended contended -> null;
            case Admission.Exhausted exhausted ->
                throw new NoPlaceException(new RungEnd.Unaffordable(exhausted.need()));
        };
    }

    private static ParallelLimit.@Nullable Permit permit(Work.Code<?, ?> work, RungTerms terms)
            throws NoPlaceException, InterruptedException {
        Optional<ParallelLimit> limit = work.parallel();
        if (limit.isEmpty()) {
            return null;
        }
        if (HeldLimits.here().contain(limit.get())) {
            throw waitsForItself(limit.get());
        }
        Optional<ParallelLimit.Permit> permit = limit.get().acquire(terms.timeLeft());
        return permit.orElseThrow(
                () -> late("the deadline passed while it waited: at most %d of its calls run at a time"
                        .formatted(limit.get().calls())));
    }

    private static NoPlaceException waitsForItself(ParallelLimit limit) {
        String message = "its call would wait for itself: the work that started its run holds a permit of the same"
                + " ParallelLimit of %d; give the types within that run another limit";
        return new NoPlaceException(
                RungEnd.Failed.of(new Failure(Failure.Kind.CODE_FAILED, message.formatted(limit.calls()))));
    }

    private static NoPlaceException late(String message) {
        return new NoPlaceException(new RungEnd.Refused(new Skip(Skip.Kind.DEADLINE, message, List.of()), null));
    }

    /** What its code holds while it is under way. */
    HeldLimits held() {
        return held;
    }

    /** From now on it is the code that gives the permit back, and nobody waits for its money: a call that began costs it. */
    void begin() {
        begun = true;
        if (money != null) {
            money.markSpent();
        }
    }

    /** To be called when the code has really ended, by whatever thread. */
    void ended() {
        if (permit != null) {
            permit.close();
        }
    }

    /** What a call costs that returned or threw. */
    Spend cost() {
        return money == null ? Spend.NONE : Spend.settled(money.amount(), TokenUsage.NONE);
    }

    /** What a call may have cost of which nobody knows whether it was made. */
    Spend worstCase() {
        return money == null ? Spend.NONE : Spend.forfeited(money.amount());
    }

    /** Books one of the two. */
    void book(Spend due) {
        booked = true;
        if (money == null) {
            return;
        }
        if (due.estimated()) {
            money.forfeit();
        } else {
            money.settle(due.settled());
        }
    }

    @Override
    public void close() {
        if (!begun) {
            ended();
            if (money != null) {
                money.release();
            }
        } else if (!booked) {
            book(worstCase());
        }
    }
}
