// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.budget.LedgerState;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.Map;

/**
 * What came of a simulated world, all of whose promises held.
 *
 * @param seed what it followed from
 * @param digest a hash over how every run and every subtask ended, in plan order; it knows nothing of times
 * @param billed what the provider billed
 * @param ledger the sums of the outermost budget at the end
 * @param phenomena how often each was met
 * @param subtasks admitted subtasks
 * @param succeeded those that succeeded
 * @param attempts model calls that were sent
 * @param makespan virtual time from the start to the end of the last run
 */
public record SimulatedRun(
        SimulationSeed seed,
        String digest,
        Money billed,
        LedgerState ledger,
        Map<SimulationPhenomenon, Long> phenomena,
        int subtasks,
        int succeeded,
        long attempts,
        Duration makespan) {

    public SimulatedRun {
        phenomena = Map.copyOf(phenomena);
    }

    /** How often something was met. */
    public long count(SimulationPhenomenon phenomenon) {
        return phenomena.getOrDefault(phenomenon, 0L);
    }
}
