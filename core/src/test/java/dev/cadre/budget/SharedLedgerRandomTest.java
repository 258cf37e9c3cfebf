// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.SharedWorld.Trouble;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random processes that share a budget over a bad network; see {@link SharedWorld} for what must hold at every instant. */
@Tag("slow")
final class SharedLedgerRandomTest {
    private static final int SEEDS = 300;
    private static final int STEPS = 500;

    @Test
    void badNetworkAndDeaths_neverCrossTheLimit() {
        assertThat(run(Set.of(), SEEDS).keySet())
                .containsExactly(
                        "came back",
                        "contended",
                        "died",
                        "exhausted",
                        "exhausted at last",
                        "gave up",
                        "granted",
                        "granted at last",
                        "not set aside",
                        "set aside",
                        "too late");
    }

    @Test
    void windows_neverCrossTheLimit() {
        run(EnumSet.of(Trouble.WINDOWS), SEEDS);
    }

    @Test
    void clockThatJumps_neverCrossesTheLimit() {
        run(EnumSet.of(Trouble.CLOCK_JUMPS, Trouble.WINDOWS), SEEDS);
    }

    @Test
    void limitsThatChange_neverCrossTheLimit() {
        run(EnumSet.allOf(Trouble.class), SEEDS);
    }

    private static Map<String, Integer> run(Set<Trouble> troubles, int seeds) {
        var seen = new TreeMap<String, Integer>();
        for (long seed = 0; seed < seeds; seed++) {
            var world = new SharedWorld(seed, troubles, seen);
            world.run(STEPS);
            world.comeToRest();
        }
        assertThat(seen.values()).as("each thing is met often: %s", seen).allMatch(count -> count > 100);
        return seen;
    }
}
