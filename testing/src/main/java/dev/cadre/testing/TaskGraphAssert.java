// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.task.TaskGraph;
import java.util.List;
import org.assertj.core.api.AbstractAssert;

/** Asserts on a graph that was written by hand, before anything runs. */
public final class TaskGraphAssert extends AbstractAssert<TaskGraphAssert, TaskGraph<?>> {

    TaskGraphAssert(TaskGraph<?> actual) {
        super(actual, TaskGraphAssert.class);
    }

    /** It has exactly these subtasks, in this order, written as {@code id: type <- dependency, dependency}. */
    public TaskGraphAssert hasShape(String... lines) {
        isNotNull();
        List<String> shape = GraphText.shape(actual);
        if (!shape.equals(List.of(lines))) {
            failWithMessage("%s", RunResultAssert.shapes(List.of(lines), shape));
        }
        return this;
    }
}
