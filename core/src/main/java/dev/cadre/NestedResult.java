// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.redact.Redactor;

/**
 * The result of a {@linkplain NestedRun nested run}.
 *
 * @param subtaskId the subtask of the outer run in which it was nested, with {@code #index} for an item
 * @param input what it was started with, as canonical JSON: the input of the subtask, or the arguments of the tool
 * @param result its result, with a report of its own
 */
public record NestedResult(String subtaskId, String input, RunResult<?> result) {
    /**
     * What was asked of it, which tells apart the runs of one tool: the text of its goal, of a graph the id of the subtask that
     * answers it and the input. One line, cut, without keys; it may be a model's.
     */
    public String asked() {
        RunReport.Subject subject = report().subject();
        return Redactor.SHAPES.quote(
                subject.isOfGraph() ? "%s with %s".formatted(subject.text(), input) : subject.text());
    }

    /** One line: the subtask, what was asked, and the result. */
    @Override
    public String toString() {
        return "NestedResult[%s (%s): %s]".formatted(subtaskId, asked(), result);
    }

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
