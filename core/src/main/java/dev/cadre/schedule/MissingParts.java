// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Items;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an answer lacks: every required subtask, and every item, that did not succeed and has nobody in its place. */
final class MissingParts {
    private MissingParts() {}

    static List<Missing> of(RunningGraph graph) {
        List<Missing> missing = unsuccessful(graph.all());
        missing.removeIf(each -> graph.isReplaced(each.subtaskId()));
        return missing;
    }

    /** What waits for somebody, among what an answer lacks. */
    static List<Missing> awaited(RunningGraph graph) {
        var awaited = new ArrayList<Missing>();
        for (Subtask subtask : graph.all()) {
            if (!subtask.node.optional()) {
                subtask.executions.forEach(each -> each.awaited()
                        .ifPresent(what -> awaited.add(new Missing(each.id().label(), what))));
            }
        }
        return awaited;
    }

    /** Whether money or time kept it from being tried, or whatever it depends on. */
    static boolean isForWantOfMeans(RunningGraph graph, Missing missing) {
        return graph.find(missing.subtaskId())
                .filter(subtask -> isForWantOfMeans(graph, subtask.outcome))
                .isPresent();
    }

    private static boolean isForWantOfMeans(RunningGraph graph, @Nullable Outcome<?> outcome) {
        if (!(outcome instanceof Outcome.Skipped<?>(Skip skip))) {
            return false;
        }
        return switch (skip.kind()) {
            case BUDGET, PAUSED, DEADLINE, CANCELLED, FAIL_FAST, AWAITED -> true;
            case PLAN -> false;
            case DEPENDENCY ->
                graph.find(skip.because()).stream().allMatch(because -> isForWantOfMeans(graph, because.outcome));
        };
    }

    private static List<Missing> unsuccessful(Collection<Subtask> subtasks) {
        var missing = new ArrayList<Missing>();
        for (Subtask subtask : subtasks) {
            Outcome<?> outcome = subtask.outcome;
            if (outcome == null || subtask.node.optional()) {
                continue;
            }
            if (!outcome.isSucceeded()) {
                missing.add(new Missing(subtask.id(), outcome.reason()));
            } else if (outcome instanceof Outcome.Succeeded<?>(Items<?>(var outcomes))) {
                addItems(subtask.id(), outcomes, missing);
            }
        }
        return missing;
    }

    private static void addItems(String id, List<? extends Outcome<?>> outcomes, List<Missing> missing) {
        for (int index = 0; index < outcomes.size(); index++) {
            if (!outcomes.get(index).isSucceeded()) {
                missing.add(new Missing(id + "#" + index, outcomes.get(index).reason()));
            }
        }
    }
}
