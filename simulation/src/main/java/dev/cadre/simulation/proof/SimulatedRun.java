// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.budget.LedgerState;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.Map;

/**
 * The figures of a simulated world, all of whose promises held.
 *
 * @param seed the seed from which it follows
 * @param digest a hash over the ends of all runs and subtasks, in plan order; times do not enter it
 * @param bill its money
 * @param phenomena how often each was met
 * @param work its subtasks and calls
 * @param makespan virtual time from the start to the end of the last run
 */
public record SimulatedRun(
        SimulationSeed seed,
        String digest,
        Bill bill,
        Map<SimulationPhenomenon, Long> phenomena,
        Work work,
        Duration makespan) {

    /**
     * The money of a simulated world.
     *
     * @param billed what the provider billed
     * @param ledger the sums of the outermost budget at the end
     */
    public record Bill(Money billed, LedgerState ledger) {}

    /**
     * The work of a simulated world.
     *
     * @param subtasks admitted subtasks
     * @param succeeded those that succeeded
     * @param attempts model calls that were sent
     */
    public record Work(int subtasks, int succeeded, long attempts) {}

    public SimulatedRun {
        phenomena = Map.copyOf(phenomena);
    }

    /** What the provider billed. */
    public Money billed() {
        return bill.billed();
    }

    /** The sums of the outermost budget at the end. */
    public LedgerState ledger() {
        return bill.ledger();
    }

    /** The number of admitted subtasks. */
    public int subtasks() {
        return work.subtasks();
    }

    /** The number of subtasks that succeeded. */
    public int succeeded() {
        return work.succeeded();
    }

    /** The number of model calls that were sent. */
    public long attempts() {
        return work.attempts();
    }

    /** How often a phenomenon was met. */
    public long count(SimulationPhenomenon phenomenon) {
        return phenomena.getOrDefault(phenomenon, 0L);
    }
}
