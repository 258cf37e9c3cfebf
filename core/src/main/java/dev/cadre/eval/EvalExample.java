// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

/**
 * An input whose answer is known.
 *
 * @param name what messages call it; empty for its place among the examples, from 0
 * @param input what the model is given
 * @param expected what a good answer says
 */
public record EvalExample<I, O>(String name, I input, O expected) {
    /** An example that is called by its place. */
    public static <I, O> EvalExample<I, O> of(I input, O expected) {
        return new EvalExample<>("", input, expected);
    }

    /** The same under a name. */
    public EvalExample<I, O> named(String other) {
        return new EvalExample<>(other, input, expected);
    }
}
