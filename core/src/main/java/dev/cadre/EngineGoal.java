// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanProgress;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.record.RunRecord;
import dev.cadre.run.RunSettings;
import dev.cadre.schedule.RunCommand;
import dev.cadre.task.GraphNode;
import dev.cadre.task.RunFailure;
import dev.cadre.worker.CodeThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The plan of a goal as an engine keeps it that drives the run itself, beside {@link EngineRun}: what the planner took is
 * given to it, in an activity's words, and it makes the same subtasks of that, whenever it is asked. Belongs to one thread.
 *
 * <p>Public for engines; it carries no compatibility promise.
 */
public final class EngineGoal<R> {
    private final Coordinator coordinator;
    private final Goal<R> goal;
    private List<PlannedSubtask> taken = List.of();

    /** The plan of this goal, which is empty yet. */
    public EngineGoal(Coordinator coordinator, Goal<R> goal) {
        this.coordinator = coordinator;
        this.goal = goal;
    }

    /** What all rounds so far took, in their order. */
    public List<PlannedSubtask> taken() {
        return taken;
    }

    /**
     * What planner and merger say that they need. Asks their code, and the coordinator's pools, at this moment, on the
     * calling thread.
     */
    public EngineNeeds.Said needs(String runId, Money limit, Duration deadline) {
        var means = new Asking(coordinator, runId, limit, deadline);
        try {
            GoalNeeds needs = GoalNeeds.asked(coordinator, means, goal, coordinator.planner(), false);
            return new EngineNeeds.Said(
                    Optional.of(new EngineNeeds(
                            GoalNeeds.leastPlanning(coordinator, means, goal, coordinator.planner()),
                            needs.round(),
                            needs.merge(),
                            needs.floor(),
                            needs.mergeTakesTime(),
                            means.asked(RunFailure.Kind.MERGE_FAILED, goal.merger()::callsModel),
                            coordinator.rounds(),
                            GoalNeeds.merges(goal, coordinator.rounds()))),
                    Optional.empty());
        } catch (PartFailures.PartFailedException refused) {
            return new EngineNeeds.Said(Optional.empty(), Optional.of(refused.failure));
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the planner was asked what it needs", interrupt);
        }
    }

    /** What has become of the plan, for a further round. */
    @SuppressWarnings("exports") // for the library's own modules
    public PlanProgress progress(RunCommand.StartRound round) {
        return GoalPlanning.progress(taken, round);
    }

    /**
     * Adds what a round handed over.
     *
     * @param progress what the round was asked with
     * @param hasEnded whether its planner came to its end, so that what points nowhere is given up
     * @return the subtasks, in the order in which they were handed over
     * @throws IllegalStateException if one does not fit the registered types, which are others than when it was planned
     */
    public List<GraphNode> take(PlanProgress progress, List<PlannedSubtask> admitted, boolean hasEnded) {
        var nodes = new ArrayList<GraphNode>();
        PlanIntake intake = GoalPlanning.streamed(coordinator, goal, nodes::add);
        GoalPlanning.continued(intake, taken, progress);
        admitted.forEach(intake::restore);
        if (hasEnded) {
            intake.finish();
        }
        taken = intake.planned();
        if (!nodes.stream()
                .map(GraphNode::id)
                .toList()
                .equals(admitted.stream().map(PlannedSubtask::id).toList())) {
            throw new IllegalStateException(
                    "the plan of this run does not fit the subtask types any more: %s".formatted(intake.defects()));
        }
        return nodes;
    }

    /** The means of asking planner and merger what they need: on the calling thread, and without money. */
    private record Asking(Coordinator coordinator, String id, Money limit, Duration deadline) implements GoalMeans {
        @Override
        public RunSettings settings() {
            return coordinator.settings();
        }

        @Override
        public int roundsLeft() {
            return coordinator.rounds();
        }

        @Override
        public Optional<RunRecord> record() {
            return Optional.empty();
        }

        @Override
        public BudgetGuard guard() {
            return Budget.of(Money.ZERO).open();
        }

        @Override
        public BudgetGuard planningMoney() {
            return guard();
        }

        @Override
        public Spend planningBefore() {
            return Spend.NONE;
        }

        @Override
        public long callDeadline(Duration time) {
            return System.nanoTime() + time.toNanos();
        }

        @Override
        public AttemptListener attempts() {
            return attempt -> {};
        }

        @Override
        public AttemptListener attempts(AttemptListener recorder) {
            return recorder;
        }

        @Override
        public CodeThreads threads() {
            return CodeThreads.NEW;
        }

        @Override
        public <T> T asked(RunFailure.Kind kind, Blocking<T> question) throws InterruptedException {
            try {
                return question.get();
            } catch (InterruptedException interrupt) {
                throw interrupt;
            } catch (Throwable thrown) {
                throw new PartFailures.PartFailedException(describe(kind, thrown));
            }
        }
    }
}
