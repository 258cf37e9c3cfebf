// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.redact.Redactor;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Decides in code whether an answer is good. {@link Match} compares answers without code.
 *
 * @param <I> the input of an example
 * @param <O> its answer
 */
@FunctionalInterface
public interface Scorer<I, O> {
    /**
     * What is wrong with an answer that has the right type; empty if it is good. Called once for each answer, on the
     * thread of the eval. An example on which it throws has no verdict.
     */
    List<Fault> faults(EvalExample<I, O> example, O answer);

    /**
     * A rule that a good answer holds, such as one that allows some tolerance.
     *
     * @param says what the rule says, in words: it goes into the list of disagreements
     * @param holds given what was expected and the answer
     */
    static <I, O> Scorer<I, O> rule(String says, BiPredicate<? super O, ? super O> holds) {
        return (example, answer) ->
                holds.test(example.expected(), answer) ? List.of() : List.of(new Fault("", "not so: " + says));
    }

    /**
     * A reason why an answer is not good.
     *
     * @param field the field at fault; empty for the answer as a whole
     * @param says one line for people, from which keys are taken out
     */
    record Fault(String field, String says) {
        public Fault {
            says = Redactor.SHAPES.clean(says);
        }

        @Override
        public String toString() {
            return field.isEmpty() ? says : field + ": " + says;
        }
    }
}
