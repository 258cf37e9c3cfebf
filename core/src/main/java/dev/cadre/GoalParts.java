// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.AllotmentRefusedException;
import dev.cadre.budget.BudgetClosedException;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.LedgerState;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.merge.MergeFailedException;
import dev.cadre.merge.MergeInput;
import dev.cadre.merge.MergeLoad;
import dev.cadre.merge.MergeTerms;
import dev.cadre.merge.Merged;
import dev.cadre.merge.Merger;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.model.ModelException;
import dev.cadre.plan.PlanDefect;
import dev.cadre.plan.PlanFailedException;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanRejectedException;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.pool.AttemptListener;
import dev.cadre.pool.CallRefusedException;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.ModelShutDownException;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.price.Spend;
import dev.cadre.price.UnpricedException;
import dev.cadre.record.MergeRecord;
import dev.cadre.record.PlanNotes;
import dev.cadre.record.PlanRecord;
import dev.cadre.record.RunRecord;
import dev.cadre.redact.Thrown;
import dev.cadre.run.GraphEstimate;
import dev.cadre.run.PoolQuotes;
import dev.cadre.run.UserCode;
import dev.cadre.schedule.MergeShare;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunDriver;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RunParts;
import dev.cadre.schema.Notation;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The parts of a run whose graph a planner makes and whose answer a merger makes. */
final class GoalParts<R> implements RunParts {
    private final Run run;
    private final Goal<R> goal;
    private final Planner planner;
    private final Duration workTime;
    private final BudgetGuard mergeMoney;
    /** Why no model may be asked for anything; null if one may. */
    private final @Nullable RunFailure unfunded;

    /** What the planner spent in this session; of the planner's thread. */
    private Spend planning = Spend.NONE;

    private GoalParts(
            Run run,
            Goal<R> goal,
            Planner planner,
            Duration workTime,
            BudgetGuard mergeMoney,
            @Nullable RunFailure unfunded) {
        this.run = run;
        this.goal = goal;
        this.planner = planner;
        this.workTime = workTime;
        this.mergeMoney = mergeMoney;
        this.unfunded = unfunded;
    }

    /** Sets the merger's money and time aside first, so that a run that begins can end with an answer. */
    static <R> RunResult<R> run(Run run, Goal<R> goal, Planner planner) throws InterruptedException {
        if (planner instanceof GivenPlan plan && !takes(run, plan)) {
            return run.refused(RunFailure.of(
                    RunFailure.Kind.PLAN_REJECTED,
                    "the journal has another plan for this goal: run that one, or choose another run key"));
        }
        boolean isPlanned = run.record()
                .flatMap(record -> plan(record, run.coordinator()).ended())
                .isPresent();
        Needs needs = run.interruptibly(() -> needs(run, goal, planner, isPlanned));
        Money merge = needs.merge();
        Duration workTime =
                needs.mergeTakesTime() ? run.deadline().minus(MergeShare.time(run.deadline())) : run.deadline();
        return switch (run.interruptibly(() -> new MergeMoney(run, merge, needs.floor()).await(workTime))) {
            case MergeMoney.Answer.Refused(RunFailure why) -> isPlanned ? recall(run, goal, why) : run.refused(why);
            case MergeMoney.Answer.Ready(BudgetGuard money) -> {
                try (money) {
                    var parts = new GoalParts<>(run, goal, planner, workTime, money, null);
                    yield run.conclude(parts, Optional.empty(), workTime);
                }
            }
        };
    }

    /** What planner and merger say that they need, before anything is begun. */
    private record Needs(Money merge, Money floor, boolean mergeTakesTime) {}

