// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.merge.Mergers;
import dev.cadre.merge.Vote;
import dev.cadre.model.Tier;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanProgress.Undone;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TypeRef;
import java.util.List;

/**
 * Labels a ticket by three votes of a small model, each from another point of view. If they tie, or one is
 * missing, a larger model casts another. The planner is plain code, so only votes cost money.
 */
final class MajorityLabels {
    enum Topic {
        BUG,
        QUESTION,
        WISH,
        UNCLEAR
    }

    record Ticket(String text) {}

    record ToLabel(Ticket ticket, String pointOfView) {}

    record Label(Topic topic, String why) {}

    static final List<String> POINTS_OF_VIEW = List.of("the customer", "the support desk", "the developers");

    static final SubtaskType<ToLabel, Label> LABEL = SubtaskType.model(
                    "label", ToLabel.class, Label.class, "What is the ticket, from this point of view? Say why.")
            .between(Tier.NANO, Tier.MINI);

    private MajorityLabels() {}

    /** Three votes at first. When they tie, or one of them is missing, a dearer one. */
    private static void plan(PlanRequest request, PlanIntake intake) {
        if (request.progress().isRound()) {
            String[] lost = request.progress().undone().stream().map(Undone::id).toArray(String[]::new);
            intake.offer(vote("everybody").on(Tier.MINI).replacing(lost));
        } else {
            POINTS_OF_VIEW.forEach(view -> intake.offer(vote(view).on(Tier.NANO)));
        }
    }

    private static PlannedSubtask vote(String pointOfView) {
        return PlannedSubtask.of(pointOfView.replace(' ', '-'), LABEL)
                .withWire("ticket", "ticket", "") // the whole input
                .withLiteral("pointOfView", pointOfView);
    }

    /** The count of the vote. The result is partial if nothing broke the tie. Blocks; spends no more than the budget. */
    static RunResult<Vote<Label>> label(ModelPools models, Ticket ticket, Budget budget) throws InterruptedException {
        var goal = Goal.of("What is the ticket?", new TypeRef<Vote<Label>>() {})
                .with("ticket", Ticket.class, ticket)
                .mergedBy(Mergers.vote(LABEL, Label::topic).withAbstention(label -> label.topic() == Topic.UNCLEAR))
                .accept("one label has the most votes", vote -> vote.leaders().size() == 1);
        return Coordinator.builder(models)
                .plansWith(LABEL)
                .planner(MajorityLabels::plan)
                .replanning(1)
                .build()
                .run(goal, budget);
    }
}
