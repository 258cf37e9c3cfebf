// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.cadre.task.Failure;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvidenceTest {
    record Found(String text, List<String> facts) {}

    private static final SubtaskType<String, Found> FIND = SubtaskType.code(
            "find", String.class, Found.class, (in, context) -> new Found(in, List.of("It is " + in + ".")));

    private static Outcome<Found> found(String text) {
        return new Outcome.Succeeded<>(new Found(text, List.of("It is " + text + ".")));
    }

    @Test
    void passages_areNumberedThroughAllOutcomes_andThroughTheItemsOfAFanOut() {
        var evidence = new Evidence(List.of(
                new SubtaskOutcome("a", FIND, found("red")),
                new SubtaskOutcome("gone", FIND, Outcome.failed(Failure.Kind.REFUSED, "gone for good")),
                new SubtaskOutcome(
                        "f",
                        FIND,
                        new Outcome.Succeeded<>(new Items<>(
                                List.of(found("green"), Outcome.<Found>failed(Failure.Kind.REFUSED, "one"))))),
                new SubtaskOutcome("empty", FIND, new Outcome.Succeeded<>(new Items<>(List.of()))),
                new SubtaskOutcome("b", FIND, found("blue"))));

        assertThat(evidence.pieces())
                .extracting(
                        Evidence.Piece::id,
                        Evidence.Piece::first,
                        piece -> piece.passages().size())
                .containsExactly(
                        tuple("a", 1, 2),
                        tuple("gone", 3, 0),
                        tuple("f#0", 3, 2),
                        tuple("f#1", 5, 0),
                        tuple("b", 5, 2));
        assertThat(evidence.pieces().get(1).reason()).isEqualTo("failed: REFUSED: gone for good");
        assertThat(evidence.isEmpty()).isFalse();
    }

    @Test
    void outcomesOfWhichNoneSucceeded_areEmpty() {
        assertThat(new Evidence(List.of(new SubtaskOutcome("a", FIND, Outcome.failed(Failure.Kind.REFUSED, "no"))))
                        .isEmpty())
                .isTrue();
    }
}
