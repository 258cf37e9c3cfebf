// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The money and time that a run may spend, and perhaps a larger budget that pays for it. Immutable; nothing is reserved
 * until it is {@linkplain #open opened}.
 */
public final class Budget {
    /**
     * The longest deadline: 100 years of 365 days. Longer ones are cut to it, so that readings of a clock do not
     * overflow.
     */
    public static final Duration LONGEST_DEADLINE = Duration.ofDays(100 * 365);

    private final Money limit;
    private final @Nullable Duration deadline;
    private final @Nullable BudgetGuard parent;

    private Budget(Money limit, @Nullable Duration deadline, @Nullable BudgetGuard parent) {
        this.limit = limit;
        this.deadline = deadline;
        this.parent = parent;
    }

    /**
     * A budget with a limit in US dollars, such as {@code "0.25"}; {@code "0"} allows only free work.
     *
     * @throws IllegalArgumentException if the text is no number, is negative, is too large, or has more than 12
     *     decimals
     */
    public static Budget usd(String usd) {
        return of(Money.usd(usd));
    }

    /** A budget with a limit; zero allows only free work. */
    public static Budget of(Money limit) {
        return new Budget(limit, null, null);
    }

    /**
     * This budget with a limit on the time from start to result, at most {@link #LONGEST_DEADLINE}. It means the same
     * for a graph, a goal and a bulk run, and replaces the default whether it is shorter or longer. The default is the
     * {@code deadline} of the run's limits, 10 minutes unless configured otherwise; 48 hours for a bulk run in the
     * batch lane.
     *
     * @throws IllegalArgumentException if the time is not positive
     */
    public Budget within(Duration deadline) {
        if (!deadline.isPositive()) {
            throw new IllegalArgumentException("the deadline must be positive, not " + deadline);
        }
        return new Budget(limit, longest(deadline), parent);
    }

    /** The deadline, or {@link #LONGEST_DEADLINE} if that is shorter. */
    public static Duration longest(Duration deadline) {
        return deadline.compareTo(LONGEST_DEADLINE) < 0 ? deadline : LONGEST_DEADLINE;
    }

    /** This budget, paid out of a larger one: its money is spent there too, and both limits hold. */
    public Budget under(BudgetGuard parent) {
        return new Budget(limit, deadline, parent);
    }

    /** The most that may be spent. */
    public Money limit() {
        return limit;
    }

    /** The limit on the time from start to result, if there is one. */
    public Optional<Duration> deadline() {
        return Optional.ofNullable(deadline);
    }

    /** The larger budget that pays for this one, if any. */
    public Optional<BudgetGuard> parent() {
        return Optional.ofNullable(parent);
    }

    /**
     * The most that can be spent from this budget at present: the lesser of its limit and the money that the budgets
     * around it leave if their attempts in flight cost nothing. Zero if one of them is closed.
     */
    public Money spendable() {
        return parent == null ? limit : limit.atMost(parent.chainState().room());
    }

    /** Opens this budget, with nothing spent; each call opens a new one. */
    public BudgetGuard open() {
        return open(Money.ZERO);
    }

    /**
     * Opens this budget in continuation of an earlier one, such as a tenant's after a restart. The money already spent
     * counts against this limit only, not against the budget around it; more than the limit leaves a budget that grants
     * nothing.
     */
    public BudgetGuard open(Money alreadySpent) {
        return parent == null ? BudgetGuard.of(Ledger.of(limit, alreadySpent)) : parent.cap(limit, alreadySpent);
    }

    @Override
    public String toString() {
        return "Budget[%s%s%s]"
                .formatted(
                        limit, deadline == null ? "" : " within " + deadline, parent == null ? "" : " under " + parent);
    }
}