    /** Their own code says so: the run does not wait for it for longer than it has time. */
    private static Needs needs(Run run, Goal<?> goal, Planner planner, boolean isPlanned) throws InterruptedException {
        try {
            return run.aside().call("goal", "needs", goal, () -> {
                Money merge = leastMerge(run, goal);
                Money floor = isPlanned ? merge : plus(run, floor(run, goal, planner), merge);
                return new Needs(merge, floor, takesItsTime(run, goal, merge));
            });
        } catch (UserCode.LateException late) {
            throw new PartFailedException(RunFailure.of(
                    RunFailure.Kind.DEADLINE,
                    "the planner and the merger did not say what they need: " + Thrown.message(late)));
        } catch (ExecutionException broken) {
            Throwable thrown = Objects.requireNonNull(broken.getCause());
            throw thrown instanceof PartFailedException known
                    ? known
                    : new PartFailedException(describe(run, RunFailure.Kind.ENGINE_FAILED, thrown));
        }
    }

    /** Answers from the journal, which takes no money as long as nothing has changed: no model is asked for anything. */
    private static <R> RunResult<R> recall(Run run, Goal<R> goal, RunFailure unfunded) throws InterruptedException {
        var parts = new GoalParts<>(run, goal, run.coordinator().planner(), run.deadline(), run.guard(), unfunded);
        return run.conclude(parts, Optional.empty(), run.deadline());
    }

    private static PlanRecord plan(RunRecord record, Coordinator coordinator) {
        return record.plan(
                PlanIntake.whole(coordinator.types(), coordinator.settings().limits(), node -> {}));
    }

    /** A model does, whatever it costs, and so does code that asks for money. */
    private static boolean takesItsTime(Run run, Goal<?> goal, Money merge) throws InterruptedException {
        return asked(run, RunFailure.Kind.MERGE_FAILED, goal.merger()::callsModel) || !merge.isZero();
    }

    /** Makes a given plan that of the run, with what it has cost; false if the run has another plan. */
    private static boolean takes(Run run, GivenPlan plan) {
        Optional<PlanRecord> record = run.record().map(kept -> plan(kept, run.coordinator()));
        if (record.filter(kept -> !kept.agreesWith(plan.given().subtasks())).isPresent()) {
            return false;
        }
        if (!run.paid().total().isZero()) {
            record.ifPresent(
                    kept -> kept.book(plan.given().fingerprint(), plan.given().planning()));
        }
        return true;
    }

    private static Money leastMerge(Run run, Goal<?> goal) throws InterruptedException {
        return asked(run, RunFailure.Kind.MERGE_FAILED, () -> leastMerge(run.coordinator(), goal.merger()));
    }

    private static Money leastMerge(Coordinator coordinator, Merger<?> merger) {
        return Objects.requireNonNull(
                merger.leastCost(
                        coordinator.settings().pools(), coordinator.settings().limits()),
                "its least cost is null");
    }

    private static Money plus(Run run, Money floor, Money merge) throws InterruptedException {
        return asked(run, RunFailure.Kind.MERGE_FAILED, () -> floor.plus(merge)); // what a merger says may be too much
    }

    private static Money floor(Run run, Goal<?> goal, Planner planner) throws InterruptedException {
        if (planner instanceof GivenPlan plan) {
            return PoolQuotes.of(run.coordinator().settings()).cheapestStart(nodes(run.coordinator(), plan.given()));
        }
        Money cheapest = run.coordinator().types().stream()
                .map(type ->
                        PoolQuotes.of(run.coordinator().settings()).least(type).orElse(run.limit()))
                .min(Comparator.naturalOrder())
                .orElse(Money.ZERO);
        return leastPlanning(run, goal, planner).plus(cheapest);
    }

    private static Money leastPlanning(Run run, Goal<?> goal, Planner planner) throws InterruptedException {
        return asked(
                run,
                RunFailure.Kind.PLANNER_FAILED,
                () -> Objects.requireNonNull(
                        planner.leastCost(request(run, goal, run.deadline())), "its least cost is null"));
    }

