// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CitationMergerTest {
    private static Evidence evidence(String path, int first, int last, double score, String foundBy) {
        return new Evidence(path, first, last, first, "s" + first, score, foundBy);
    }

    @Test
    void merge_overlappingAndTouching_become_one() {
        assertThat(new CitationMerger(10)
                        .merge(List.of(
                                evidence("a", 1, 10, 0.5, "t1"),
                                evidence("a", 13, 20, 0.9, "t2"),
                                evidence("a", 24, 30, 0.1, "t1"))))
                .containsExactly(
                        new Citation("a", 1, 20, 13, "s13", 1.4, List.of("t1", "t2")),
                        new Citation("a", 24, 30, 24, "s24", 0.1, List.of("t1")));
    }

    @Test
    void merge_filesByTheSumOfTheBestOfEachSubtask_tiesByPath() {
        assertThat(new CitationMerger(3)
                        .merge(List.of(
                                evidence("d", 1, 2, 0.6, "t1"),
                                evidence("c", 1, 2, 0.4, "t1"),
                                evidence("c", 9, 9, 0.3, "t1"),
                                evidence("c", 1, 2, 0.4, "t2"),
                                evidence("b", 1, 2, 0.6, "t1"),
                                evidence("a", 1, 2, 0.1, "t1"))))
                .extracting(citation -> citation.path() + citation.startLine())
                .containsExactly("c1", "c9", "b1", "d1");
    }

    @Test
    void merge_keepsThreeRangesAFile() {
        var many = new ArrayList<Evidence>();
        for (int i = 0; i < 10; i++) {
            many.add(evidence("a", i * 10 + 1, i * 10 + 2, i, "t1"));
        }

        assertThat(new CitationMerger(10).merge(many))
                .extracting(Citation::startLine)
                .containsExactly(91, 81, 71);
    }

    @Test
    void merge_tooLongTogether_keepsTheBetter() {
        assertThat(new CitationMerger(10)
                        .merge(List.of(evidence("a", 1, 50, 0.1, "t1"), evidence("a", 45, 90, 0.2, "t1"))))
                .extracting(Citation::startLine)
                .containsExactly(45);
    }

    @Test
    void merge_anyOrder_sameResult() {
        long seed = 20261122;
        var random = new Random(seed);
        var all = new ArrayList<Evidence>();
        for (int i = 0; i < 60; i++) {
            int first = random.nextInt(1, 200);
            all.add(evidence(
                    "f" + random.nextInt(5),
                    first,
                    first + random.nextInt(40),
                    random.nextInt(5) / 4.0,
                    "t" + random.nextInt(3)));
        }
        List<Citation> expected = new CitationMerger(4).merge(all);

        for (int i = 0; i < 50; i++) {
            Collections.shuffle(all, random);
            assertThat(new CitationMerger(4).merge(all)).as("seed %d", seed).isEqualTo(expected);
        }
    }
}
