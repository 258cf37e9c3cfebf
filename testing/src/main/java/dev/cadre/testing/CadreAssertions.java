// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.RunResult;
import dev.cadre.eval.EvalResult;
import dev.cadre.task.TaskGraph;

/** Where the assertions of Cadre begin; import statically beside AssertJ's own. */
public final class CadreAssertions {
    private CadreAssertions() {}

    /** Asserts on a run's result. */
    public static <R> RunResultAssert<R> assertThat(RunResult<R> actual) {
        return new RunResultAssert<>(actual);
    }

    /** Asserts on the result of an eval. */
    public static EvalResultAssert assertThat(EvalResult actual) {
        return new EvalResultAssert(actual);
    }

    /** Asserts on the order of what happened. */
    public static EventLogAssert assertThat(EventLog actual) {
        return new EventLogAssert(actual);
    }

    /** Asserts on a graph that has not run. */
    public static TaskGraphAssert assertThat(TaskGraph<?> actual) {
        return new TaskGraphAssert(actual);
    }
}
