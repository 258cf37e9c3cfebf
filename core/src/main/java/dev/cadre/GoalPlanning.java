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
import dev.cadre.plan.TierPolicy;
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
import dev.cadre.schedule.RunDriver;
import dev.cadre.schedule.RunInput;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Marked;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The planning of one goal, in the rounds that it takes. For the planner's thread. */
final class GoalPlanning {
    private final Coordinator coordinator;
    private final GoalMeans run;
    private final Goal<?> goal;
    private final Planner planner;
    private final Duration workTime;
    /** Why no model may be asked for anything; null if one may. */
    private final @Nullable RunFailure unfunded;

    /**
     * What is to be planned at one time.
     *
     * @param isNeeded false if nothing is wanted but what is on record of this round
     */
    private record Round(PlanProgress progress, boolean isNeeded) {
        static final Round FIRST = new Round(PlanProgress.NONE, true);
    }

    /**
     * A plan, or what a round added to it.
     *
     * @param isWhole whether its planner has said all
     */
    private record Planned(PlanNotes notes, boolean isWhole) {}

    /** What the planner spent in this session. */
    private Spend spent = Spend.NONE;
    /** What all rounds took so far, in plan order. */
    private List<PlannedSubtask> taken = List.of();
    /** Numbers the attempts of all rounds; null if nothing is recorded, or nothing was planned yet. */
    private @Nullable AttemptListener recorder;

    GoalPlanning(
            Coordinator coordinator,
            GoalMeans run,
            Goal<?> goal,
            Planner planner,
            Duration workTime,
            @Nullable RunFailure unfunded) {
        this.coordinator = coordinator;
        this.unfunded = unfunded;
        this.run = run;
        this.goal = goal;
        this.planner = planner;
        this.workTime = workTime;
    }

