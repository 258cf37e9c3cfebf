// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each seed is a world of its own, which is named by a failure. */
class BatchMachineRandomTest {
    private static final int PHENOMENA = 19;

    @Test
    @Tag("slow")
    void items_ofRandomWorlds_areNeitherLostNorSentTwiceNorPaidUnseen() {
        Map<String, Integer> worlds = live(0, 500);

        assertThat(worlds).as("what was met").hasSizeGreaterThanOrEqualTo(PHENOMENA);
        assertThat(worlds)
                .allSatisfy(
                        (phenomenon, count) -> assertThat(count).as(phenomenon).isGreaterThanOrEqualTo(5));
    }

    @Test
    @Tag("nightly")
    void items_of20_000Worlds_areNeitherLostNorSentTwiceNorPaidUnseen() {
        assertThat(live(500, 20_500)).hasSizeGreaterThanOrEqualTo(PHENOMENA);
    }

    private static Map<String, Integer> live(long first, long end) {
        var met = new TreeMap<String, Integer>();
        for (long seed = first; seed < end; seed++) {
            try {
                new BatchWorld(seed).live().forEach(each -> met.merge(each, 1, Integer::sum));
            } catch (AssertionError | RuntimeException broken) {
                throw new AssertionError("seed " + seed, broken);
            }
        }
        return met;
    }
}
