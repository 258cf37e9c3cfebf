// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.budget.Budget;
import dev.cadre.plan.ScriptedClient;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Items;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MergersTest {
    record In(String text) {}

    record Hit(String path, int line) {}

    private static final SubtaskType<In, Hit> FIND =
            SubtaskType.code("find", In.class, Hit.class, (in, context) -> new Hit(in.text(), 1));
    private static final SubtaskType<In, String> NAME =
            SubtaskType.code("name", In.class, String.class, (in, context) -> in.text());

    private static final MergeInput INPUT = new MergeInput(
            "goal",
            "",
            List.of(
                    new SubtaskOutcome("a", FIND, new Outcome.Succeeded<>(new Hit("a", 1))),
                    new SubtaskOutcome("b", FIND, Outcome.failed(Failure.Kind.REFUSED, "no")),
                    new SubtaskOutcome("n", NAME, new Outcome.Succeeded<>("name")),
                    new SubtaskOutcome(
                            "c",
                            FIND,
                            new Outcome.Succeeded<>(new Items<>(List.of(
                                    new Outcome.Succeeded<>(new Hit("c", 1)),
                                    Outcome.<Hit>failed(Failure.Kind.REFUSED, "no"),
                                    new Outcome.Succeeded<>(new Hit("a", 3)))))),
                    new SubtaskOutcome("d", FIND, new Outcome.Succeeded<>(new Hit("d", 1)))));

    private static <R> R merge(Merger<R> merger) throws InterruptedException {
        return merge(merger, INPUT);
    }

    private static <R> R merge(Merger<R> merger, MergeInput input) throws InterruptedException {
        var pools = new ScriptedClient().pools();
        assertThat(merger.leastCost(pools, Limits.DEFAULT)).isEqualTo(Money.ZERO);
        var terms = new MergeTerms(
                pools, Budget.of(Money.ZERO).open(), "run", System.nanoTime(), Limits.DEFAULT, attempt -> {});
        return merger.merge(input, terms).answer();
    }

    @Test
    void collect_bringsTheValuesOfATypeInPlanOrderWithItemsInTheirPlace() throws InterruptedException {
        assertThat(merge(Mergers.collect(FIND)))
                .containsExactly(new Hit("a", 1), new Hit("c", 1), new Hit("a", 3), new Hit("d", 1));
        int size = merge(Mergers.collect(FIND, List::size));
        assertThat(size).isEqualTo(4);
        assertThat(merge(Mergers.collect(NAME))).containsExactly("name");
    }

    @Test
    void dedupe_keepsTheFirstInPlanOrder() throws InterruptedException {
        assertThat(merge(Mergers.dedupe(FIND, Hit::path)))
                .containsExactly(new Hit("a", 1), new Hit("c", 1), new Hit("d", 1));
    }

    @Test
    void of_makesTheAnswerOfTheOutcomes() throws InterruptedException {
        String answer =
                merge(Mergers.of(input -> input.goal() + input.outcomes().size()));

        assertThat(answer).isEqualTo("goal5");
    }

    @Test
    void rankFusion_addsReciprocalRanksAndKeepsTiesInOrderOfAppearance() throws InterruptedException {
        // b: 1/62 + 1/61; a: 1/61; d: 1/61; c: 1/63
        var lists = List.of(List.of("a", "b", "c"), List.of("b"), List.of("d", "d", "d"));

        assertThat(merge(Mergers.rankFusion(input -> lists, key -> key))).containsExactly("b", "a", "d", "c");
    }

    @Test
    void rankFusion_countsAKeyOncePerListAndLetsTheFirstStandForAll() throws InterruptedException {
        var lists = List.of(
                List.of(new Hit("x", 1), new Hit("x", 2), new Hit("y", 3)), List.of(new Hit("y", 9), new Hit("z", 1)));

        // y: 1/(1+2) + 1/(1+1); x: 1/2; z: 1/3
        assertThat(merge(Mergers.rankFusion(input -> lists, Hit::path, 1)))
                .containsExactly(new Hit("y", 3), new Hit("x", 1), new Hit("z", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> Mergers.rankFusion(input -> lists, Hit::path, 0));
    }

    @Test
    void rankFusion_ofEqualRanksInAnyOrderOfLists_isATie() throws InterruptedException {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int run = 0; run < 100; run++) {
            // each value has each rank once, so that all score the same
            int size = 2 + random.nextInt(8);
            var first = IntStream.range(0, size).boxed().toList();
            var rotations = new ArrayList<List<Integer>>();
            for (int by = 0; by < size; by++) {
                var rotated = new ArrayList<>(first);
                Collections.rotate(rotated, by);
                rotations.add(rotated);
            }
            Collections.shuffle(rotations.subList(1, size), random);

            assertThat(merge(Mergers.rankFusion(input -> rotations, key -> key)))
                    .as("seed %d, run %d", seed, run)
                    .isEqualTo(first);
        }
    }
}
