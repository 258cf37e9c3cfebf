// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PackingTest {
    private static final SubtaskType<String, String> NOTE =
            SubtaskType.code("note", String.class, String.class, (in, context) -> in);

    private static SubtaskOutcome brought(String id, String text) {
        return new SubtaskOutcome(id, NOTE, new Outcome.Succeeded<>(text));
    }

    private static Packing pack(int bytes, SubtaskOutcome... outcomes) {
        return Packing.of(new Evidence(List.of(outcomes)), bytes);
    }

    @Test
    void packing_withRoomForAll_showsAllInPlanOrder() {
        var packing = pack(
                10_000,
                brought("b", "two\nlines"),
                new SubtaskOutcome("x", NOTE, Outcome.failed(Failure.Kind.REFUSED, "said \"no\"")),
                new SubtaskOutcome("y", NOTE, Outcome.skipped(Skip.Kind.BUDGET, "too dear")),
                brought("a", "one"));

        assertThat(packing.text()).isEqualTo("""
                        [b] note: {"value":"two\\nlines"}
                        [x] note, no result: failed: REFUSED: said "no"
                        [y] note, no result: skipped: BUDGET: too dear
                        [a] note: {"value":"one"}
                        """);
        assertThat(packing.notes()).isEmpty();
        assertThat(pack(packing.size(), brought("b", "two\nlines"), brought("a", "one"))
                        .notes())
                .isEmpty();
    }

    @Test
    void packing_withTooLittleRoom_cutsTheLongOnesAndMarksThem() {
        var packing =
                pack(1_000, brought("a", "x".repeat(2_000)), brought("b", "short"), brought("c", "y".repeat(3_000)));

        assertThat(packing.cut()).containsExactly("a", "c");
        assertThat(packing.text())
                .contains("[b] note: {\"value\":\"short\"}\n")
                .containsPattern("\\[a] note: \\{\"value\":\"x+ …\\[cut: (\\d+) of 2012 bytes]\n")
                .containsPattern("\\[c] note: \\{\"value\":\"y+ …\\[cut: (\\d+) of 3012 bytes]\n");
        assertThat(packing.notes()).containsExactly("2 outcomes were cut to fit what the merger may read: a, c");
        assertThat(packing.size()).isBetween(950, 1_000);
    }

    @Test
    void packing_ofOneOutcome_fillsWhatItMayTake_toTheByte() {
        var outcome = brought("a", "x".repeat(2_000));
        int whole = pack(10_000, outcome).size();

        assertThat(pack(whole, outcome).cut()).isEmpty();
        for (int size = 300; size < whole; size++) {
            var packing = pack(size, outcome);
            assertThat(packing.cut()).as("size %d", size).containsExactly("a");
            // the mark is as long as its figures, at most 48 bytes
            assertThat(packing.size()).as("size %d", size).isBetween(size - 48, size);
        }
    }

    @Test
    void outcome_isNotCut_ifTheMarkIsLongerThanWhatItSaves() {
        // {"value":"…"} is 12 bytes longer than its text
        var notWorthIt = brought("a", "x".repeat(Packing.SCRAP_BYTES + 48 - 12));
        var worthIt = brought("b", "x".repeat(Packing.SCRAP_BYTES + 48 - 12 + 1));
        var many = brought("c", "z".repeat(5_000));

        var packing = pack(537, notWorthIt, worthIt, many);

        assertThat(packing.leftOut()).isZero();
        assertThat(packing.cut()).containsExactly("b", "c");
        assertThat(packing.text()).contains("[cut: 120 of 169 bytes]", "[cut: 120 of 5012 bytes]");
    }

    @Test
    void packing_withRoomForScrapsOnly_leavesTheLastOnesOut() {
        var outcomes = IntStream.range(0, 50)
                .mapToObj(i -> brought("s" + i, "z".repeat(500)))
                .toArray(SubtaskOutcome[]::new);

        var packing = pack(1_000, outcomes);

        assertThat(packing.size()).isLessThanOrEqualTo(1_000);
        assertThat(packing.text()).startsWith("[s0] note: ").endsWith("…[45 more results are left out]\n");
        assertThat(packing.leftOut()).isEqualTo(45);
        assertThat(packing.notes())
                .contains("45 outcomes were left out because they did not fit what the merger may read");
    }

    @Test
    void packing_ofAnyOutcomes_neverExceedsItsSizeAndNeverSplitsACharacter() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int run = 0; run < 300; run++) {
            var outcomes = IntStream.range(0, random.nextInt(12))
                    .mapToObj(i -> brought("s" + i, "é😀x\n".repeat(random.nextInt(200))))
                    .toArray(SubtaskOutcome[]::new);
            int size = 100 + random.nextInt(4_000);

            var packing = pack(size, outcomes);

            assertThat(packing.size()).as("seed %d, run %d", seed, run).isLessThanOrEqualTo(size);
            assertThat(new String(packing.text().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .as("seed %d, run %d", seed, run)
                    .isEqualTo(packing.text());
            assertThat(packing.text().lines().count())
                    .as("seed %d, run %d", seed, run)
                    .isEqualTo(outcomes.length - packing.leftOut() + (packing.leftOut() > 0 ? 1 : 0));
        }
    }
}