    /** What a planner or merger says of itself; what it throws is a failure of the run that names it. */
    private static <T> T asked(Run run, RunFailure.Kind kind, Run.Blocking<T> question) throws InterruptedException {
        try {
            return Thread.currentThread().isVirtual()
                    ? run.threads().call("cadre-ask:" + run.id(), run, question::get)
                    : question.get();
        } catch (Throwable thrown) {
            throwIfCancel(thrown);
            throw new PartFailedException(describe(run, kind, thrown));
        }
    }

    /** An interrupt that the run did not ask for is a failure of whoever threw it. */
    private static void throwIfCancel(Throwable thrown) throws InterruptedException {
        if (thrown instanceof InterruptedException interrupt && RunDriver.isInterrupted()) {
            throw interrupt;
        }
    }

    private static PlanRequest request(Run run, Goal<?> goal, Duration workTime) {
        return request(run, goal, workTime, run.attempts());
    }

    private static PlanRequest request(Run run, Goal<?> goal, Duration workTime, AttemptListener attempts) {
        return new PlanRequest(
                goal.text(),
                goal.context(),
                Notation.of(goal.answerType()),
                run.coordinator().types(),
                run.coordinator().settings().limits(),
                new PlanRequest.Terms(
                        run.coordinator().settings().pools(),
                        run.guard(),
                        run.id(),
                        run.callDeadline(workTime),
                        attempts));
    }

    /** Plans without running anything. */
    static <R> Plan<R> planOnly(Run run, Goal<R> goal) throws InterruptedException {
        Coordinator coordinator = run.coordinator();
        var parts = new GoalParts<>(run, goal, coordinator.planner(), run.deadline(), run.guard(), null);
        Optional<PlanRecord> record = run.record().map(kept -> plan(kept, coordinator));
        PlanIntake intake = intake(coordinator, node -> {});
        try {
            if (record.flatMap(PlanRecord::ended).isEmpty()) {
                requirePlanning(run, goal);
            }
            PlanNotes notes = parts.plan(record, intake);
            record.ifPresent(kept -> admit(kept, intake, notes));
        } catch (InterruptedException interrupt) {
            throw interrupt;
        } catch (Throwable e) { // errors too, as in a run
            throw RunFailedException.of(describe(run, RunFailure.Kind.PLANNER_FAILED, e));
        }
        return Plan.of(goal, intake, parts.planningSpend());
    }

    private static void requirePlanning(Run run, Goal<?> goal) throws InterruptedException {
        Money least = leastPlanning(run, goal, run.coordinator().planner());
        LedgerState money = run.money();
        if (money.isExhaustedBy(least)) {
            throw new PartFailedException(MergeMoney.tooSmall(run, money, "the planner needs", least));
        }
    }

    private static PlanIntake intake(Coordinator coordinator, Consumer<GraphNode> sink) {
        return mustBeWhole(coordinator)
                ? PlanIntake.whole(coordinator.types(), coordinator.settings().limits(), sink)
                : PlanIntake.streamed(
                        coordinator.types(), coordinator.settings().limits(), sink);
    }

    /**
     * What a run of a plan costs in all: what was spent on the plan, its subtasks and its merge.
     *
     * @throws PlanRejectedException if a subtask is not in order any more
     */
    static CostEstimate estimate(Coordinator coordinator, Plan<?> plan, Money limit) {
        GivenPlan.requireFit(plan, coordinator.types(), coordinator.settings().limits());
        return estimate(coordinator, plan.goal(), nodes(coordinator, plan), plan.subtasks(), plan.planning(), limit);
    }

    private static CostEstimate estimate(
            Coordinator coordinator,
            Goal<?> goal,
            List<GraphNode> nodes,
            List<PlannedSubtask> plan,
            Spend planned,
            Money limit) {
        GraphEstimate subtasks = GraphEstimate.of(nodes, plan, coordinator.settings());
        Money least = leastMerge(coordinator, goal.merger());
        Money floor = planned.total()
                .plus(least)
                .plus(PoolQuotes.of(coordinator.settings()).cheapestStart(nodes));
        return subtasks.within(limit, planning(planned), merging(coordinator, goal, subtasks, least, limit), floor);
    }

