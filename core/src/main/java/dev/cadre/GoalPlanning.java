// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.LedgerState;
import dev.cadre.json.Json;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanProgress;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.record.PlanNotes;
import dev.cadre.record.PlanRecord;
import dev.cadre.record.RunRecord;
import dev.cadre.run.GraphEstimate;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunInput;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Notation;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The planning of one goal, in the rounds that it takes. For the planner's thread. */
final class GoalPlanning {
    private final Run run;
    private final Goal<?> goal;
    private final Planner planner;
    private final Duration workTime;
    /** Why no model may be asked for anything; null if one may. */
    private final @Nullable RunFailure unfunded;

    /** What the planner spent in this session. */
    private Spend spent = Spend.NONE;
    /** What all rounds took so far, in plan order. */
    private List<PlannedSubtask> taken = List.of();
    /** Numbers the attempts of all rounds; null if nothing is recorded, or nothing was planned yet. */
    private @Nullable AttemptListener recorder;

    GoalPlanning(Run run, Goal<?> goal, Planner planner, Duration workTime, @Nullable RunFailure unfunded) {
        this.unfunded = unfunded;
        this.run = run;
        this.goal = goal;
        this.planner = planner;
        this.workTime = workTime;
    }

    static PlanRequest request(Run run, Goal<?> goal, Duration workTime) {
        return request(run.coordinator(), goal, terms(run, workTime, run.attempts()));
    }

    /** Asks for a first plan. */
    static PlanRequest request(Coordinator coordinator, Goal<?> goal, PlanRequest.Terms terms) {
        return new PlanRequest(
                new PlanRequest.Asked(
                        goal.text(),
                        goal.context(),
                        Notation.of(goal.answerType()),
                        goal.inputs(),
                        goal.attachments(),
                        goal.earlier()),
                coordinator.types(),
                coordinator.rates(),
                PlanProgress.NONE,
                coordinator.settings().limits(),
                terms);
    }

    private static PlanRequest.Terms terms(Run run, Duration workTime, AttemptListener attempts) {
        return new PlanRequest.Terms(
                run.coordinator().settings().pools(),
                run.planningMoney(),
                run.id(),
                run.callDeadline(workTime),
                attempts);
    }

    /** The first plan as the journal has it. */
    static PlanRecord record(RunRecord record, Coordinator coordinator, Goal<?> goal) {
        return record.plan(0, whole(coordinator, goal, node -> {}));
    }

    private static PlanIntake whole(Coordinator coordinator, Goal<?> goal, Consumer<GraphNode> sink) {
        return PlanIntake.whole(coordinator.types(), coordinator.settings().limits(), sink)
                .knowing(goal.inputs());
    }

    /** An intake that hands over each subtask at once. */
    static PlanIntake streamed(Coordinator coordinator, Goal<?> goal, Consumer<GraphNode> sink) {
        return PlanIntake.streamed(coordinator.types(), coordinator.settings().limits(), sink)
                .knowing(goal.inputs());
    }

    // --- planning without running

    /** Plans without running anything. */
    static <R> Plan<R> planOnly(Run run, Goal<R> goal) throws InterruptedException {
        Coordinator coordinator = run.coordinator();
        var planning = new GoalPlanning(run, goal, coordinator.planner(), run.deadline(), null);
        Optional<PlanRecord> record = run.record().map(kept -> record(kept, coordinator, goal));
        PlanIntake intake = planning.intake(mustBeWhole(coordinator), PlanProgress.NONE, node -> {});
        try {
            if (record.flatMap(PlanRecord::ended).isEmpty()) {
                requireMoney(run, goal);
            }
            PlanNotes notes = planning.plan(record, intake, PlanProgress.NONE);
            record.ifPresent(kept -> admit(kept, intake, notes));
        } catch (InterruptedException interrupt) {
            throw interrupt;
        } catch (Throwable e) { // errors too, as in a run
            throw RunFailedException.of(run.describe(RunFailure.Kind.PLANNER_FAILED, e));
        }
        return Plan.of(goal, intake, planning.spend());
    }

    private static void requireMoney(Run run, Goal<?> goal) throws InterruptedException {
        Money least = GoalNeeds.leastPlanning(run, goal, run.coordinator().planner());
        LedgerState money = run.money();
        if (money.isExhaustedBy(least)) {
            throw new PartFailures.PartFailedException(MergeMoney.tooSmall(run, money, "the planner needs", least));
        }
    }

    // --- the rounds of a run

