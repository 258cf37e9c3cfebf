// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

/** Something worth meeting in a simulation: a proof over many seeds is worth as much as the rare things in it. */
public enum SimulationPhenomenon {
    /** A call waited for money because of attempts in flight. */
    CONTENDED,
    /** A call was refused because no money could ever pay for it. */
    EXHAUSTED,
    /** An attempt was sent and nobody knows what it used: its worst case was booked. */
    FORFEITED,
    /** Shortage of money lowered the tier at which work starts. */
    TIER_CEILING,
    /** An answer was not accepted and a dearer tier tried. */
    ESCALATION,
    /** A subtask started on another tier than its type does by itself, because the planner chose it. */
    CHOSEN_TIER,
    /** A subtask started on the tier that is suggested for its kind of work. */
    SUITED,
    /** A picture went along with a call. */
    ATTACHED,
    /** A call asked for a temperature of its own. */
    SAMPLED,
    /** A rung was served by the pool that its type names, of another provider, in the place of the tier's own. */
    NAMED_POOL,
    /** A run was cancelled while it ran. */
    CANCEL,
    /** The time for a run's workers ran out while it ran. */
    DEADLINE,
    /** A provider turned a call away because of its rate. */
    RATE_LIMITED,
    /** A failed call was tried again. */
    RETRY,
    /** A provider billed a reply that never arrived, or whose usage did. */
    BILLED_UNSEEN,
    /** A provider's failure stopped the pools of its key. */
    POOL_STOPPED,
    /** Code ignored its interrupt and was left behind. */
    ABANDONED,
    /** A shell gave up a single rung, whose run went on. */
    GIVEN_UP,
    /** Others were enough in a race, a quorum or a fan-out, and what was under way was given up. */
    OTHERS_ENOUGH,
    /** A subtask was not needed, because a condition of an edge did not hold. */
    CONDITION,
    /** The journal of a run failed. */
    UNRECORDED,
    /** A plan referred to a subtask that came later. */
    FORWARD_REFERENCE,
    /** A subtask had its outcome from what an earlier run kept. */
    CACHED,
    /** A subtask was wired to an input of the goal. */
    GOAL_INPUT,
    /** A subtask of a follow-up was wired to an outcome of the run before it, under the budget that pays for both. */
    FOLLOWED,
    /** A call of the planner or the merger had instructions of the caller, which were a part of its worst case. */
    INSTRUCTED,
    /** A plan had more subtasks, or a longer chain of them, than its limits allow. */
    PLAN_LIMIT,
    /** A run ended without an answer, because its code waits for somebody. */
    SUSPENDED,
    /** The planner was asked again about what did not succeed, or an answer that was rejected. */
    PLANNED_AGAIN,
    /** A subtask succeeded in the place of one that did not. */
    REPLACED,
    /** A pool came back to its full parallelism after an overload. */
    RECOVERED,
    /** Outcomes were merged out of an allotment. */
    MERGE,
    /** Several candidates of a vote had the most votes, and all of them were shown. */
    VOTE_TIED,
    /** The first value did not pass the rule of its merger, and a later one was the answer. */
    PASSED_OVER,
    /** A judge chose one of several values in two orders. */
    JUDGED,
    /** A judge chose another value in the other order, and the answer says so. */
    JUDGE_TIED,
    /** Outcomes were read by several calls, and the answer written from their notes. */
    TREE_REDUCED,
    /** A nested run took its allotment out of the budget of the run around it. */
    NESTED,
    /** A budget was too small for its run to begin. */
    TOO_SMALL,
    /** The wall clock jumped. */
    CLOCK_JUMP
}
