// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.task.Failure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.SubtaskType.Acceptance;
import java.util.Optional;

/** The rules of a type, applied to an output. */
final class Acceptances {
    private Acceptances() {}

    /** The failure by the first rule that does not accept the output, if any. */
    @SuppressWarnings("unchecked") // whoever made the task and the output checked them against the type
    static Optional<Failure> broken(RungTask task, Object output) {
        return broken((SubtaskType<Object, Object>) task.type(), task.input(), output);
    }

    /**
     * The failure by the first rule that does not accept the output, if any: {@link Failure.Kind#NOT_ACCEPTED}, which
     * another answer may mend, or {@link Failure.Kind#CODE_FAILED} if the rule threw, which none can.
     */
    static <I, O> Optional<Failure> broken(SubtaskType<I, O> type, I input, O output) {
        for (Acceptance<I, O> acceptance : type.acceptances()) {
            try {
                if (!acceptance.test().test(input, output)) {
                    return Optional.of(new Failure(
                            Failure.Kind.NOT_ACCEPTED, "the answer breaks the rule '%s'".formatted(acceptance.rule())));
                }
            } catch (Throwable thrown) {
                return Optional.of(Failure.thrown(
                        Failure.Kind.CODE_FAILED,
                        thrown,
                        "the rule '%s' of subtask type '%s'".formatted(acceptance.rule(), type.name())));
            }
        }
        return Optional.empty();
    }
}