    /** Makes the first plan: posts its subtasks as they are admitted, and returns how it ended. */
    RunInput.PlanEnded first(Consumer<RunInput> inbox) throws InterruptedException {
        Optional<PlanRecord> record = run.record().map(kept -> record(kept, run.coordinator(), goal));
        run.lookUpReplaced();
        return round(record, PlanProgress.NONE, inbox);
    }

    /** Makes another round of it. */
    RunInput.PlanEnded next(RunCommand.StartRound round, Consumer<RunInput> inbox) throws InterruptedException {
        PlanProgress progress = progress(round);
        Optional<PlanRecord> record = run.record().map(kept -> {
            PlanIntake trial = whole(run.coordinator(), goal, node -> {});
            continued(trial, progress);
            PlanRecord planned = kept.plan(round.round(), trial);
            planned.begin();
            return planned;
        });
        return round(record, progress, inbox);
    }

    private RunInput.PlanEnded round(Optional<PlanRecord> record, PlanProgress progress, Consumer<RunInput> inbox)
            throws InterruptedException {
        Coordinator coordinator = run.coordinator();
        Optional<PlanNotes> ended = record.flatMap(PlanRecord::ended);
        var nodes = new ArrayList<GraphNode>();
        boolean isWhole = coordinator.review().isPresent() || (mustBeWhole(coordinator) && ended.isEmpty());
        PlanIntake intake =
                intake(isWhole, progress, isWhole ? nodes::add : node -> inbox.accept(new RunInput.Admitted(node)));
        continued(intake, progress);
        try {
            if (!isWhole) {
                record.ifPresent(kept -> intake.recordTo(kept::admit));
            }
            PlanNotes notes = plan(record, intake, progress);
            if (isWhole) {
                approve(record, intake, nodes, notes, progress);
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
        } finally {
            taken = intake.planned();
        }
    }

    private void continued(PlanIntake intake, PlanProgress progress) {
        if (progress.isRound()) {
            intake.continueFrom(
                    taken,
                    progress.undone().stream().map(PlanProgress.Undone::id).toList());
        }
    }

    private PlanProgress progress(RunCommand.StartRound round) {
        Map<String, PlannedSubtask> planned = new HashMap<>();
        taken.forEach(each -> planned.put(each.id(), each));
        var done = new ArrayList<PlanProgress.Done>();
        for (SubtaskOutcome each : round.outcomes()) {
            if (each.outcome() instanceof Outcome.Succeeded<?>(Object value)) {
                done.add(new PlanProgress.Done(planned(planned, each.id()), written(each.type(), value)));
            }
        }
        List<PlanProgress.Undone> undone = round.undone().stream()
                .map(each -> new PlanProgress.Undone(each.subtaskId(), planned(planned, whole(each)), each.reason()))
                .toList();
        return new PlanProgress(round.round(), done, undone, round.lost(), round.rejected());
    }

    private static String written(SubtaskType<?, ?> type, Object value) {
        if (!(value instanceof Items<?> items)) {
            return json(type.outputType(), value).write();
        }
        List<Json> written = items.values().stream()
                .<Json>map(item -> json(type.outputType(), item))
                .toList();
        return "%d of %d items: %s".formatted(written.size(), items.outcomes().size(), new Json.Arr(written).write());
    }

    private static <O> Json json(JsonType<O> type, Object value) {
        return type.toJson(type.rawType().cast(value));
    }

    private static PlannedSubtask planned(Map<String, PlannedSubtask> planned, String id) {
        return Objects.requireNonNull(planned.get(id), () -> "subtask '%s' was not planned".formatted(id));
    }

    private static String whole(Missing missing) {
        int item = missing.subtaskId().indexOf('#');
        return item < 0 ? missing.subtaskId() : missing.subtaskId().substring(0, item);
    }

    private PlanIntake intake(boolean isWhole, PlanProgress progress, Consumer<GraphNode> sink) {
        Coordinator coordinator = run.coordinator();
        PlanIntake intake = isWhole ? whole(coordinator, goal, sink) : streamed(coordinator, goal, sink);
        if (progress.isRound() || !(planner instanceof GivenPlan)) { // whoever gave the first plan has decided
            intake.tiersBy(coordinator.tierPolicy(), coordinator.rates(), run.guard()::available);
        }
        return intake;
    }

    private static boolean mustBeWhole(Coordinator coordinator) {
        return coordinator.review().isPresent() || coordinator.types().stream().anyMatch(SubtaskType::hasEffects);
    }

    private static void admit(PlanRecord record, PlanIntake intake, PlanNotes notes) {
        intake.added().forEach(record::admit);
        if (!intake.isBrokenOff()) {
            record.end(notes);
        }
    }

    /** Takes what earlier sessions admitted, and asks the planner only for what they did not live to hear. */
    private PlanNotes plan(Optional<PlanRecord> record, PlanIntake intake, PlanProgress progress)
            throws InterruptedException {
        Optional<PlanNotes> ended = record.flatMap(PlanRecord::ended);
        record.ifPresent(kept -> kept.restore(intake));
        if (ended.isEmpty() && unfunded != null) {
            throw new PartFailures.PartFailedException(unfunded);
        }
        if (ended.isEmpty()) {
            PlanRequest request = request(run.coordinator(), goal, terms(run, workTime, counted(attempts(record))))
                    .after(progress);
            Planner asked = progress.isRound() ? run.coordinator().planner() : planner;
            run.call("plan", "the planner", asked, () -> {
                asked.plan(request, intake);
                return intake;
            });
        }
        intake.finish();
        return ended.orElseGet(() -> PlanNotes.of(intake));
    }

    private AttemptListener attempts(Optional<PlanRecord> record) {
        if (recorder == null && record.isPresent()) {
            recorder = record.get().attempts();
        }
        return recorder == null ? run.attempts() : run.attempts(recorder);
    }

    /** The run hears of attempts later, on its own thread. */
    private AttemptListener counted(AttemptListener attempts) {
        return attempt -> {
            switch (attempt) {
                case AttemptEvent.Replied replied -> spent = spent.plus(replied.spend());
                case AttemptEvent.Failed failed -> spent = spent.plus(failed.spend());
                case AttemptEvent.Started started -> {}
                case AttemptEvent.Retrying retrying -> {}
            }
            attempts.on(attempt);
        };
    }

    /** What the plan has cost so far, in all sessions. */
    private Spend spend() {
        return run.planningBefore().plus(spent);
    }

    // --- approval

    /** A review is asked about a plan until it has approved of it, whoever made the plan and whatever is done of it. */
    private void approve(
            Optional<PlanRecord> record,
            PlanIntake intake,
            List<GraphNode> nodes,
            PlanNotes notes,
            PlanProgress progress)
            throws InterruptedException {
        Optional<PlanReview> review = run.coordinator().review();
        List<PlannedSubtask> plan = intake.added();
        if (review.isEmpty()
                || plan.isEmpty()
                || record.filter(kept -> kept.isApproved(plan, nodes)).isPresent()) {
            return;
        }
        CostEstimate estimate = run.asked(
                RunFailure.Kind.MERGE_FAILED,
                () -> GoalEstimate.of(
                        run.coordinator(),
                        goal,
                        GraphEstimate.of(
                                nodes, plan, bytes(progress), run.coordinator().settings()),
                        nodes,
                        spend(),
                        run.limit()));
        switch (verdict(review.get(), new PlanReview.ProposedPlan(goal.text(), plan, nodes, estimate))) {
            case PlanReview.Verdict.Approve approved -> record.ifPresent(kept -> kept.approve(plan, nodes));
            case PlanReview.Verdict.Reject(String reason) -> throw new PartFailures.PlanReviewedException(reason);
            case PlanReview.Verdict.Wait(String what) -> {
                record.ifPresent(kept -> admit(kept, intake, notes));
                throw new AwaitedException(what);
            }
        }
    }

    private static Map<String, Long> bytes(PlanProgress progress) {
        Map<String, Long> bytes = new HashMap<>();
        progress.done()
                .forEach(each ->
                        bytes.put(each.planned().id(), (long) each.output().getBytes(StandardCharsets.UTF_8).length));
        return bytes;
    }

    private PlanReview.Verdict verdict(PlanReview review, PlanReview.ProposedPlan proposed)
            throws InterruptedException {
        try {
            return run.call(
                    "review",
                    "the plan review",
                    review,
                    () -> Objects.requireNonNull(review.review(proposed), "the plan review returned null"));
        } catch (AwaitedException awaited) {
            return new PlanReview.Verdict.Wait(awaited.what());
        } catch (Throwable broken) {
            PartFailures.throwIfCancel(broken);
            throw new PartFailures.PartFailedException(PartFailures.broken(
                    run.coordinator().settings().faults(), RunFailure.Kind.PLANNER_FAILED, broken, "plan review"));
        }
    }
}
