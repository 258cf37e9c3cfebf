// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One subtask of a model, without planner and merger.
 *
 * @param type makes the type anew for each trial, because tools may change things
 * @param judge says what is wrong with an output; nothing if it is right
 */
record OneSubtask<I, O>(String id, Supplier<SubtaskType<I, O>> type, I input, Function<O, List<String>> judge)
        implements Exercise {
    @Override
    public Verdict perform(ModelPools pools) throws InterruptedException {
        var graph = TaskGraph.builder();
        TaskGraph<O> asked = graph.answering(graph.add(id, type.get(), input));
        RunResult<O> result =
                Coordinator.builder(pools).limits(Terms.LIMITS).build().run(asked, Terms.BUDGET);
        return Verdict.of(result, complete -> Verdict.of(Cause.ANSWER_WRONG, judge.apply(complete.answer())));
    }
}
