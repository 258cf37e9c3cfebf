// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.task.Limits;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * What befalls one run of a simulated world beside the faults of its provider.
 *
 * @param unrecordedAfter when its journal fails; {@link SimRunPlan#NEVER} if not
 * @param givenUp how often its shell interrupts a single rung that ignores it, and leaves it behind
 * @param shuffled how far from its place the planner may say a subtask, so that it refers to later ones
 * @param maxSubtasks the limit of a planned run
 * @param maxDepth the limit of a planned run
 * @param rounds how often the planner of a planned run may be asked again
 * @param instructions what its caller tells planner and merger to do, which each of their calls sends and pays; empty for
 *     nothing
 */
record SimUpsets(
        Duration unrecordedAfter,
        double givenUp,
        int shuffled,
        int maxSubtasks,
        int maxDepth,
        int rounds,
        String instructions) {
    /** More than any simulated plan has. */
    private static final int UNLIMITED = 10_000;

    private static final String SAID = "Keep it as short as you can. ";

    static final SimUpsets NONE = new SimUpsets(SimRunPlan.NEVER, 0, 0, UNLIMITED, UNLIMITED, 0, "");

    /** Every other rung is given up. */
    static final SimUpsets IMPATIENT = new SimUpsets(SimRunPlan.NEVER, 0.5, 0, UNLIMITED, UNLIMITED, 0, "");

    static SimUpsets random(SplittableRandom dice) {
        boolean unrecorded = SimDice.chance(dice, 0.05);
        boolean givenUp = SimDice.chance(dice, 0.1);
        return new SimUpsets(
                unrecorded ? Duration.ofMillis((long) SimDice.magnitude(dice, 50, 30_000)) : SimRunPlan.NEVER,
                givenUp ? 0.2 : 0,
                SimDice.chance(dice, 0.5) ? 1 + dice.nextInt(20) : 0,
                SimDice.chance(dice, 0.3) ? 1 + dice.nextInt(60) : UNLIMITED,
                SimDice.chance(dice, 0.3) ? 1 + dice.nextInt(12) : UNLIMITED,
                SimDice.chance(dice, 0.5) ? 1 + dice.nextInt(3) : 0,
                SimDice.chance(dice, 0.4) ? SAID.repeat((int) SimDice.magnitude(dice, 1, 100)) : "");
    }

    /** The same planner with a shell and a journal that do their work. */
    SimUpsets calm() {
        return new SimUpsets(SimRunPlan.NEVER, 0, shuffled, maxSubtasks, maxDepth, rounds, instructions);
    }

    /** Those that the intake of a plan is given. */
    Limits limits() {
        return SimPrices.LIMITS.withMaxSubtasks(maxSubtasks).withMaxDepth(maxDepth);
    }
}
