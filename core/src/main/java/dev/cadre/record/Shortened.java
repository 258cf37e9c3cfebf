// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;

/** Cuts texts for people before they are recorded: no failure is lost because its message is too long for a journal. */
final class Shortened {
    private static final int MAX_CHARS = 10_000;

    private Shortened() {}

    static String text(String text) {
        return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "…";
    }

    /**
     * An end without a value.
     *
     * @throws IllegalArgumentException if it has one
     */
    static Outcome<String> end(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Succeeded<?> succeeded -> throw new IllegalArgumentException("it succeeded");
            case Outcome.Failed<?>(Failure failure) ->
                new Outcome.Failed<>(new Failure(failure.kind(), text(failure.message())));
            case Outcome.Skipped<?>(Skip skip) ->
                new Outcome.Skipped<>(new Skip(skip.kind(), text(skip.message()), skip.because()));
        };
    }
}
