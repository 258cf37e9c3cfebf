// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.PassRates;
import dev.cadre.task.SubtaskType;

/**
 * Decides on which tier a planned subtask starts, where its type {@linkplain SubtaskType#between allows a choice}.
 *
 * <p>It is asked once for each such subtask when that is planned, on the planner's thread. The decision is part of the
 * plan: it stands in the journal and is not asked for again when a run resumes. A decision other than the planner's is noted
 * in the report. A policy that throws, returns null, or a tier that the type does not allow, ends the planning as a planner
 * that throws does, once the planner's reply has come to its end; what was admitted before runs. It cannot wait for people:
 * an {@link dev.cadre.task.AwaitedException} is a failure, too.
 */
@FunctionalInterface
public interface TierPolicy {
    /** Takes the planner's choice as it is. */
    TierPolicy PLANNER = Proposal::tier;

    /** The tier on which the subtask starts, one of {@code proposal.type().tiers().choices()}. Must not block. */
    Tier choose(Proposal proposal);

    /**
     * A subtask that was planned.
     *
     * @param tier the planner's choice within the bounds of the type; the start of the type if it made none
     * @param rates how often the types' outputs were good on each tier, as far as that is known
     * @param free the money that the run may still promise at this moment
     */
    record Proposal(PlannedSubtask subtask, SubtaskType<?, ?> type, Tier tier, PassRates rates, Money free) {}
}
