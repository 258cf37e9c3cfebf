// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Admission;
import dev.cadre.budget.AllotmentRefusedException;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.price.Money;
import dev.cadre.task.WorkerContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The money and time of a nested run. The allotment is lent by the run around it before anything is begun, less what
 * earlier sessions of the nested run spent of it, which that run has booked already; closing gives back what is left.
 */
final class NestedFunds implements Funding, AutoCloseable {
    private static final int PART_OF_TIME = 10;
    /** A run may return so much after its deadline: {@code Deadlines} gives interrupted code that time. */
    private static final Duration LEAST_MARGIN = Duration.ofSeconds(1);

    private static final Duration MOST_MARGIN = Duration.ofSeconds(10);
    private static final Duration SHORTEST = Duration.ofMillis(1);

    private final Money allotment;
    private final Duration most;
    private final WorkerContext context;
    private final long beganNanos = System.nanoTime();
    private @Nullable BudgetGuard loan;

    /** @param most the longest that the run may take, whatever the run around it leaves */
    NestedFunds(Money allotment, Duration most, WorkerContext context) {
        this.allotment = allotment;
        this.most = most;
        this.context = context;
    }

    /** @throws dev.cadre.budget.AllotmentRefusedException if the run around it lacks the money now */
    @Override
    public Budget budget(Money before) {
        BudgetGuard lent = lent(before);
        loan = lent;
        Duration time = time(left());
        return Budget.of(allotment)
                .within(time.compareTo(most) < 0 ? time : most)
                .under(lent);
    }

    /**
     * Of a run that was broken off, the run around it may have booked a call that the run itself does not know of: it goes on
     * with what is left.
     */
    private BudgetGuard lent(Money before) {
        try {
            return context.budget().lend(allotment.minusOrZero(before));
        } catch (AllotmentRefusedException refused) {
            if (before.isZero() || refused.reason() instanceof Admission.Contended) {
                throw refused;
            }
            return context.budget().lend(context.budget().available());
        }
    }

    /** The time that the work around the run has left. */
    Duration left() {
        return context.timeout().minusNanos(System.nanoTime() - beganNanos);
    }

    /**
     * The time of a nested run: what is left less a tenth, at least a second and at most ten, so that the run around it can
     * still use a partial answer; never less than half of what is left.
     */
    static Duration time(Duration left) {
        Duration tenth = left.dividedBy(PART_OF_TIME);
        Duration margin = tenth.compareTo(LEAST_MARGIN) < 0
                ? LEAST_MARGIN
                : tenth.compareTo(MOST_MARGIN) > 0 ? MOST_MARGIN : tenth;
        Duration half = left.dividedBy(2);
        Duration time = left.minus(margin.compareTo(half) < 0 ? margin : half);
        return time.compareTo(SHORTEST) < 0 ? SHORTEST : time;
    }

    @Override
    public void close() {
        if (loan != null) {
            loan.close();
        }
    }
}
