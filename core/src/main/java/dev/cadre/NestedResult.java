// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.redact.Redactor;

/**
 * The result of a {@linkplain NestedRun nested run}.
 *
 * @param subtaskId the subtask of the outer run in which it was nested, with {@code #index} for an item
 * @param result its result, with a report of its own
 */
public record NestedResult(String subtaskId, RunResult<?> result) {
    /** The report of the nested run. */
    public RunReport report() {
        return result.report();
    }

    /** Why a run is not complete, in one line. */
    static String why(RunResult<?> result) {
        return switch (result) {
            case RunResult.Complete<?> complete -> "";
            case RunResult.Partial<?> partial -> "it lacks " + partial.lacks();
            case RunResult.Failed<?> failed ->
                Redactor.SHAPES.quote(failed.cause().toString());
        };
    }
}
