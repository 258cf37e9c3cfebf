// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;

/**
 * The sums of one budget at one instant. They never add up to more than the limit, unless {@code breached}.
 *
 * <p>The sums of a {@linkplain SharedBudget shared} budget are those of all processes: what others hold is outstanding.
 *
 * @param limit the most that may be spent; what is in use, if the limit of a shared budget was lowered below that
 * @param settled the cost of attempts whose usage is known
 * @param forfeited the worst case of attempts that were sent and whose usage is unknown
 * @param outstanding the worst case of attempts in flight, and what open loans have not used
 * @param setAside the money of open allotments that is not yet used
 * @param breached whether an attempt cost more than its reservation: this budget starts no more attempts
 */
public record LedgerState(
        Money limit, Money settled, Money forfeited, Money outstanding, Money setAside, boolean breached) {

    public LedgerState {
        var total = settled.plus(forfeited).plus(outstanding).plus(setAside);
        if (!breached && total.isMoreThan(limit)) {
            throw new IllegalArgumentException(
                    "a budget of %s holds %s: settled %s, forfeited %s, outstanding %s, set aside %s"
                            .formatted(limit, total, settled, forfeited, outstanding, setAside));
        }
    }

    /** The money spent: settled and forfeited. */
    public Money spent() {
        return settled.plus(forfeited);
    }

    /**
     * The money spent, with attempts in flight as forfeited. Attempts and tokens are zero: they are not counted here.
     */
    public Spend asSpend() {
        Money worst = forfeited.plus(outstanding);
        return new Spend(settled, worst, 0, TokenUsage.NONE, !worst.isZero());
    }

    /** The four sums together. */
    public Money committed() {
        return spent().plus(outstanding).plus(setAside);
    }

    /** The money that a need may take at once; zero if breached. */
    public Money free() {
        return breached ? Money.ZERO : limit.minus(committed());
    }

    /** The money that a need may take if every attempt in flight costs nothing; zero if breached. */
    public Money room() {
        return breached ? Money.ZERO : limit.minus(spent()).minus(setAside);
    }

    /** Whether a need can never be met, even if every attempt in flight costs nothing. */
    public boolean isExhaustedBy(Money need) {
        return breached || need.isMoreThan(room());
    }

    /** Whether only attempts in flight stand in the way of a need: it may be met once they have ended. */
    public boolean isContendedBy(Money need) {
        return !isExhaustedBy(need) && need.isMoreThan(free());
    }

    /** This state in a chain that leaves no more than this room and this free money. */
    LedgerState leaving(Money room, Money free, boolean breached) {
        Money settled = limit.minus(forfeited).minus(setAside).minus(room);
        return new LedgerState(limit, settled, forfeited, room.minus(free), setAside, breached);
    }

    /** The sums in one line, for messages. */
    @Override
    public String toString() {
        return "limit %s, settled %s, forfeited %s, outstanding %s, set aside %s%s"
                .formatted(limit, settled, forfeited, outstanding, setAside, breached ? ", breached" : "");
    }
}
