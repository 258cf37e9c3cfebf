// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.GraphNode;
import dev.cadre.worker.RungEnd;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link RunMachine} is told. */
public sealed interface RunInput {
    /** A subtask was accepted into the graph, for good. */
    record Admitted(GraphNode node) implements RunInput {}

    /** No further subtask will be admitted. */
    record PlanEnded(List<String> defects) implements RunInput {}

    /** The planner brought nothing to run. */
    record PlanFailed(RunFailure failure) implements RunInput {}

    /** A rung ended. */
    record RungEnded(RungId id, RungEnd end) implements RunInput {}

    /** A rung's code ignored its interrupt and was left behind. */
    record RungAbandoned(RungId id, String thread) implements RunInput {}

    /** The outcomes were merged. */
    record MergeEnded(@Nullable Object answer) implements RunInput {}

    /** The outcomes could not be merged. */
    record MergeFailed(RunFailure failure) implements RunInput {}

    /** Something could not be recorded: nothing may go on. */
    record Unrecorded(String why) implements RunInput {}

    /** The caller wants the run to stop. */
    record Cancelled() implements RunInput {}

    /** The time for workers is up; the merge may still begin. */
    record WorkTimeUp() implements RunInput {}
}
