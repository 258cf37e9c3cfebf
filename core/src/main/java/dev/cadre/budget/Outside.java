// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;
import dev.cadre.share.SyncAnswer.Standing;
import dev.cadre.share.SyncRequest.Totals;

/**
 * What other processes do to a shared budget, as its store last said.
 *
 * @param settled what others have settled in this window
 * @param forfeited what others have forfeited in this window
 * @param held what the leases of others hold
 * @param settledBefore what this process has settled that does not count in this window
 * @param forfeitedBefore what this process has forfeited that does not count in this window
 * @param entitled what this process may spend in all, since it opened the budget
 */
record Outside(
        Money limit,
        Money settled,
        Money forfeited,
        Money held,
        Money settledBefore,
        Money forfeitedBefore,
        Money entitled,
        boolean breached) {

    /** @param reported what this process had spent, by the request that is answered */
    static Outside of(Standing standing, Totals reported, Money entitled) {
        return new Outside(
                standing.limit(),
                standing.elsewhere().settled(),
                standing.elsewhere().forfeited(),
                standing.elsewhere().held(),
                reported.settled().minusOrZero(standing.own().settled()),
                reported.forfeited().minusOrZero(standing.own().forfeited()),
                entitled,
                standing.breached());
    }

    Outside withEntitled(Money changed) {
        return new Outside(limit, settled, forfeited, held, settledBefore, forfeitedBefore, changed, breached);
    }

    /**
     * The sums of the budget in all processes. What is neither spent nor held is free, although this process may have to
     * fetch it.
     */
    LedgerState around(LedgerSums own) {
        return state(own, free(own));
    }

    /** The same, but only what this process has fetched is free: the rest is in flight, as far as anybody here knows. */
    LedgerState leasedTo(LedgerSums own) {
        return state(own, entitled.minusOrZero(own.committed()).atMost(free(own)));
    }

    /** Whether others could give back enough for a need; if not, it waits for attempts of this process alone. */
    boolean mayMeet(Money need, LedgerSums own) {
        return !need.isMoreThan(limit.minusOrZero(used(own)));
    }

    private Money free(LedgerSums own) {
        return limit.minusOrZero(used(own)).minusOrZero(held);
    }

    private LedgerState state(LedgerSums own, Money free) {
        Money used = used(own);
        Money elsewhere = limit.minusOrZero(used).minus(free);
        return new LedgerState(
                limit.atLeast(used), // a limit may be lowered below what is spent
                settled(own),
                forfeited(own),
                own.outstanding().plus(elsewhere),
                own.setAside(),
                own.breached() || breached);
    }

    private Money used(LedgerSums own) {
        return settled(own).plus(forfeited(own)).plus(own.outstanding()).plus(own.setAside());
    }

    private Money settled(LedgerSums own) {
        return settled.plus(own.settled().minusOrZero(settledBefore));
    }

    private Money forfeited(LedgerSums own) {
        return forfeited.plus(own.forfeited().minusOrZero(forfeitedBefore));
    }
}
