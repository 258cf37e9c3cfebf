// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.price.CostEstimate;
import dev.cadre.redact.Redactor;
import dev.cadre.task.GraphNode;
import java.util.List;
import java.util.Objects;

/**
 * Decides whether a plan is run, before any worker is paid. With a journal, a plan that it has approved of is not shown to
 * it again by a later session, unless one of its types has changed, such as its prompt, its tiers or its models.
 */
@FunctionalInterface
public interface PlanReview {
    /** Lets every plan pass. */
    PlanReview NONE = plan -> new Verdict.Approve();

    /**
     * Judges a whole plan. May block, as a person does; the run's time goes on meanwhile.
     *
     * @throws InterruptedException if the run was cancelled
     */
    Verdict review(ProposedPlan plan) throws InterruptedException;

    /** What became of a plan. */
    sealed interface Verdict {
        /** It is run as it is. */
        record Approve() implements Verdict {}

        /** It is not run. If it is a further round that was on record, the next session may plan another one instead. */
        record Reject(String reason) implements Verdict {}

        /**
         * Nobody has decided yet: the run is suspended before anything of the plan is paid. With a journal the plan is on
         * record, and the next session asks about the same one.
         *
         * @param what what is awaited, in one line for people
         */
        record Wait(String what) implements Verdict {
            public Wait {
                Objects.requireNonNull(what, "what is awaited");
            }
        }
    }

    /**
     * A plan that no subtask of which has started.
     *
     * @param goal what it is for
     * @param subtasks the subtasks as they were planned, with literals and wires
     * @param nodes the same as a task graph, in the same order
     * @param estimate what it will cost, planning and merging included; its worst case is at most the run's budget
     */
    record ProposedPlan(String goal, List<PlannedSubtask> subtasks, List<GraphNode> nodes, CostEstimate estimate) {
        public ProposedPlan {
            subtasks = List.copyOf(subtasks);
            nodes = List.copyOf(nodes);
        }

        /** One line: how many subtasks, what for, and what they will cost. */
        @Override
        public String toString() {
            return "ProposedPlan[%d subtasks for \"%s\", %s]"
                    .formatted(subtasks.size(), Redactor.SHAPES.quote(goal), estimate);
        }
    }
}
