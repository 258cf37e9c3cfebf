// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import java.util.List;

/**
 * What has become of a plan when its planner is asked again. Immutable.
 *
 * @param round 1 for the first time that it is asked again; 0 if the goal is being planned for the first time
 * @param done what succeeded, in plan order: it stays, and a new subtask may refer to it
 * @param undone what did not succeed, in plan order: a new subtask may stand in its place
 * @param lost what else the plan lacks, in one line each: subtasks that could not be taken, or why the planner broke off
 * @param rejected the rule of the goal that the merged answer did not pass; empty if no answer was rejected
 */
public record PlanProgress(int round, List<Done> done, List<Undone> undone, List<String> lost, String rejected) {
    /** The goal is being planned for the first time. */
    public static final PlanProgress NONE = new PlanProgress(0, List.of(), List.of(), List.of(), "");

    public PlanProgress {
        done = List.copyOf(done);
        undone = List.copyOf(undone);
        lost = List.copyOf(lost);
    }

    /**
     * A subtask that succeeded.
     *
     * @param output its output as JSON, whole; a prompt shows its beginning
     */
    public record Done(PlannedSubtask planned, String output) {}

    /**
     * A subtask that did not succeed, or an item of one that did.
     *
     * @param id the id of the subtask, with {@code #index} for an item: what {@link PlannedSubtask#replacing} names
     * @param reason why, in one line
     */
    public record Undone(String id, PlannedSubtask planned, String reason) {}

    /** Whether the planner is asked again. */
    public boolean isRound() {
        return round > 0;
    }
}