    static PlanRequest request(Coordinator coordinator, GoalMeans run, Goal<?> goal, Duration workTime) {
        return request(coordinator, goal, terms(run, workTime, run.attempts()));
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

    private static PlanRequest.Terms terms(GoalMeans run, Duration workTime, AttemptListener attempts) {
        return new PlanRequest.Terms(
                run.settings().pools(), run.planningMoney(), run.id(), run.callDeadline(workTime), attempts);
    }

    /** The first plan as the journal has it. */
    static PlanRecord record(RunRecord record, Coordinator coordinator, Goal<?> goal) {
        return record.plan(0, whole(coordinator, goal, node -> {}));
    }

    private static PlanIntake whole(Coordinator coordinator, Goal<?> goal, Consumer<GraphNode> sink) {
        return PlanIntake.whole(coordinator.types(), coordinator.settings().limits(), sink)
                .masking(coordinator.settings()::masked)
                .knowing(goal.inputs());
    }

    /** An intake that hands over each subtask at once. */
    static PlanIntake streamed(Coordinator coordinator, Goal<?> goal, Consumer<GraphNode> sink) {
        return PlanIntake.streamed(coordinator.types(), coordinator.settings().limits(), sink)
                .masking(coordinator.settings()::masked)
                .knowing(goal.inputs());
    }

    // --- planning without running

    /** Plans without running anything. */
    static <R> Plan<R> planOnly(Run run, Goal<R> goal) throws InterruptedException {
        Coordinator coordinator = run.coordinator();
        var planning = new GoalPlanning(coordinator, run, goal, coordinator.planner(), run.deadline(), null);
        Optional<PlanRecord> record = run.record().map(kept -> record(kept, coordinator, goal));
        PlanIntake intake = planning.intake(mustBeWhole(coordinator), PlanProgress.NONE, node -> {});
        try {
            if (record.flatMap(PlanRecord::ended).isEmpty()) {
                requireMoney(run, goal);
            }
            Planned planned = planning.plan(record, intake, Round.FIRST);
            record.ifPresent(kept -> admit(kept, intake, planned));
        } catch (InterruptedException interrupt) {
            throw interrupt;
        } catch (AwaitedException awaited) {
            throw RunFailedException.of(RunFailure.of(
                    RunFailure.Kind.SUSPENDED, "the run waits for %s (planner)".formatted(awaited.what())));
        } catch (Throwable e) { // errors too, as in a run
            throw RunFailedException.of(run.describe(RunFailure.Kind.PLANNER_FAILED, e));
        }
        return Plan.of(goal, intake, planning.spend());
    }

    private static void requireMoney(Run run, Goal<?> goal) throws InterruptedException {
        Money least = GoalNeeds.leastPlanning(
                run.coordinator(), run, goal, run.coordinator().planner());
        LedgerState money = run.money();
        if (money.isExhaustedBy(least)) {
            throw new PartFailures.PartFailedException(
                    GoalNeeds.tooSmall(run.limit(), money, run.guard().state().spent(), "the planner needs", least));
        }
    }

    // --- the rounds of a run

    /** Makes the first plan: posts its subtasks as they are admitted, and returns how it ended. */
    RunInput.PlanEnded first(Consumer<RunInput> inbox) throws InterruptedException {
        Optional<PlanRecord> record = run.record().map(kept -> record(kept, coordinator, goal));
        run.lookUpReplaced();
        return round(record, Round.FIRST, inbox);
    }

    /** Makes another round of it. */
    RunInput.PlanEnded next(RunCommand.StartRound round, Consumer<RunInput> inbox) throws InterruptedException {
        PlanProgress progress = progress(taken, round);
        Optional<PlanRecord> record = run.record().map(kept -> {
            PlanIntake trial = whole(coordinator, goal, node -> {});
            continued(trial, taken, progress);
            PlanRecord planned = kept.plan(round.round(), trial);
            planned.begin(round.rejected());
            return planned;
        });
        return round(record, new Round(progress, round.isNeeded()), inbox);
    }

    /**
     * Makes a round, or the first plan, of a plan that is not on record.
     *
     * @param before what the rounds before it took, in their order
     */
    RunInput.PlanEnded after(
            List<PlannedSubtask> before, PlanProgress progress, boolean isNeeded, Consumer<RunInput> inbox)
            throws InterruptedException {
        taken = before;
        return round(Optional.empty(), new Round(progress, isNeeded), inbox);
    }

    private RunInput.PlanEnded round(Optional<PlanRecord> record, Round round, Consumer<RunInput> inbox)
            throws InterruptedException {
        PlanProgress progress = round.progress();
        Optional<PlanNotes> ended = ended(record);
        var nodes = new ArrayList<GraphNode>();
        boolean isWhole = coordinator.review().isPresent()
                || run.proposal().isPresent()
                || (mustBeWhole(coordinator) && ended.isEmpty());
        PlanIntake intake =
                intake(isWhole, progress, isWhole ? nodes::add : node -> inbox.accept(new RunInput.Admitted(node)));
        continued(intake, taken, progress);
        try {
            if (!isWhole) {
                intake.recordTo(planned -> admit(record, planned));
            }
            Planned planned = plan(record, intake, round);
            if (isWhole) {
                approve(record, intake, nodes, planned, progress);
                record.ifPresent(kept -> admit(kept, intake, planned));
                intake.added().forEach(run::admitted);
                inbox.accept(new RunInput.Admitted(nodes));
            } else {
                record.filter(kept -> planned.isWhole()).ifPresent(kept -> kept.end(planned.notes()));
            }
            return new RunInput.PlanEnded(
                    planned.notes().defects(), planned.notes().lost());
        } catch (Throwable failed) {
            inbox.accept(new RunInput.PlanNoted(
                    ended.orElseGet(() -> PlanNotes.of(intake)).defects()));
            throw failed;
        } finally {
            taken = intake.planned();
        }
    }

    /** Begins a further round in an intake, given what the rounds before it took. */
    static void continued(PlanIntake intake, List<PlannedSubtask> taken, PlanProgress progress) {
        if (progress.isRound()) {
            intake.continueFrom(taken, notDone(taken, progress));
        }
    }

    /** Whatever did not succeed, what has somebody in its place too: nothing may refer to it. */
    private static Set<String> notDone(List<PlannedSubtask> taken, PlanProgress progress) {
        Set<String> notDone = new LinkedHashSet<>();
        taken.forEach(each -> notDone.add(each.id()));
        progress.done().forEach(each -> notDone.remove(each.planned().id()));
        progress.undone().forEach(each -> notDone.add(each.id()));
        return notDone;
    }

    /** What has become of the plan, given what all rounds so far took. */
    static PlanProgress progress(List<PlannedSubtask> taken, RunCommand.StartRound round) {
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
        return Marked.described(type, type.rawType().cast(value));
    }

    private static PlannedSubtask planned(Map<String, PlannedSubtask> planned, String id) {
        return Objects.requireNonNull(planned.get(id), () -> "subtask '%s' was not planned".formatted(id));
    }

    private static String whole(Missing missing) {
        int item = missing.subtaskId().indexOf('#');
        return item < 0 ? missing.subtaskId() : missing.subtaskId().substring(0, item);
    }

    private PlanIntake intake(boolean isWhole, PlanProgress progress, Consumer<GraphNode> sink) {
        PlanIntake intake = isWhole ? whole(coordinator, goal, sink) : streamed(coordinator, goal, sink);
        if (progress.isRound() || !(planner instanceof GivenPlan)) { // whoever gave the first plan has decided
            intake.tiersBy(policy(), coordinator.rates(), run.guard()::available);
        }
        return intake;
    }

    /** What a policy throws is no word of the planner's, which may say that it waits. */
    private TierPolicy policy() {
        TierPolicy policy = coordinator.tierPolicy();
        if (policy.equals(TierPolicy.PLANNER)) {
            return policy;
        }
        return proposal -> {
            try {
                return policy.choose(proposal);
            } catch (Throwable broken) {
                if (broken instanceof InterruptedException && RunDriver.isInterrupted()) {
                    throw broken;
                }
                throw new PartFailures.PartFailedException(PartFailures.broken(
                        run.settings().faults(), RunFailure.Kind.PLANNER_FAILED, broken, "tier policy"));
            }
        };
    }

    private static boolean mustBeWhole(Coordinator coordinator) {
        return coordinator.review().isPresent() || coordinator.types().stream().anyMatch(SubtaskType::hasEffects);
    }

    private void admit(Optional<PlanRecord> record, PlannedSubtask planned) {
        record.ifPresent(kept -> kept.admit(planned));
        run.admitted(planned);
    }

    private static void admit(PlanRecord record, PlanIntake intake, Planned planned) {
        intake.added().forEach(record::admit);
        if (planned.isWhole()) {
            record.end(planned.notes());
        }
    }

    /** Takes what earlier sessions admitted, and asks the planner only for what they did not live to hear. */
    private Planned plan(Optional<PlanRecord> record, PlanIntake intake, Round round) throws InterruptedException {
        Optional<PlanNotes> ended = ended(record);
        record.ifPresent(kept -> kept.restore(intake));
        run.proposal().ifPresent(proposed -> proposed.subtasks().forEach(intake::restore));
        boolean isAsked =
                ended.isEmpty() && (round.isNeeded() || !intake.outstanding().isEmpty());
        if (isAsked && unfunded != null) {
            throw new PartFailures.PartFailedException(unfunded);
        }
        if (isAsked) {
            PlanRequest request = request(coordinator, goal, terms(run, workTime, counted(attempts(record))))
                    .after(round.progress());
            Planner asked = round.progress().isRound() ? coordinator.planner() : planner;
            run.call("plan", "the planner", asked, () -> {
                asked.plan(request, intake);
                return intake;
            });
        }
        intake.finish();
        return new Planned(
                ended.orElseGet(() -> PlanNotes.of(intake)), ended.isPresent() || (isAsked && !intake.isBrokenOff()));
    }

    private Optional<PlanNotes> ended(Optional<PlanRecord> record) {
        return record.flatMap(PlanRecord::ended)
                .or(() -> run.proposal().map(proposed -> new PlanNotes(proposed.defects(), proposed.lost())));
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
            Planned planned,
            PlanProgress progress)
            throws InterruptedException {
        Optional<PlanReview.Verdict> decided = run.proposal().flatMap(PlanProposal::verdict);
        if (decided.isPresent()) { // whether or not there is a review here
            obey(decided.get(), record, intake, nodes, planned);
            return;
        }
        Optional<PlanReview> review = coordinator.review();
        List<PlannedSubtask> plan = intake.added();
        if (review.isEmpty()
                || plan.isEmpty()
                || record.filter(kept -> kept.isApproved(plan, nodes)).isPresent()) {
            return;
        }
        CostEstimate estimate = run.asked(
                RunFailure.Kind.MERGE_FAILED,
                () -> GoalEstimate.of(
                        coordinator,
                        goal,
                        GraphEstimate.of(nodes, plan, bytes(progress), run.settings()),
                        nodes,
                        spend(),
                        run.limit()));
        PlanReview.Verdict verdict =
                verdict(review.get(), new PlanReview.ProposedPlan(goal.text(), plan, nodes, estimate));
        obey(verdict, record, intake, nodes, planned);
    }

    private void obey(
            PlanReview.Verdict verdict,
            Optional<PlanRecord> record,
            PlanIntake intake,
            List<GraphNode> nodes,
            Planned planned) {
        List<PlannedSubtask> plan = intake.added();
        switch (verdict) {
            case PlanReview.Verdict.Approve approved -> record.ifPresent(kept -> kept.approve(plan, nodes));
            case PlanReview.Verdict.Reject(String reason) -> {
                record.ifPresent(PlanRecord::reject);
                throw new PartFailures.PlanReviewedException(reason);
            }
            case PlanReview.Verdict.Wait(String what) -> {
                record.ifPresent(kept -> admit(kept, intake, planned));
                PlanNotes notes = planned.notes();
                run.proposed(new PlanProposal(plan, notes.defects(), notes.lost(), Optional.empty()));
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
                    run.settings().faults(), RunFailure.Kind.PLANNER_FAILED, broken, "plan review"));
        }
    }
}
