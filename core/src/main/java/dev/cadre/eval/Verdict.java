// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.json.Json;
import dev.cadre.redact.Redactor;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What one example says of a candidate.
 *
 * @param example the name of the example
 * @param input what the model was given, as JSON
 * @param expected the expected answer, as JSON
 * @param answer what the model answered, as JSON; null of JSON if it has no answer of the right type
 * @param faults what is wrong with the answer; empty unless it is wrong
 * @param reason why there is no answer, from which keys are taken out; empty if there is one
 */
public record Verdict(
        String example, Kind kind, Json input, Json expected, Json answer, List<Scorer.Fault> faults, String reason) {
    /** The kinds of verdict. */
    public enum Kind {
        /** The answer is good. */
        PASSED,
        /** The answer has the right type and is not good. */
        WRONG,
        /** No answer of the right type came: after a repair it still broke its type or a rule of it, or was cut. */
        INVALID,
        /** The model declined, or a content filter stopped it. */
        REFUSED,
        /**
         * Nothing is known: money, time or the provider did not allow an answer, or the scorer threw. It does not count
         * in a rate.
         */
        MISSING
    }

    public Verdict {
        faults = List.copyOf(faults);
        reason = Redactor.SHAPES.clean(reason);
    }

    /** Whether it counts in a rate. */
    public boolean isKnown() {
        return kind != Kind.MISSING;
    }

    /** One line: {@code line 7: topic: expected "CARD", got "REFUND"}. */
    @Override
    public String toString() {
        return "%s: %s".formatted(example, why());
    }

    /** Why it did not pass, in one line; {@code passed} if it did. */
    public String why() {
        return switch (kind) {
            case PASSED -> "passed";
            case WRONG -> faults.stream().map(Scorer.Fault::toString).collect(Collectors.joining("; "));
            case INVALID, REFUSED, MISSING -> Redactor.SHAPES.quote(reason);
        };
    }
}
