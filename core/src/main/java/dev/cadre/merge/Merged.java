// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.redact.Redactor;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A merger's answer.
 *
 * @param citations the passages on which the answer rests, by the word of the model that wrote it; empty if plain code merged
 * @param notes what was cut or dropped on the way, one line each
 */
public record Merged<R>(R answer, List<Citation> citations, List<String> notes) {
    public Merged {
        Objects.requireNonNull(answer, "a merger answered null");
        citations = List.copyOf(citations);
        notes = List.copyOf(notes);
    }

    /** An answer without citations or notes. */
    public static <R> Merged<R> of(R answer) {
        return new Merged<>(answer, List.of(), List.of());
    }

    /** The same with its notes as a masker leaves them; the answer and its citations stay. */
    public Merged<R> maskedBy(UnaryOperator<String> masker) {
        return new Merged<>(answer, citations, notes.stream().map(masker).toList());
    }

    /** One line, in which the answer is cut. */
    @Override
    public String toString() {
        return "Merged[%s, %d citations, %d notes]"
                .formatted(Redactor.SHAPES.quote(String.valueOf(answer)), citations.size(), notes.size());
    }
}
