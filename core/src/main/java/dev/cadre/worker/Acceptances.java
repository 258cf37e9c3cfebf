// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.task.SubtaskType;
import dev.cadre.task.SubtaskType.Acceptance;
import java.util.Optional;

/** The rules of a type, applied to an output. */
final class Acceptances {
    private Acceptances() {}

    /** The words of the first rule that does not accept the output, if any. */
    @SuppressWarnings("unchecked") // whoever made the task and the output checked them against the type
    static Optional<String> broken(RungTask task, Object output) {
        return ((SubtaskType<Object, Object>) task.type())
                .acceptances().stream()
                        .filter(acceptance -> !passes(acceptance, task.input(), output))
                        .findFirst()
                        .map(Acceptance::rule);
    }

    static String message(String rule) {
        return "the answer breaks the rule '%s'".formatted(rule);
    }

    static <I, O> boolean passes(Acceptance<I, O> acceptance, I input, O output) {
        try {
            return acceptance.test().test(input, output);
        } catch (RuntimeException | Error thrown) {
            // whatever a rule trips over has not passed it
            return false;
        }
    }
}