    private static List<GraphNode> nodes(Coordinator coordinator, Plan<?> plan) {
        var nodes = new ArrayList<GraphNode>();
        plan.offerTo(
                PlanIntake.streamed(coordinator.types(), coordinator.settings().limits(), nodes::add));
        return nodes;
    }

    private static Quote planning(Spend planned) {
        return new Quote(CountRange.of(planned.attempts()), CostRange.of(planned.total()));
    }

    private static Quote merging(
            Coordinator coordinator, Goal<?> goal, GraphEstimate subtasks, Money least, Money limit) {
        Merger<?> merger = goal.merger();
        var load = new MergeLoad(
                goal.text(),
                goal.context(),
                subtasks.outcomeBytes(),
                coordinator.settings().pools(),
                coordinator.settings().limits());
        Quote merging = Objects.requireNonNull(merger.quote(load), "its quote is null");
        Money most = least.isZero() ? limit : MergeShare.wanted(limit, least);
        return new Quote(merging.calls(), merging.cost().atMost(most));
    }

    @Override
    public RunInput.PlanEnded plan(Consumer<RunInput> inbox) throws InterruptedException {
        Coordinator coordinator = run.coordinator();
        Optional<PlanRecord> record = run.record().map(kept -> plan(kept, coordinator));
        Optional<PlanNotes> ended = record.flatMap(PlanRecord::ended);
        var nodes = new ArrayList<GraphNode>();
        boolean isWhole = coordinator.review().isPresent() || (mustBeWhole(coordinator) && ended.isEmpty());
        PlanIntake intake = isWhole
                ? PlanIntake.whole(coordinator.types(), coordinator.settings().limits(), nodes::add)
                : PlanIntake.streamed(
                        coordinator.types(),
                        coordinator.settings().limits(),
                        node -> inbox.accept(new RunInput.Admitted(node)));
        try {
            if (!isWhole) {
                record.ifPresent(kept -> intake.recordTo(kept::admit));
            }
            PlanNotes notes = plan(record, intake);
            if (isWhole) {
                approve(coordinator, record, intake, nodes);
                record.ifPresent(kept -> admit(kept, intake, notes));
                inbox.accept(new RunInput.Admitted(nodes));
            } else {
                record.filter(kept -> !intake.isBrokenOff()).ifPresent(kept -> kept.end(notes));
            }
            return new RunInput.PlanEnded(notes.defects(), notes.lost());
        } catch (Throwable failed) {
            inbox.accept(new RunInput.PlanNoted(
                    ended.orElseGet(() -> PlanNotes.of(intake)).defects()));
            throw failed;
        }
    }

    private void approve(Coordinator coordinator, Optional<PlanRecord> record, PlanIntake intake, List<GraphNode> nodes)
            throws InterruptedException {
        if (coordinator.review().isPresent()) {
            requireApproval(coordinator.review().get(), record, intake.taken(), nodes);
        }
    }

    private static boolean mustBeWhole(Coordinator coordinator) {
        return coordinator.review().isPresent() || coordinator.types().stream().anyMatch(SubtaskType::hasEffects);
    }

    /** A review is asked about a plan until it has approved of it, whoever made the plan and whatever is done of it. */
    private void requireApproval(
            PlanReview review, Optional<PlanRecord> record, List<PlannedSubtask> plan, List<GraphNode> nodes)
            throws InterruptedException {
        if (record.filter(kept -> kept.isApproved(plan, nodes)).isPresent()) {
            return;
        }
        CostEstimate estimate = asked(
                run,
                RunFailure.Kind.MERGE_FAILED,
                () -> estimate(run.coordinator(), goal, nodes, plan, planningSpend(), run.limit()));
        switch (verdict(review, new PlanReview.ProposedPlan(goal.text(), plan, nodes, estimate))) {
            case PlanReview.Verdict.Approve approved -> record.ifPresent(kept -> kept.approve(plan, nodes));
            case PlanReview.Verdict.Reject(String reason) -> throw new PlanReviewedException(reason);
        }
    }

