// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import java.util.List;
import java.util.Optional;

/**
 * A plan, or what a round would add to it, that waits for a decision. Public for engines; it carries no compatibility promise.
 *
 * @param subtasks as they were planned
 * @param defects what was wrong with it, and what was understood all the same
 * @param lost those of the defects that cost it something
 * @param verdict what was decided; empty to ask the plan review again
 */
public record PlanProposal(
        List<PlannedSubtask> subtasks, List<String> defects, List<String> lost, Optional<PlanReview.Verdict> verdict) {
    public PlanProposal {
        subtasks = List.copyOf(subtasks);
        defects = List.copyOf(defects);
        lost = List.copyOf(lost);
    }
}
