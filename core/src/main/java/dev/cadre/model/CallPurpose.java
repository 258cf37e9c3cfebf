// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/**
 * The purpose of a call. It never leaves the process; events, recordings and scripted models use it.
 *
 * @param kind the part of a run that makes the call
 * @param runId the id of the run
 * @param subtaskId the id of the subtask, with {@code #index} for an item; {@code @merger#index} for a part of a merge that
 *     has several; empty for a planner and the call that makes a merged answer
 * @param subtaskType the name of the subtask type; {@code planner} or {@code merger} for those
 * @param input the input as JSON, with marks such as {@code "attachment 1: image/png"} in the places of its attachments, which
 *     the request has; for a planner the goal's text
 * @param tier the tier that is asked
 */
public record CallPurpose(Kind kind, String runId, String subtaskId, String subtaskType, String input, Tier tier) {
    /** The part of a run that makes a call, in the order in which a pool serves them. */
    public enum Kind {
        PLAN,
        MERGE,
        /** A further call on the same rung: after a tool, a wrong shape or a truncation. */
        REPAIR,
        ESCALATION,
        WORK,
        /** A call of plain code that costs money; no model is asked. */
        CODE
    }

    /** One line without the input. */
    @Override
    public String toString() {
        return "CallPurpose[%s of '%s' in run %s, type %s, on %s]".formatted(kind, subtaskId, runId, subtaskType, tier);
    }
}