    private static void admit(PlanRecord record, PlanIntake intake, PlanNotes notes) {
        intake.taken().forEach(record::admit);
        if (!intake.isBrokenOff()) {
            record.end(notes);
        }
    }

    private PlanReview.Verdict verdict(PlanReview review, PlanReview.ProposedPlan proposed)
            throws InterruptedException {
        try {
            return call(
                    "review",
                    "the plan review",
                    review,
                    () -> Objects.requireNonNull(review.review(proposed), "the plan review returned null"));
        } catch (Throwable broken) {
            throwIfCancel(broken);
            throw new PartFailedException(broken(run, RunFailure.Kind.PLANNER_FAILED, broken, "plan review"));
        }
    }

    /** Takes what earlier sessions admitted, and asks the planner only for what they did not live to hear. */
    private PlanNotes plan(Optional<PlanRecord> record, PlanIntake intake) throws InterruptedException {
        Optional<PlanNotes> ended = record.flatMap(PlanRecord::ended);
        record.ifPresent(kept -> kept.restore(intake));
        if (ended.isEmpty()) {
            AttemptListener attempts =
                    record.map(kept -> run.attempts(kept.attempts())).orElseGet(run::attempts);
            PlanRequest request = request(run, goal, workTime, counted(attempts));
            call("plan", "the planner", planner, () -> {
                planner.plan(request, intake);
                return intake;
            });
        }
        intake.finish();
        return ended.orElseGet(() -> PlanNotes.of(intake));
    }

    /** The run hears of attempts later, on its own thread. */
    private AttemptListener counted(AttemptListener attempts) {
        return attempt -> {
            switch (attempt) {
                case AttemptEvent.Replied replied -> planning = planning.plus(replied.spend());
                case AttemptEvent.Failed failed -> planning = planning.plus(failed.spend());
                case AttemptEvent.Started started -> {}
                case AttemptEvent.Retrying retrying -> {}
            }
            attempts.on(attempt);
        };
    }

    /** What the plan has cost so far, in all sessions. */
    private Spend planningSpend() {
        return run.planningBefore().plus(planning);
    }

    @Override
    public RungEnd perform(RunCommand.StartRung rung) throws InterruptedException {
        if (unfunded != null && rung.type().isPaid()) {
            return new RungEnd.Refused(new Skip(Skip.Kind.BUDGET, unfunded.message(), List.of()), null);
        }
        return run.perform(rung, workTime);
    }

    @Override
    public Optional<Merging> merging() {
        return Optional.of(this::merge);
    }

    private Merged<R> merge(List<SubtaskOutcome> outcomes) throws InterruptedException {
        Optional<RunRecord> record = run.record();
        if (record.isEmpty()) {
            return merge(outcomes, run.attempts());
        }
        return takesItsTime(run, goal, leastMerge(run, goal))
                ? merge(outcomes, record.get().merge(goal.answerType(), mergerIdentity(), outcomes))
                : merge(outcomes, run.attempts(record.get().mergeAttempts()));
    }

    private String mergerIdentity() throws InterruptedException {
        return asked(
                run,
                RunFailure.Kind.MERGE_FAILED,
                () -> Objects.requireNonNull(goal.merger().identity(), "its identity is null"));
    }

    private Merged<R> merge(List<SubtaskOutcome> outcomes, MergeRecord<R> record) throws InterruptedException {
        Optional<Merged<R>> earlier = record.recall();
        return earlier.isPresent() ? earlier.get() : record.keep(merge(outcomes, run.attempts(record.recorder())));
    }

