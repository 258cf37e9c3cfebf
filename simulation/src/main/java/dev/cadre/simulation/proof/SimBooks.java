// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.budget.Ledger;
import dev.cadre.budget.LedgerState;
import dev.cadre.price.Money;

/**
 * The money of one run as an outsider sees it: kept beside the ledger, without looking at it, and compared with it
 * after every event.
 */
final class SimBooks {
    private final Ledger ledger;
    private long held;
    private long settled;
    private long forfeited;
    private long billed;
    private long billedUnseen;

    /** Attempts with money, in flight. */
    private long open;

    SimBooks(Ledger ledger) {
        this.ledger = ledger;
    }

    void reserved(Money amount) {
        held += amount.picoUsd();
        open++;
    }

    void billed(Money amount) {
        billed += amount.picoUsd();
    }

    void settled(Money amount, Money cost, Money truth) {
        end(amount);
        settled += cost.picoUsd();
        SimCheck.that(cost.equals(truth), "%s was booked for a reply that was billed %s", cost, truth);
    }

    void released(Money amount) {
        end(amount);
    }

    void forfeited(Money amount, Money truth) {
        end(amount);
        forfeited += amount.picoUsd();
        billedUnseen += truth.picoUsd();
        SimCheck.that(!truth.isMoreThan(amount), "%s was billed for an attempt with %s", truth, amount);
    }

    private void end(Money amount) {
        held -= amount.picoUsd();
        open--;
    }

    /** Money that comes back; calls within it change nothing of what is held until they end. */
    void lent(Money amount) {
        held += amount.picoUsd();
    }

    void begunInLoan() {
        open++;
    }

    void settledInLoan(Money cost) {
        end(cost);
        settled += cost.picoUsd();
        billed += cost.picoUsd();
    }

    void forfeitedInLoan(Money amount) {
        end(amount);
        forfeited += amount.picoUsd();
    }

    void returned(Money unused) {
        held -= unused.picoUsd();
    }

    /** What must hold at every instant. */
    void check() {
        LedgerState state = ledger.state();
        requireWithinLimit(state);
        SimCheck.that(state.outstanding().picoUsd() == held, "outstanding is %s, held are %d", state, held);
        SimCheck.that(state.settled().picoUsd() == settled, "settled is %s, not %d", state, settled);
        SimCheck.that(state.forfeited().picoUsd() == forfeited, "forfeited is %s, not %d", state, forfeited);
        SimCheck.that(ledger.openReservations() == open, "%d reservations, not %d", ledger.openReservations(), open);
        SimCheck.that(billed <= settled + forfeited + held, "billed %d, booked %s", billed, state);
    }

    /** What must hold once nothing is in flight. */
    void checkEnd() {
        check();
        SimCheck.that(open == 0 && held == 0, "%d reservations of %d are left", open, held);
        SimCheck.that(
                billed - billedUnseen == settled, "billed %d, unseen %d, settled %d", billed, billedUnseen, settled);
        SimCheck.that(billed <= settled + forfeited, "billed %d, reported %d", billed, settled + forfeited);
    }

    static void requireWithinLimit(LedgerState state) {
        long sum = state.settled().picoUsd()
                + state.forfeited().picoUsd()
                + state.outstanding().picoUsd()
                + state.setAside().picoUsd();
        SimCheck.that(!state.breached() && sum <= state.limit().picoUsd(), "beyond the limit: %s", state);
    }

    boolean isIdle() {
        return open == 0;
    }

    Money billed() {
        return Money.ofPico(billed);
    }
}
