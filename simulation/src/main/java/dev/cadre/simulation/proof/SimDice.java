// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Randomness that depends on what it is for, not on how often somebody else has thrown. */
public final class SimDice {
    private static final long PRIME = 0x100000001b3L; // as in the hash of Fowler, Noll and Vo

    private SimDice() {}

    /** The dice for a purpose. */
    public static SplittableRandom of(long seed, String purpose) {
        long hash = 0xcbf29ce484222325L ^ seed;
        for (int i = 0; i < purpose.length(); i++) {
            hash = (hash ^ purpose.charAt(i)) * PRIME;
        }
        return new SplittableRandom(hash ^ (hash >>> 29));
    }

    /** Whether it happens, with a probability from 0 to 1. */
    public static boolean chance(RandomGenerator dice, double probability) {
        return dice.nextDouble() < probability;
    }

    @SafeVarargs
    static <T> T oneOf(RandomGenerator dice, T... all) {
        return all[dice.nextInt(all.length)];
    }

    /** Evenly spread over orders of magnitude. */
    static double magnitude(RandomGenerator dice, double least, double most) {
        return least * Math.pow(most / least, dice.nextDouble());
    }

    static long logNormal(RandomGenerator dice, double median, double sigma) {
        return (long) (median * Math.exp(sigma * dice.nextGaussian()));
    }
}