    private Merged<R> merge(List<SubtaskOutcome> outcomes, AttemptListener attempts) throws InterruptedException {
        if (unfunded != null) {
            throw new PartFailedException(unfunded);
        }
        var terms = new MergeTerms(
                run.coordinator().settings().pools(),
                mergeMoney,
                run.id(),
                run.callDeadline(run.deadline()),
                run.coordinator().settings().limits(),
                attempts,
                new RunMergeParts(run));
        var input = new MergeInput(goal.text(), goal.context(), outcomes);
        return call(
                "merge",
                "",
                goal.merger(),
                () -> Objects.requireNonNull(goal.merger().merge(input, terms), "the merger returned null"));
    }

    /** @param place what this is in, where the failure does not say so anyway */
    private <T> T call(String part, String place, Object code, Callable<T> task) throws InterruptedException {
        Supplier<String> before = RunDriver.enter(() -> place);
        try {
            return run.threads().call("cadre-%s:%s".formatted(part, run.id()), code, task);
        } finally {
            RunDriver.enter(before);
        }
    }

    @Override
    public RunFailure failure(RunFailure.Kind kind, Throwable thrown) {
        return describe(run, kind, thrown);
    }

    private static String place(RunFailure.Kind kind) {
        return switch (kind) {
            case MERGE_FAILED -> "merger";
            case ENGINE_FAILED -> "run's own parts, such as its prices";
            default -> "planner";
        };
    }

    /** The failure of a run that something thrown makes; a failure of its own has a kind of its own. */
    static RunFailure describe(Run run, RunFailure.Kind kind, Throwable thrown) {
        String message = Thrown.message(thrown);
        return switch (thrown) {
            case ModelException model -> RunFailure.of(kind, message, model);
            case CallRefusedException refused
            when refused.getCause() instanceof ModelException model -> RunFailure.of(kind, message, model);
            case CallRefusedException refused -> RunFailure.of(kind, message, refused);
            case BudgetClosedException closed -> RunFailure.of(kind, message, closed);
            case AllotmentRefusedException refused -> RunFailure.of(kind, message, refused);
            case UnpricedException unpriced -> RunFailure.of(kind, message, unpriced);
            case ModelShutDownException gone -> RunFailure.of(kind, message, gone);
            case PlanFailedException failed -> RunFailure.of(kind, message, failed);
            case MergeFailedException failed -> RunFailure.of(kind, message, failed);
            case PlanRejectedException rejected ->
                RunFailure.of(
                        RunFailure.Kind.PLAN_REJECTED,
                        message,
                        rejected.defects().stream().map(PlanDefect::toString).toList());
            case UnrecordedException unrecorded -> RunFailure.of(RunFailure.Kind.JOURNAL_FAILED, message, unrecorded);
            case JournalException journal -> RunFailure.of(RunFailure.Kind.JOURNAL_FAILED, message);
            case PartFailedException failed -> failed.failure;
            case PlanReviewedException reviewed -> RunFailure.of(RunFailure.Kind.PLAN_REJECTED, message);
            default -> broken(run, kind, thrown, place(kind));
        };
    }

    private static RunFailure broken(Run run, RunFailure.Kind kind, Throwable thrown, String place) {
        run.coordinator().settings().faults().warn(place, thrown);
        return RunFailure.of(kind, "%s, thrown by the %s".formatted(Failure.describe(thrown), place), thrown);
    }

    @Override
    public LedgerState money() {
        return run.money();
    }

    /** A part of the run failed, and why is described already; or it cannot begin, because there is no money for it. */
    private static final class PartFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient RunFailure failure;

        PartFailedException(RunFailure failure) {
            super(failure.message());
            this.failure = failure;
        }
    }

    /** A review did not let the plan pass. */
    private static final class PlanReviewedException extends RuntimeException {
        PlanReviewedException(String reason) {
            super("the plan was not approved: " + reason);
        }
    }
}
