// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.merge.Merged;
import dev.cadre.task.GraphNode;
import dev.cadre.task.RunFailure;
import dev.cadre.worker.RungEnd;
import java.util.List;
import java.util.Optional;

/** What a {@link RunMachine} is told. */
public sealed interface RunInput {
    /** Subtasks were accepted into the graph, for good; all of them are known before one of them starts. */
    record Admitted(List<GraphNode> nodes) implements RunInput {
        public Admitted {
            nodes = List.copyOf(nodes);
        }

        /** A subtask was accepted by itself. */
        public Admitted(GraphNode node) {
            this(List.of(node));
        }
    }

    /**
     * No further subtask will be admitted.
     *
     * @param defects everything that was wrong with the plan
     * @param lost those of them that cost the plan something: the run is partial at most
     */
    record PlanEnded(List<String> defects, List<String> lost) implements RunInput {
        /** The plan has lost nothing. */
        public PlanEnded(List<String> defects) {
            this(defects, List.of());
        }
    }

    /** The defects that were found in a plan before its planner failed. */
    record PlanNoted(List<String> defects) implements RunInput {
        public PlanNoted {
            defects = List.copyOf(defects);
        }
    }

    /**
     * The planner has planned nothing to run.
     *
     * @param place what it was in if it was interrupted, in words for people; else empty
     */
    record PlanFailed(RunFailure failure, String place) implements RunInput {
        /** It was not interrupted. */
        public PlanFailed(RunFailure failure) {
            this(failure, "");
        }
    }

    /**
     * The planner or the merger waits for somebody who has not answered yet.
     *
     * @param who {@code planner} or {@code merger}
     */
    record Awaited(String who, String what) implements RunInput {}

    /**
     * The record and the cache were asked.
     *
     * @param earlier the outcome to go on with instead of performing the work, if there is one
     */
    record Recalled(RungId id, Optional<EarlierOutcome> earlier) implements RunInput {}

    /** A rung ended. */
    record RungEnded(RungId id, RungEnd end) implements RunInput {}

    /**
     * A rung's code, or that of its recall, ignored its interrupt and was left behind.
     *
     * @param place what it was in when it was interrupted, in words for people; empty if nobody knows
     */
    record RungAbandoned(RungId id, String thread, String place) implements RunInput {
        /** Nobody knows in what. */
        public RungAbandoned(RungId id, String thread) {
            this(id, thread, "");
        }
    }

    /** The outcomes were merged. */
    record MergeEnded(Merged<?> merged, Judgement judgement) implements RunInput {
        /** The goal has no rule that the answer might break. */
        public MergeEnded(Merged<?> merged) {
            this(merged, new Judgement.Accepted());
        }
    }

    /** What the rules of the goal say of an answer. */
    sealed interface Judgement {
        /** It passes all of them. */
        record Accepted() implements Judgement {}

        /** It does not pass this one. */
        record Rejected(String rule) implements Judgement {}

        /** A rule is broken and judges nothing. */
        record Unjudged(String why) implements Judgement {}
    }

    /** The outcomes could not be merged. */
    record MergeFailed(RunFailure failure) implements RunInput {}

    /** Something could not be recorded: nothing may go on. */
    record Unrecorded(String why) implements RunInput {}

    /** The caller wants the run to stop. */
    record Cancelled() implements RunInput {}

    /** The time for workers is up; the merge may still begin. */
    record WorkTimeUp() implements RunInput {}
}
