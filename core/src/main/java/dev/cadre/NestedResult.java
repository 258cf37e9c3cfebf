// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.redact.Redactor;
import java.util.function.UnaryOperator;

/**
 * The result of a {@linkplain NestedRun nested run}.
 *
 * @param subtaskId the subtask of the outer run in which it was nested, with {@code #index} for an item
 * @param input what it was started with, as canonical JSON: the input of the subtask, or the arguments of the tool
 * @param asked what was asked of it, which tells apart the runs of one tool: the text of its goal, of a graph the id of the
 *     subtask that answers it and the input. One line, cut, without keys; it may be a model's
 * @param result its result, with a report of its own
 */
public record NestedResult(String subtaskId, String input, String asked, RunResult<?> result) {
    /** @param masker masks what the models of the outer run know as keys */
    static NestedResult of(String subtaskId, String input, RunResult<?> result, UnaryOperator<String> masker) {
        RunReport.Subject subject = result.report().subject();
        String asked = subject.isOfGraph() ? "%s with %s".formatted(subject.text(), input) : subject.text();
        return new NestedResult(subtaskId, input, Redactor.SHAPES.with(masker).quote(asked), result);
    }

    /** One line: the subtask, what was asked, and the result. */
    @Override
    public String toString() {
        return "NestedResult[%s (%s): %s]".formatted(subtaskId, asked, result);
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
