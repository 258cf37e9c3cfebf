// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
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
                        ## b (note)
                        [1] value: "two\\nlines"
                        ## x (note): no result: failed: REFUSED: said "no"
                        ## y (note): no result: skipped: BUDGET: too dear
                        ## a (note)
                        [2] value: "one"
                        """);
        assertThat(packing.citable())
                .isEqualTo(Map.of(1, new Citation("b", "two\nlines"), 2, new Citation("a", "one")));
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
                .contains("## b (note)\n[10] value: \"short\"\n")
                .containsPattern("\\[2] value: \"x+\"\n…\\[8 of 9 passages are cut]\n##")
                .containsPattern("\\[12] value: \"y+\"\n…\\[12 of 13 passages are cut]\n$");
        assertThat(packing.citable().keySet()).containsExactly(1, 2, 10, 11, 12);
        assertThat(packing.citable().get(1).quote()).hasSize(Passage.MAX_CHARS);
        assertThat(packing.citable().get(2).quote()).as("what was shown of it").hasSizeLessThan(Passage.MAX_CHARS);
        assertThat(packing.notes()).containsExactly("2 outcomes were cut to fit what the merger may read: a, c");
        assertThat(packing.size()).isBetween(900, 1_000);
        assertThat(pack(1_000, brought("a", "x".repeat(2_000))).notes())
                .containsExactly("1 outcome was cut to fit what the merger may read: a");
    }

    @Test
    void packing_ofOneOutcome_fillsWhatItMayTake_toTheByte() {
        var outcome = brought("a", "x".repeat(2_000));
        int whole = pack(10_000, outcome).size();

        assertThat(pack(whole, outcome).cut()).isEmpty();
        for (int size = 300; size < whole; size++) {
            var packing = pack(size, outcome);
            assertThat(packing.cut()).as("size %d", size).containsExactly("a");
            // the mark has at most 48 bytes, and less than 60 are not worth the beginning of a passage
            assertThat(packing.size()).as("size %d", size).isBetween(size - 48 - 60, size);
        }
    }

    @Test
    void outcome_isNotCut_ifTheMarkIsLongerThanWhatItSaves() {
        // [1] value: "…" and the end of the line are 14 bytes
        var notWorthIt = brought("a", "x".repeat(Packing.SCRAP_BYTES + 48 - 14));
        var worthIt = brought("b", "x".repeat(Packing.SCRAP_BYTES + 48 - 14 + 1));
        var many = brought("c", "z".repeat(5_000));

        var packing = pack(3 * 12 + 168 + 2 * 168, notWorthIt, worthIt, many);

        assertThat(packing.leftOut()).isZero();
        assertThat(packing.cut()).containsExactly("b", "c");
        assertThat(packing.text()).contains("[1 of 1 passages are cut]", "[21 of 21 passages are cut]");
    }

    @Test
    void packing_withRoomForScrapsOnly_leavesTheLastOnesOut() {
        var outcomes = IntStream.range(0, 50)
                .mapToObj(i -> brought("s" + i, "z".repeat(500)))
                .toArray(SubtaskOutcome[]::new);

        var packing = pack(1_000, outcomes);

        assertThat(packing.size()).isLessThanOrEqualTo(1_000);
        assertThat(packing.text())
                .startsWith("## s0 (note)\n[1] value: ")
                .endsWith("…[45 more results are left out]\n");
        assertThat(packing.leftOut()).isEqualTo(45);
        assertThat(packing.notes()).contains("45 outcomes were left out for lack of room in what the merger may read");
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
            assertThat(packing.text().lines().filter(line -> line.startsWith("## ")))
                    .as("seed %d, run %d", seed, run)
                    .hasSize(outcomes.length - packing.leftOut());
            assertThat(packing.text().lines().filter(line -> line.startsWith("[")))
                    .as("seed %d, run %d", seed, run)
                    .hasSize(packing.citable().size());
        }
    }
}
