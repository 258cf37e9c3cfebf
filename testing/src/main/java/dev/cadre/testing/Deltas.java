// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.model.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A reply as it is streamed: pieces of text with gates between, so that a test can act while the model still writes.
 *
 * <p>Immutable. A reply that was cut by a gate stays cut there: what follows is handed over once the gate is open.
 */
public final class Deltas {
    private sealed interface Step {
        record Piece(String text) implements Step {}

        record Hold(Gate gate) implements Step {}
    }

    private final List<Step> steps;
    private final @Nullable Supplier<ModelException> failure;

    private Deltas(List<Step> steps, @Nullable Supplier<ModelException> failure) {
        this.steps = List.copyOf(steps);
        this.failure = failure;
    }

    /** These pieces, one after another. */
    public static Deltas of(String... pieces) {
        return new Deltas(List.of(), null).then(pieces);
    }

    /** A text in pieces of so many characters; the last may be shorter. */
    public static Deltas cut(String text, int chars) {
        if (chars < 1) {
            throw new IllegalArgumentException("a piece needs at least one character, not " + chars);
        }
        var pieces = new ArrayList<String>();
        for (int from = 0; from < text.length(); from += chars) {
            pieces.add(text.substring(from, Math.min(text.length(), from + chars)));
        }
        return of(pieces.toArray(String[]::new));
    }

    /** These with more pieces behind. */
    public Deltas then(String... pieces) {
        Deltas longer = this;
        for (String piece : pieces) {
            longer = longer.plus(new Step.Piece(piece));
        }
        return longer;
    }

    /** These with a gate behind, which holds whatever follows, the end of the reply included. */
    public Deltas thenHoldUntil(Gate gate) {
        return plus(new Step.Hold(gate));
    }

    /** These, and then a failure in place of the end: a stream that is lost on the way. Nothing can follow. */
    public Deltas thenFails(Supplier<ModelException> lost) {
        return new Deltas(requireOpen(), lost);
    }

    private Deltas plus(Step step) {
        var longer = new ArrayList<>(requireOpen());
        longer.add(step);
        return new Deltas(longer, null);
    }

    private List<Step> requireOpen() {
        if (failure != null) {
            throw new IllegalStateException("nothing follows the failure of a stream");
        }
        return steps;
    }

    /** Hands over piece after piece, waiting at the gates, and returns the whole text. */
    String play(Consumer<String> listener) throws InterruptedException {
        for (Step step : steps) {
            switch (step) {
                case Step.Piece(String text) -> listener.accept(text);
                case Step.Hold(Gate gate) -> gate.await();
            }
        }
        if (failure != null) {
            throw failure.get();
        }
        return text();
    }

    private String text() {
        return steps.stream()
                .map(step -> step instanceof Step.Piece(String text) ? text : "")
                .collect(Collectors.joining());
    }
}
