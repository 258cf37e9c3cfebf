// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

/**
 * Runs whole simulated worlds: one or two runs that share pools and perhaps a tenant's budget, over a provider that is
 * slow, limited and faulty, but bills truly.
 *
 * <p>The decisions are those of production: {@code RunMachine}, {@code Rung}, {@code PoolMachine} and {@code Ledger};
 * only what has threads, clocks and connections is replaced. Mergers are those of production, too; what they ask a model
 * is played in virtual time. A world is single-threaded but for the calls of a merger, which are answered at once. It
 * takes milliseconds, and is the same for the same seed. After every event it is held to what the library promises: no
 * budget is exceeded, what is reported is at least what was billed, every subtask ends once, limits of pools, plans and
 * retries hold, parallelism recovers after an overload, nothing is merged after a final stop, ties of votes and judges
 * are shown, a tree reads every outcome, nobody waits for nothing, events tell the time at which they happened, a run
 * ends in time, and nothing is left behind.
 *
 * <p>Carries no compatibility promise: what a seed leads to changes from version to version.
 */
public final class Simulation {
    private Simulation() {}

    /**
     * Lives through one world. Blocks for its computation only; spends nothing.
     *
     * @throws SimulationViolation if a promise did not hold
     */
    public static SimulatedRun run(SimulationSeed seed) {
        return SimWorld.of(seed).live();
    }
}
