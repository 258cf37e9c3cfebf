// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;
import dev.cadre.share.SyncAnswer;
import dev.cadre.share.SyncAnswer.Standing;
import dev.cadre.share.SyncRequest;
import dev.cadre.share.SyncRequest.Stay;
import dev.cadre.share.SyncRequest.Wants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The ledgers of a shared budget in one process, and what it says to their store: credit-based flow control, in money.
 *
 * <p>Pure: no threads, clock, locks or I/O; guarded by the lock of its tree of budgets. What holds between any two calls:
 *
 * <ul>
 *   <li>What this process has spent and has in flight is no more than it is entitled to, a sum that only grows by answers
 *       of the store. So an answer replaces no figure of this process, and a reservation made while the request was under
 *       way is not lost.
 *   <li>What a request gives back is not granted to anybody from the moment it is written. So it does not matter whether
 *       the request arrives, or its answer.
 *   <li>Whatever this process may spend, the store counts as spent, held or forfeited.
 * </ul>
 */
final class SharedLedger {
    private final String budget;
    private final String holder;
    private final Duration lease;
    private final WaitingNeeds needs = new WaitingNeeds();
    /** The budgets in the store, the outermost first; empty until the first answer. */
    private List<Ledger> ledgers = List.of();

    private List<Standing> standings = List.of();
    private List<Outside> outsides = new ArrayList<>();
    private long sequence;
    private Money entitled = Money.ZERO;
    /** How much more than the needs that wait is to be fetched, or kept. */
    private Money slice = Money.ZERO;

    /** Whether the store had nothing for those who waited when it last answered. */
    private boolean isUnmet;

    /** Whether others had set money aside then; it is taken for gone until the next request is written. */
    private boolean isSetAsideElsewhere;

    private LedgerSums written = LedgerSums.NONE;
    private boolean isIdle = true;

    SharedLedger(String budget, String holder, Duration lease) {
        this.budget = budget;
        this.holder = holder;
        this.lease = lease;
    }

    /** The ledger of the budget itself; there is one once the store has answered. */
    Ledger ledger() {
        return ledgers.getLast();
    }

    /** Whether somebody waits for money that the store may have. */
    boolean isSought() {
        return !needs.isEmpty();
    }

    /** Whether to look soon: somebody waits, or may have been refused for what others had set aside. */
    boolean looksAgain() {
        return isSought() || isSetAsideElsewhere;
    }

    /** Whether the last answer had nothing for those who wait. */
    boolean isUnmet() {
        return isUnmet;
    }

    /** Whether less is set aside than the last request said: others may be refused for what has come back. */
    boolean hasReleased() {
        return ledger().sums().setAside().compareTo(written.setAside()) < 0;
    }

    /** Whether an attempt has cost more than its worst case, which no request says yet. */
    boolean hasBreachToTell() {
        return ledger().sums().overruns() > written.overruns();
    }

    /** Whether nothing has happened between the last two requests, nothing was wanted, and nothing is kept but what is in flight. */
    boolean isIdle() {
        return isIdle;
    }

    /** The budgets as the store last said, the outermost first. */
    List<Standing> standings() {
        return standings;
    }

    /**
     * The next request. What it gives back cannot be reserved any more: what was not needed lately, and all that is not in
     * use if the store had nothing for those who wait, so that two processes do not wait for each other's rests.
     */
    SyncRequest write(Stay stay) {
        LedgerSums sums = ledgers.isEmpty() ? LedgerSums.NONE : ledger().sums();
        boolean isUnchanged = sums.equals(written);
        written = sums;
        slice = nextSlice(isUnchanged);
        boolean keepsNothing = isUnmet || stay == Stay.LEAVES;
        Money unused = entitled.minusOrZero(sums.committed());
        Money kept = keepsNothing ? Money.ZERO : isSought() ? unused : unused.atMost(slice);
        isIdle = isUnchanged && kept.isZero() && !isSought();
        entitled = sums.committed().plus(kept);
        outsides.replaceAll(outside -> outside.beforeTheAnswer(entitled));
        isSetAsideElsewhere = false;
        showOutsides();
        return new SyncRequest(
                budget,
                holder,
                ++sequence,
                sums.totals(),
                sums.inFlight().plus(kept),
                sums.setAside(),
                stay == Stay.LEAVES ? Wants.NONE : needs.beyond(kept, slice),
                lease,
                stay);
    }

    /** More if it was too little, less if it was enough, and nothing if nothing was needed. */
    private Money nextSlice(boolean isUnchanged) {
        if (isSought()) {
            return doubled(slice).atLeast(needs.most());
        }
        return isUnchanged ? Money.ZERO : slice.dividedBy(2);
    }

    private Money doubled(Money slice) {
        Money limit = standings.getLast().limit();
        return slice.picoUsd() > limit.picoUsd() / 2 ? limit : slice.times(2);
    }

    private void showOutsides() {
        for (int i = 0; i < ledgers.size(); i++) {
            ledgers.get(i).setOutside(outsides.get(i));
        }
    }

    /**
     * Takes an answer.
     *
     * @return whether it is the answer to this request, which is the last one that was written
     */
    boolean take(SyncRequest request, SyncAnswer answer) {
        if (request.sequence() != sequence || answer.sequence() != sequence || isOfOthers(answer)) {
            return false;
        }
        standings = answer.chain();
        entitled = entitled.atLeast(answer.entitled());
        isUnmet = isUnmet(request, answer);
        isSetAsideElsewhere = isUnmet
                && standings.stream()
                        .anyMatch(standing -> !standing.elsewhere().setAside().isZero());
        outsides = new ArrayList<>();
        for (Standing standing : standings) {
            Outside outside = Outside.of(standing, request.totals(), entitled);
            outsides.add(isUnmet ? outside.knowingOf(standing.elsewhere().setAside()) : outside);
        }
        if (ledgers.isEmpty()) {
            ledgers = opened();
        }
        showOutsides();
        needs.clear();
        return true;
    }

    private static boolean isUnmet(SyncRequest request, SyncAnswer answer) {
        Money kept = request.totals().spent().plus(request.keeps());
        return !request.wants().isNone() && !answer.entitled().isMoreThan(kept);
    }

    /** Whether the budget was moved in the store: it has another chain now. */
    private boolean isOfOthers(SyncAnswer answer) {
        return !standings.isEmpty()
                && !answer.chain().stream()
                        .map(Standing::budget)
                        .toList()
                        .equals(standings.stream().map(Standing::budget).toList());
    }

    private List<Ledger> opened() {
        var chain = new ArrayList<Ledger>();
        for (Outside outside : outsides) {
            chain.add(Ledger.shared(outside, chain.isEmpty() ? null : chain.getLast(), needs));
        }
        return chain;
    }
}
