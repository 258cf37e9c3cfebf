// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.pool.PoolLimits;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The settings of a simulated world.
 *
 * @param timeout the most that one attempt may take
 * @param stubborn the probability that code ignores an interrupt
 * @param jumps how often the wall clock jumps
 * @param runs the runs at the same time
 */
record SimSettings(SimFaults faults, Rates rates, Duration timeout, double stubborn, int jumps, Runs runs) {

    /**
     * The rates of a world.
     *
     * @param configured the limits that the pools are given
     * @param real the rates that the provider enforces; its parallel limit is ignored
     * @param told what the provider reports about its rates
     */
    record Rates(PoolLimits configured, PoolLimits real, Told told) {
        static final Rates STANDARD = new Rates(PoolLimits.STANDARD, PoolLimits.STANDARD, Told.NOTHING);
    }

    /** What a provider reports about its rates. */
    enum Told {
        NOTHING,
        RETRY_AFTER,
        HEADERS
    }

    /**
     * The runs of a world.
     *
     * @param count how many
     * @param mostSubtasks the largest graph
     * @param worstCalls the budget of each, in worst cases of an ordinary call; 0 to draw it
     * @param cuts whether they may be short of time, cancelled, or fail fast
     * @param tenantPercent the money around the runs, as a percentage of what they may spend together; 0 for none
     */
    record Runs(int count, int mostSubtasks, double worstCalls, boolean cuts, int tenantPercent) {}

    static SimSettings random(RandomGenerator dice) {
        int runs = SimDice.chance(dice, 0.25) ? 2 : 1;
        return new SimSettings(
                SimFaults.random(dice),
                new Rates(
                        new PoolLimits(
                                (int) SimDice.magnitude(dice, 1, 65),
                                rate(dice, 30, 3_000),
                                rate(dice, 5_000, 2_000_000)),
                        new PoolLimits(1, rate(dice, 5, 500), rate(dice, 5_000, 500_000)),
                        SimDice.oneOf(dice, Told.values())),
                Duration.ofSeconds(dice.nextLong(5, 120)),
                SimDice.chance(dice, 0.2) ? 0.2 : 0,
                SimDice.chance(dice, 0.2) ? 1 + dice.nextInt(3) : 0,
                new Runs(runs, 200, 0, true, runs == 2 ? 40 + dice.nextInt(80) : 0));
    }

    /** Money, time and rates are ample, and every call comes through. */
    static SimSettings calm(int subtasks) {
        return new SimSettings(
                SimFaults.SPOKEN,
                new Rates(PoolLimits.STANDARD.withMaxParallel(16), PoolLimits.STANDARD, Told.NOTHING),
                Duration.ofHours(1),
                0,
                0,
                new Runs(1, subtasks, 100_000, false, 0));
    }

    /** Nothing but what somebody assumes: no faults of its own, no limits but those of the pools. */
    static SimSettings given() {
        return new SimSettings(
                SimFaults.NONE, Rates.STANDARD, Duration.ofMinutes(10), 0, 0, new Runs(1, 0, 0, false, 0));
    }

    SimSettings withFaults(SimFaults other) {
        return new SimSettings(other, rates, timeout, stubborn, jumps, runs);
    }

    SimSettings withLimits(PoolLimits ours, PoolLimits theirs, Told said) {
        return new SimSettings(faults, new Rates(ours, theirs, said), timeout, stubborn, jumps, runs);
    }

    private static long rate(RandomGenerator dice, double least, double most) {
        return SimDice.chance(dice, 0.6) ? PoolLimits.UNLIMITED : (long) SimDice.magnitude(dice, least, most);
    }
}
