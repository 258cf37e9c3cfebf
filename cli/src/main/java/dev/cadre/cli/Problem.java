// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.model.ModelException;
import dev.cadre.task.RunFailure;
import java.util.Locale;

/**
 * Why a command brought nothing, as every document says it.
 *
 * @param kind short name of the error for programs, such as {@code auth_failed}
 */
record Problem(String kind, String message) {

    Problem {
        message = Echo.ofFailure(message);
    }

    static Problem of(RunFailure failure) {
        String kind = failure.cause()
                .filter(ModelException.class::isInstance)
                .map(ModelException.class::cast)
                .or(failure::outage)
                .map(Problem::kind)
                .orElse(failure.kind().name().toLowerCase(Locale.ROOT));
        return new Problem(kind, failure.message());
    }

    /** A failure of a class that is the library's own. */
    static Problem of(RuntimeException failure) {
        return new Problem(kind(failure), String.valueOf(failure.getMessage()));
    }

    private static String kind(RuntimeException failure) {
        return failure.getClass()
                .getSimpleName()
                .replaceFirst("Exception$", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                .toLowerCase(Locale.ROOT);
    }
}
