// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.merge.AnswerFormat.Claim;
import dev.cadre.task.Failure;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EvidenceTest {
    record Found(String text, List<String> lines, int count) {}

    private static final SubtaskType<String, Found> FIND =
            SubtaskType.code("find", String.class, Found.class, (in, context) -> new Found(in, List.of(), 0));

    private final Evidence evidence = new Evidence(List.of(
            new SubtaskOutcome(
                    "a",
                    FIND,
                    new Outcome.Succeeded<>(new Found("He said \"stop\"\n\tand  left.", List.of("x = 1;"), 7))),
            new SubtaskOutcome("gone", FIND, Outcome.failed(Failure.Kind.REFUSED, "gone for good")),
            new SubtaskOutcome(
                    "f",
                    FIND,
                    new Outcome.Succeeded<>(new Items<>(List.of(
                            new Outcome.Succeeded<>(new Found("zero", List.of(), 0)),
                            Outcome.<Found>failed(Failure.Kind.REFUSED, "one"))))),
            new SubtaskOutcome("empty", FIND, new Outcome.Succeeded<>(new Items<>(List.of())))));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "He said \"stop\" and left.",
                "  said   \"stop\"\nand ",
                "x = 1;",
                "\"count\":7",
                "said \\\"stop\\\"",
                "he said",
                "\u201cHe said \u201cstop\u201d and left\u201d!",
                "he said\u00a0\"stop\"...",
                "and left..",
                "and left\u2026"
            })
    void objection_toWordsThatOccur_isNone(String quote) {
        assertThat(evidence.objection(new Claim("a", quote))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a     | she said       | the quote does not occur in \"a\"",
                "a     | he said, stop  | the quote does not occur in \"a\"",
                "a     | ...            | the quote does not occur in \"a\"",
                "a     | He said stop   | the quote does not occur in \"a\"",
                "a     | zero           | the quote does not occur in \"a\"",
                "a     | ' '            | the quote does not occur in \"a\"",
                "f#0   | one            | the quote does not occur in \"f#0\"",
                "f#1   | one            | subtask \"f#1\" returned nothing",
                "f#2   | zero           | there is no subtask \"f#2\"",
                "gone  | gone for good  | subtask \"gone\" returned nothing",
                "empty | zero           | subtask \"empty\" returned nothing",
                "A     | x = 1;         | there is no subtask \"A\""
            })
    void objection_toWordsThatDoNotOccurThere_isNamed(String subtask, String quote, String objection) {
        assertThat(evidence.objection(new Claim(subtask, quote))).contains(objection);
    }

    @Test
    void objection_toASubtaskThatFansOut_looksAtAllItsItems() {
        assertThat(evidence.objection(new Claim("f", "zero"))).isEmpty();
        assertThat(evidence.objection(new Claim("f#0", "zero"))).isEmpty();
    }
}
