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
 * @param setAside the part of {@code held} that is known to be set aside: nobody waits for it; zero if that may have changed
 * @param settledBefore what this process has settled that does not count in this window
 * @param forfeitedBefore what this process has forfeited that does not count in this window
 * @param entitled what this process may spend in all, since it opened the budget
 */
record Outside(
        Money limit,
        Money settled,
        Money forfeited,
        Money held,
        Money setAside,
        Money settledBefore,
        Money forfeitedBefore,
        Money entitled,
        boolean breached) {

    /**
     * What is set aside is not known: it may come back.
     *
     * @param reported what this process had spent, by the request that is answered
     */
    static Outside of(Standing standing, Totals reported, Money entitled) {
        return new Outside(
                standing.limit(),
                standing.elsewhere().settled(),
                standing.elsewhere().forfeited(),
                standing.elsewhere().held(),
                Money.ZERO,
                reported.settled().minusOrZero(standing.own().settled()),
                reported.forfeited().minusOrZero(standing.own().forfeited()),
                entitled,
                standing.breached());
    }

    /** The same while a request is under way: what others have set aside may have come back since. */
    Outside beforeTheAnswer(Money changed) {
        return new Outside(
                limit, settled, forfeited, held, Money.ZERO, settledBefore, forfeitedBefore, changed, breached);
    }

    /** The same for those who have just waited for the store, and got nothing. */
    Outside knowingOf(Money othersSetAside) {
        return new Outside(
                limit, settled, forfeited, held, othersSetAside, settledBefore, forfeitedBefore, entitled, breached);
    }

    /**
     * The sums of the budget in all processes. What is neither spent nor held is free, although this process may have to
     * fetch it.
     */
    LedgerState around(LedgerSums own) {
        return state(own, Long.MAX_VALUE);
    }

    /** The same, but only what this process has fetched is free: the rest is in flight, as far as anybody here knows. */
    LedgerState leasedTo(LedgerSums own) {
        return state(own, Math.max(0, entitled.picoUsd() - own.committed().picoUsd()));
    }

    /** Whether others could give back enough for a need; if not, it waits for attempts of this process alone. */
    boolean mayMeet(Money need, LedgerSums own) {
        return need.picoUsd() <= limit.picoUsd() - used(own);
    }

    /** In bare numbers, because each reservation asks for it several times. None is below zero. */
    private LedgerState state(LedgerSums own, long mostFree) {
        long used = used(own);
        long unused = Math.max(0, limit.picoUsd() - used);
        long free = Math.min(mostFree, Math.max(0, unused - held.picoUsd()));
        long aside = Math.min(setAside.picoUsd(), unused - free);
        return new LedgerState(
                used > limit.picoUsd() ? Money.ofPico(used) : limit, // a limit may be lowered below what is spent
                Money.ofPico(settled(own)),
                Money.ofPico(forfeited(own)),
                Money.ofPico(Math.addExact(own.outstanding().picoUsd(), unused - free - aside)),
                own.setAside().plus(Money.ofPico(aside)),
                own.breached() || breached);
    }

    private long used(LedgerSums own) {
        long spent = Math.addExact(settled(own), forfeited(own));
        long inFlight =
                Math.addExact(own.outstanding().picoUsd(), own.setAside().picoUsd());
        return Math.addExact(spent, inFlight);
    }

    private long settled(LedgerSums own) {
        long here = Math.max(0, own.settled().picoUsd() - settledBefore.picoUsd());
        return Math.addExact(settled.picoUsd(), here);
    }

    private long forfeited(LedgerSums own) {
        long here = Math.max(0, own.forfeited().picoUsd() - forfeitedBefore.picoUsd());
        return Math.addExact(forfeited.picoUsd(), here);
    }
}
