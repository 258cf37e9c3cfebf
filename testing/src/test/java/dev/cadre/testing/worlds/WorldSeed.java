// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.worlds;

import java.util.SplittableRandom;

/** What a world of files follows from, save for the order in which its threads come. */
record WorldSeed(long number) {

    /** Randomness that depends on what it is for, not on how often somebody else has thrown. */
    SplittableRandom dice(String purpose) {
        long hash = 0xcbf29ce484222325L ^ (number * 0x9e3779b97f4a7c15L);
        for (int i = 0; i < purpose.length(); i++) {
            hash = (hash ^ purpose.charAt(i)) * 0x100000001b3L;
        }
        return new SplittableRandom(hash ^ (hash >>> 29));
    }

    String replayCommand() {
        return "./mvnw -q -pl testing -am verify -Dtest=FileWorldsTest#replay -Dcadre.seed=" + number
                + " -Dsurefire.failIfNoSpecifiedTests=false";
    }
}
