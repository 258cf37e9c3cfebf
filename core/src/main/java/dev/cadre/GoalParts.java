// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.LedgerState;
import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.plan.Planner;
import dev.cadre.pool.AttemptListener;
import dev.cadre.record.MergeRecord;
import dev.cadre.record.PlanRecord;
import dev.cadre.record.RunRecord;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RunParts;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The parts of a run whose graph a planner makes and whose answer a merger makes. */
final class GoalParts<R> implements RunParts {
    private final Run run;
    private final Goal<R> goal;
    private final GoalPlanning planning;
    private final GoalMerging<R> merging;
    private final Duration workTime;
    private final RunMoney money;
    /** Why no model may be asked for anything; null if one may. */
    private final @Nullable RunFailure unfunded;

    private GoalParts(
            Run run, Goal<R> goal, Planner planner, Duration workTime, RunMoney money, @Nullable RunFailure unfunded) {
        this.run = run;
        this.goal = goal;
        this.planning = new GoalPlanning(run.coordinator(), run, goal, planner, workTime, unfunded);
        this.merging = new GoalMerging<>(run, goal);
        this.workTime = workTime;
        this.money = money;
        this.unfunded = unfunded;
    }

    /** Sets money and time aside first, so that a run that begins can end with an answer. */
    static <R> RunResult<R> run(Run run, Goal<R> goal, Planner planner) throws InterruptedException {
        if (planner instanceof GivenPlan plan && !takes(run, plan)) {
            return run.refused(RunFailure.of(
                    RunFailure.Kind.PLAN_REJECTED,
                    "the journal has another plan for this goal: run that one, or choose another run key"));
        }
        boolean isPlanned = run.record()
                .flatMap(record ->
                        GoalPlanning.record(record, run.coordinator(), goal).ended())
                .isPresent();
        GoalNeeds needs = run.interruptibly(() -> GoalNeeds.of(run, goal, planner, isPlanned));
        Duration workTime = needs.workTime(run.deadline());
        var setAside = new MergeMoney(run, needs, GoalNeeds.merges(goal, run.roundsLeft()));
        return switch (run.interruptibly(() -> setAside.await(workTime))) {
            case MergeMoney.Answer.Refused(RunFailure why) -> isPlanned ? recall(run, goal, why) : run.refused(why);
            case MergeMoney.Answer.Ready(RunMoney money) -> {
                try (money) {
                    var parts = new GoalParts<>(run, goal, planner, workTime, money, null);
                    yield run.conclude(parts, Optional.empty(), workTime);
                }
            }
        };
    }

    /** Answers from the journal, which takes no money as long as nothing has changed: no model is asked for anything. */
    private static <R> RunResult<R> recall(Run run, Goal<R> goal, RunFailure unfunded) throws InterruptedException {
        var parts = new GoalParts<>(
                run, goal, run.coordinator().planner(), run.deadline(), RunMoney.none(run.guard()), unfunded);
        return run.conclude(parts, Optional.empty(), run.deadline());
    }

    /** Makes a given plan that of the run, with what it has cost; false if the run has another plan. */
    private static boolean takes(Run run, GivenPlan plan) {
        Optional<PlanRecord> record = run.record()
                .map(kept -> GoalPlanning.record(
                        kept, run.coordinator(), plan.given().goal()));
        if (record.filter(kept -> !kept.agreesWith(plan.given().subtasks())).isPresent()) {
            return false;
        }
        if (!run.paid().total().isZero()) {
            record.ifPresent(
                    kept -> kept.book(plan.given().fingerprint(), plan.given().planning()));
        }
        return true;
    }

    // --- plan and work

    @Override
    public RunInput.PlanEnded plan(Consumer<RunInput> inbox) throws InterruptedException {
        return planning.first(inbox);
    }

    @Override
    public RunInput.PlanEnded plan(RunCommand.StartRound round, Consumer<RunInput> inbox) throws InterruptedException {
        try (BudgetGuard planners = money.ofRound(round.round())) {
            run.planWith(planners);
            return planning.next(round, inbox);
        }
    }

    @Override
    public RungEnd perform(RunCommand.StartRung rung) throws InterruptedException {
        if (unfunded != null && rung.type().isPaid()) {
            return new RungEnd.Refused(new Skip(Skip.Kind.BUDGET, unfunded.message(), List.of()), null);
        }
        return run.perform(rung, workTime);
    }

    // --- merge

    @Override
    public Optional<Merging> merging() {
        return Optional.of((outcomes, made) -> {
            Merged<R> merged = merge(outcomes);
            made.accept(merged);
            return merging.judged(merged);
        });
    }

    private Merged<R> merge(List<SubtaskOutcome> outcomes) throws InterruptedException {
        Optional<RunRecord> record = run.record();
        if (record.isEmpty()) {
            return merge(outcomes, run.attempts());
        }
        return GoalNeeds.takesItsTime(run, goal, GoalNeeds.leastMerge(run.coordinator(), run, goal))
                ? merge(outcomes, record.get().merge(goal.answerType(), mergerIdentity(), outcomes))
                : merge(outcomes, run.attempts(record.get().mergeAttempts()));
    }

    private String mergerIdentity() throws InterruptedException {
        return run.asked(
                RunFailure.Kind.MERGE_FAILED,
                () -> Objects.requireNonNull(goal.merger().identity(), "its identity is null"));
    }

    private Merged<R> merge(List<SubtaskOutcome> outcomes, MergeRecord<R> record) throws InterruptedException {
        Optional<Merged<R>> earlier = record.recall();
        return earlier.isPresent() ? earlier.get() : record.keep(merge(outcomes, run.attempts(record.recorder())));
    }

    private Merged<R> merge(List<SubtaskOutcome> outcomes, AttemptListener attempts) throws InterruptedException {
        if (unfunded != null) {
            throw new PartFailures.PartFailedException(unfunded);
        }
        return merging.merge(
                outcomes,
                money.ofNextMerge(),
                attempts,
                new RunMergeParts(run.record(), run.attempts(), run::attempts));
    }

    @Override
    public RunFailure failure(RunFailure.Kind kind, Throwable thrown) {
        return run.describe(kind, thrown);
    }

    @Override
    public LedgerState money() {
        return run.money();
    }
}
