// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.agent;

import dev.cadre.examples.index.FileRanker.Among;
import dev.cadre.examples.search.SearchPlan;
import dev.cadre.examples.search.SearchQuestion;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.price.Money;

/** Writes down the plan that a model usually makes of a search, without asking one: for an estimate that costs nothing. */
final class UsualPlanner implements Planner {
    private static final Planner MODEL = Planner.model();

    private final SearchSubtasks types;
    private final SearchQuestion question;
    private final SearchPlan plan;
    private Money planning = Money.ZERO;

    UsualPlanner(SearchSubtasks types, SearchQuestion question, SearchPlan plan) {
        this.types = types;
        this.question = question;
        this.plan = plan;
    }

    @Override
    public void plan(PlanRequest request, PlanIntake intake) {
        planning = MODEL.leastCost(request);
        intake.offer(PlannedSubtask.of("rank", types.rankFiles, new SearchSubtasks.Words(plan.words(), Among.CODE)));
        intake.offer(PlannedSubtask.of("read", types.readPlaces).withWire("file", "rank", "files"));
        intake.offer(PlannedSubtask.of("say", types.summarise)
                .withLiteral("question", question.text())
                .withWire("passages", "read", "passages"));
    }

    /** The most that the call costs with which a model plans; zero before {@link #plan}. */
    Money planning() {
        return planning;
    }
}
