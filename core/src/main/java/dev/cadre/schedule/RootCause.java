// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.redact.Redactor;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** The reason that a chain of failures and skips began with. */
final class RootCause {
    private static final int MAX_NAMED = 3;

    private RootCause() {}

    /** The reasons of these subtasks, the first few of them, in one line. */
    static String reasons(List<Subtask> culprits) {
        String named = culprits.stream()
                .limit(MAX_NAMED)
                .map(each -> "%s (subtask '%s')".formatted(reason(outcome(each)), each.id()))
                .collect(Collectors.joining("; "));
        int more = culprits.size() - MAX_NAMED;
        return more > 0 ? "%s; and %d more".formatted(named, more) : named;
    }

    /** Kind and message of an outcome without a value; a skip that another subtask is to blame for says that one's. */
    static String reason(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Succeeded<?> succeeded -> "succeeded";
            case Outcome.Failed<?>(Failure failure) -> Redactor.SHAPES.quote(failure.toString());
            case Outcome.Skipped<?>(Skip skip) ->
                skip.kind() == Skip.Kind.DEPENDENCY ? skip.message() : Redactor.SHAPES.quote(skip.toString());
        };
    }

    /** The exception behind the first of these that has one. */
    static Optional<Throwable> exception(List<Subtask> culprits) {
        return culprits.stream()
                .flatMap(each -> outcome(each) instanceof Outcome.Failed<?> failed
                        ? failed.failure().cause().stream()
                        : Optional.<Throwable>empty().stream())
                .findFirst();
    }

    private static Outcome<?> outcome(Subtask ended) {
        return Objects.requireNonNull(ended.outcome, "a subtask that has not ended has no reason");
    }
}
