// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.budget.LedgerState;
import dev.cadre.event.RunEvent;
import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Dependency;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Missing;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides what happens next in a run: readiness, tiers, skips, merge, end. Pure: no threads, clock, randomness or I/O;
 * the same inputs give the same commands. Not safe for use by many threads: it has one owner.
 *
 * <p>Public for the simulator and for engines that replay a run; it carries no compatibility promise.
 */
public final class RunMachine {

    /**
     * What kind of run this is.
     *
     * @param answer the id of the subtask that gives the answer, or empty if a merger makes it
     * @param failFast whether the first failure ends the run
     * @param rounds how often the planner may be asked again
     */
    public record Settings(String runId, Optional<String> answer, boolean failFast, int maxItems, int rounds) {
        /** A run whose planner is asked once. */
        public Settings(String runId, Optional<String> answer, boolean failFast, int maxItems) {
            this(runId, answer, failFast, maxItems, 0);
        }
    }

    private enum Phase {
        RUNNING,
        MERGING,
        ENDED
    }

    private final Settings settings;
    private final EarlierOutcomes recall;
    private final long startNanos;
    private final RunningGraph graph = new RunningGraph();
    private final RunConclusion conclusion = new RunConclusion(graph);
    private final Map<RungId, Execution> running = new LinkedHashMap<>();
    /** Those whose earlier outcome somebody looks for. */
    private final Map<RungId, Execution> recalling = new LinkedHashMap<>();

    private final TierChoice tiers;
    private final RoundCount rounds;
    private final List<RunCommand> commands = new ArrayList<>();

    private Phase phase = Phase.RUNNING;
    private boolean planOpen = true;
    private @Nullable StopReason stop;
    /** The last answer that a rule of the goal rejected, and that rule. */
    private @Nullable Merged<?> rejected;

    private String brokenRule = "";
    /** How many subtasks had succeeded when it was made. */
    private long succeededAtMerge;

    private long now;

    /** A machine for a run without earlier sessions. */
    public RunMachine(Settings settings, FirstCallQuotes prices, LedgerState money, long startNanos) {
        this(settings, prices, EarlierOutcomes.NOTHING, money, startNanos);
    }

    /** A machine that performs nothing again that an earlier session finished. */
    public RunMachine(
            Settings settings, FirstCallQuotes prices, EarlierOutcomes recall, LedgerState money, long startNanos) {
        this.settings = settings;
        this.tiers = new TierChoice(prices, money);
        this.recall = recall;
        this.rounds = new RoundCount(settings.rounds());
        this.startNanos = startNanos;
        this.now = startNanos;
    }

    /**
     * Takes one input and answers with what is to be done, in order.
     *
     * @param ledger the run's money at this moment
     */
    public List<RunCommand> on(RunInput input, LedgerState ledger, long nanoTime) {
        if (phase == Phase.ENDED) {
            return List.of();
        }
        tiers.look(ledger);
        now = nanoTime;
        switch (input) {
            case RunInput.Admitted(List<GraphNode> nodes) -> nodes.forEach(this::admit);
            case RunInput.PlanEnded(List<String> defects, List<String> lost) -> {
                conclusion.planNoted(defects);
                if (rounds.hasAdded(graph.size())) {
                    conclusion.planMended();
                }
                conclusion.planLost(lost);
                planEnded(defects);
            }
            case RunInput.PlanNoted(List<String> defects) -> conclusion.planNoted(defects);
            case RunInput.PlanFailed(RunFailure failure, String place) ->
                planFailed(stop == null ? failure : stop.in(place).failure());
            case RunInput.Awaited(String who, String what) -> {
                conclusion.awaits(who, what);
                if (phase == Phase.MERGING) {
                    finish(conclusion.suspended());
                } else {
                    planEnded(List.of()); // what runs goes on to its end
                }
            }
            case RunInput.Recalled(RungId id, Optional<EarlierOutcome> earlier) -> recalled(id, earlier);
            case RunInput.RungEnded(RungId id, RungEnd end) -> rungEnded(id, end);
            case RunInput.RungAbandoned(RungId id, String thread, String place) -> abandoned(id, thread, place);
            case RunInput.MergeEnded(Merged<?> merged, RunInput.Judgement judgement) -> merged(merged, judgement);
            case RunInput.MergeFailed(RunFailure failure) -> mergeFailed(failure);
            case RunInput.Unrecorded(String why) -> stopForGood(StopReason.unrecorded(why));
            case RunInput.Cancelled cancelled -> stopForGood(StopReason.CANCELLED);
            case RunInput.WorkTimeUp timeUp -> {
                rounds.close(); // there is no time for another one, also if this one is being merged
                stop(StopReason.DEADLINE);
            }
        }
        settle();
        List<RunCommand> result = List.copyOf(commands);
        commands.clear();
        return result;
    }

    /** The ending of a run that cannot be driven on: every outcome so far. The machine wants nothing after it. */
    RunEnding breakOff(RunFailure failure) {
        phase = Phase.ENDED;
        return conclusion.failed(failure);
    }

    // --- the growing graph

    private void admit(GraphNode node) {
        Subtask subtask = graph.add(node);
        tiers.admitted(subtask);
        tell(new RunEvent.SubtaskAdmitted(
                settings.runId(),
                at(),
                node.id(),
                node.type().name(),
                node.dependencies().stream().map(Dependency::on).toList()));
        if (stop != null) {
            end(subtask, stop.skippedOutcome());
        } else {
            skipIfUnreachable(subtask);
        }
    }

    private void skipIfUnreachable(Subtask subtask) {
        graph.unreachable(subtask).ifPresent(skip -> end(subtask, new Outcome.Skipped<>(skip)));
    }

    private void planEnded(List<String> defects) {
        planOpen = false;
        graph.queue.lookAgain();
        tell(new RunEvent.PlanEnded(settings.runId(), at(), graph.size(), defects));
        for (Subtask subtask : graph.all()) {
            List<String> unknown = graph.unknownTo(subtask);
            if (!unknown.isEmpty() && !subtask.isEnded()) {
                end(subtask, Outcome.skipped(Skip.Kind.PLAN, "depends on %s, which the plan lacks".formatted(unknown)));
            }
        }
    }

    private void planFailed(RunFailure failure) {
        if (graph.size() == 0) {
            finish(conclusion.failed(failure));
        } else {
            conclusion.planBrokeOff(failure);
            planEnded(List.of(failure.toString()));
        }
    }

    // --- rungs

    private void rungEnded(RungId id, RungEnd end) {
        Execution execution = running.remove(id);
        if (execution == null) {
            return; // an abandoned rung that came back late
        }
        tiers.ended(execution);
        graph.queue.lookAgain();
        tell(new RunEvent.RungEnded(settings.runId(), at(), id.label(), execution.tier, failure(end)));
        switch (end) {
            case RungEnd.Accepted accepted -> ended(execution, new Outcome.Succeeded<>(accepted.value()));
            case RungEnd.Rejected rejected -> escalate(execution, rejected);
            case RungEnd.Failed failed -> failed(execution, failed);
            case RungEnd.Unaffordable unaffordable -> startBelow(execution, unaffordable.needed());
            case RungEnd.Refused refused -> refused(execution, refused);
            case RungEnd.Cancelled(boolean begun, String place) ->
                ended(execution, begun || execution.rejected != null ? stopped(place) : neverBegun(place));
        }
    }

    private void failed(Execution execution, RungEnd.Failed failed) {
        conclusion.rungFailed(failed.cause().orElse(null));
        ended(execution, new Outcome.Failed<>(failed.failure()));
    }

    private void refused(Execution execution, RungEnd.Refused refused) {
        if (execution.rejected != null) {
            conclusion.rungFailed(refused.because());
            ended(execution, new Outcome.Failed<>(execution.rejected));
        } else {
            conclusion.rungRefused(refused.because());
            ended(execution, new Outcome.Skipped<>(refused.skip()));
        }
    }

    private @Nullable Failure failure(RungEnd end) {
        return switch (end) {
            case RungEnd.Accepted accepted -> null;
            case RungEnd.Rejected rejected -> rejected.failure();
            case RungEnd.Failed failed -> failed.failure();
            case RungEnd.Unaffordable(Money needed) ->
                new Failure(Failure.Kind.BUDGET, "its first call needs up to " + needed);
            case RungEnd.Refused refused -> refused.failure();
            case RungEnd.Cancelled(boolean begun, String place) -> interrupted(place);
        };
    }

    private Outcome<Object> stopped(String place) {
        return new Outcome.Failed<>(interrupted(place));
    }

    private Failure interrupted(String place) {
        return stop == null
                ? new Failure(Failure.Kind.CANCELLED, "it was interrupted")
                : stop.in(place).ofExecution();
    }

    /** Of an execution of which nothing was sent on any tier. */
    private Outcome<Object> neverBegun(String place) {
        return stop == null
                ? Outcome.skipped(Skip.Kind.CANCELLED, "it was interrupted")
                : stop.in(place).skippedOutcome();
    }

    private void abandoned(RungId id, String thread, String place) {
        Execution execution = running.containsKey(id) ? running.remove(id) : takeRecalling(id);
        if (execution != null) {
            tiers.ended(execution);
            graph.queue.lookAgain();
            tell(new RunEvent.WorkAbandoned(settings.runId(), at(), id.label(), thread));
            ended(execution, stopped(place));
        }
    }

    private void escalate(Execution execution, RungEnd.Rejected rejected) {
        Optional<Tier> next = tiers.above(execution);
        if (next.isEmpty() || stop != null) {
            ended(execution, new Outcome.Failed<>(rejected.failure()));
            return;
        }
        execution.rejected = rejected.failure();
        execution.tier = next.get();
        execution.rung++;
        start(execution, rejected.evidence());
    }

    /** The money did not reach for the first call of a rung. */
    private void startBelow(Execution execution, Money needed) {
        Optional<Tier> lower = tiers.below(execution);
        if (execution.rejected != null) {
            ended(execution, new Outcome.Failed<>(execution.rejected)); // it was tried: its answer was not good enough
        } else if (stop != null) {
            ended(execution, neverBegun(""));
        } else if (lower.isEmpty()) {
            ended(execution, tiers.unaffordable(needed));
        } else {
            lowered(tiers.lowerCeiling(execution, execution.tier, needed, lower.get()));
            execution.tier = lower.get();
            execution.rung++;
            start(execution, "");
        }
    }

    private void start(Execution execution, String evidence) {
        RungId id = execution.id();
        running.put(id, execution);
        tiers.started(execution);
        tell(new RunEvent.RungStarted(settings.runId(), at(), id.label(), execution.tier));
        commands.add(new RunCommand.StartRung(
                id, execution.subtask.node.type(), execution.input, execution.tier, evidence, execution.order()));
    }

    // --- starting what is ready

    private void startSubtask(Subtask subtask) {
        SubtaskInputs inputs = SubtaskInputs.of(subtask.node, graph::find, settings.maxItems());
        switch (inputs) {
            case SubtaskInputs.Bad(Failure failure) -> end(subtask, new Outcome.Failed<>(failure));
            case SubtaskInputs.Made(List<SubtaskInputs.Seed> seeds) -> {
                seeds.forEach(seed -> subtask.executions.add(new Execution(subtask, seed.item(), seed.input())));
                subtask.openExecutions = seeds.size();
                if (recall.callsUserCode(subtask.node.type())) {
                    subtask.openRecalls = seeds.size();
                    tiers.recalling(subtask);
                    subtask.executions.forEach(this::startRecall);
                } else {
                    tiers.needsNoMore(subtask);
                    List.copyOf(subtask.executions).forEach(this::startFirst);
                }
                if (seeds.isEmpty()) {
                    end(subtask, subtask.concluded());
                }
            }
        }
    }

    private void startRecall(Execution execution) {
        RungId id = execution.id();
        recalling.put(id, execution);
        commands.add(new RunCommand.StartRecall(id, execution.subtask.node.type(), execution.input));
    }

    /** Until then a required subtask keeps its part of the money. */
    private @Nullable Execution takeRecalling(RungId id) {
        Execution execution = recalling.remove(id);
        if (execution != null && --execution.subtask.openRecalls == 0) {
            tiers.needsNoMore(execution.subtask);
        }
        return execution;
    }

    private void recalled(RungId id, Optional<EarlierOutcome> earlier) {
        Execution execution = takeRecalling(id);
        if (execution == null) {
            return; // it was left behind
        }
        graph.queue.lookAgain();
        if (earlier.isEmpty() && stop != null) {
            ended(execution, neverBegun(""));
        } else {
            startFirst(execution, earlier);
        }
    }

    private void startFirst(Execution execution) {
        startFirst(execution, recall(execution.id(), execution.subtask.node.type(), execution.input));
    }

    /** The outcome of an earlier session. Safe for use by many threads, as far as what was given to the machine is. */
    Optional<EarlierOutcome> recall(RungId id, SubtaskType<?, ?> type, Object input) {
        return recall.outcome(id.subtaskId(), id.item(), type, input);
    }

    private void startFirst(Execution execution, Optional<EarlierOutcome> earlier) {
        if (earlier.isPresent()) {
            if (earlier.get().origin() instanceof Origin.Cached(Duration age, Money saved)) {
                tell(new RunEvent.CacheHit(
                        settings.runId(), at(), execution.id().label(), age, saved));
            }
            ended(execution, earlier.get().outcome());
            return;
        }
        if (!execution.subtask.node.type().isPaid()) {
            start(execution, "");
            return;
        }
        startOrWait(execution);
    }

    private void startOrWait(Execution execution) {
        tiers.first(execution)
                .ifPresentOrElse(tier -> startOn(tier, execution), () -> ended(execution, tiers.refusal(execution)));
    }

    /** What is in flight is booked at its worst case: an optional execution can wait until less is known to be needed. */
    private void startOn(Tier tier, Execution execution) {
        switch (tiers.start(execution, tier, isAnyInFlight())) {
            case NOW -> {
                lowered(tiers.lowerCeiling(execution, tier));
                execution.tier = tier;
                start(execution, "");
            }
            case LATER ->
                tiers.needOnWanted(execution, tier)
                        .ifPresentOrElse(need -> graph.queue.add(execution, need), () -> graph.queue.add(execution));
            case NEVER -> ended(execution, tiers.unaffordable(tiers.worstCase(execution, tier)));
        }
    }

    /** Whether less may be booked later: a rung or the planner may have money in flight, or work need none. */
    private boolean isAnyInFlight() {
        return planOpen || !running.isEmpty() || !recalling.isEmpty();
    }

    /** Lets the next one look that has waited, unless all would only wait on. */
    private void lookAgain() {
        Optional<ExecutionQueue.Needs> needs = graph.queue.lookingNeed();
        if (needs.isPresent() && tiers.allWait(needs.get(), isAnyInFlight())) {
            graph.queue.stopLooking();
        } else {
            graph.queue.take().ifPresent(this::startOrWait);
        }
    }

    private void lowered(boolean ceilingFell) {
        if (ceilingFell) {
            graph.queue.forgetNeeds();
            tell(new RunEvent.CeilingLowered(settings.runId(), at(), tiers.ceiling()));
        }
    }

    // --- ends

    private void ended(Execution execution, Outcome<Object> outcome) {
        execution.outcome = outcome;
        Subtask subtask = execution.subtask;
        subtask.openExecutions--;
        if (subtask.openExecutions == 0) {
            end(subtask, subtask.concluded());
        }
    }

    private void end(Subtask subtask, Outcome<?> outcome) {
        if (subtask.outcome != null) {
            return;
        }
        graph.end(subtask, outcome);
        tiers.needsNoMore(subtask);
        tell(new RunEvent.SubtaskEnded(settings.runId(), at(), subtask.id(), outcome));
        if (settings.failFast() && outcome instanceof Outcome.Failed<?> && !subtask.node.optional()) {
            stop(StopReason.failFast(subtask.id()));
        }
    }

    /** All that is skipped is skipped before anybody is judged by the money that is left: it needs none any more. */
    private void release() {
        while (graph.isAnyUnheard()) {
            for (Subtask released : graph.takeReleased()) {
                skipIfUnreachable(released);
                graph.makeReady(released);
            }
        }
    }

    /** Lets every consequence of what has ended happen: skips, starts, merge, finish. */
    private void settle() {
        while (phase == Phase.RUNNING && graph.isUnsettled()) {
            release();
            Optional<Subtask> next = graph.takeReady();
            if (stop == null) {
                next.ifPresentOrElse(this::startSubtask, this::lookAgain);
            }
        }
        if (phase == Phase.RUNNING && !planOpen && running.isEmpty() && graph.isAllEnded()) {
            conclude();
        }
    }

    private void stop(StopReason reason) {
        if (stop != null || phase != Phase.RUNNING) {
            return;
        }
        stop = reason;
        commands.add(new RunCommand.StopWork(
                planOpen,
                Stream.concat(running.keySet().stream(), recalling.keySet().stream())
                        .toList()));
        for (Subtask subtask : graph.all()) {
            if (!subtask.isEnded() && !subtask.isStarted()) {
                end(subtask, reason.skippedOutcome());
            }
        }
        graph.queue.drop().forEach(execution -> ended(execution, reason.skippedOutcome()));
    }

    /** Weighs more than a deadline, after which there could be an answer yet. */
    private void stopForGood(StopReason reason) {
        if (stop != null && !stop.isFinal()) {
            stop = reason;
        } else {
            stop(reason);
        }
    }

    // --- the answer

    private void conclude() {
        List<SubtaskOutcome> outcomes = conclusion.outcomes();
        long succeeded =
                outcomes.stream().filter(each -> each.outcome().isSucceeded()).count();
        if (stop != null && stop.isFinal()) {
            finish(conclusion.failed(stop.failure()));
        } else if (conclusion.isAnyAwaited()) {
            finish(conclusion.suspended());
        } else if (settings.answer().isPresent()) {
            concludeWith(settings.answer().get());
        } else if (conclusion.isAnyReplaceable() && planAgain(brokenRule)) {
            return;
        } else if (rejected != null && succeeded == succeededAtMerge) {
            finish(rejectedAnswer()); // the same answer again would cost as much again
        } else if (succeeded == 0) {
            finish(conclusion.nothingSucceeded(stop));
        } else {
            phase = Phase.MERGING;
            succeededAtMerge = succeeded;
            tell(new RunEvent.MergeStarted(settings.runId(), at(), (int) succeeded, outcomes.size()));
            commands.add(new RunCommand.StartMerge(outcomes));
        }
    }

    private void merged(Merged<?> merged, RunInput.Judgement judgement) {
        switch (judgement) {
            case RunInput.Judgement.Accepted accepted -> finish(conclusion.answered(merged));
            case RunInput.Judgement.Unjudged(String why) -> finish(conclusion.doubted(merged, why));
            case RunInput.Judgement.Rejected(String rule) -> {
                rejected = merged;
                brokenRule = rule;
                if (!planAgain(rule)) {
                    finish(rejectedAnswer());
                }
            }
        }
    }

    /** An answer that was rejected is better than none. */
    private void mergeFailed(RunFailure failure) {
        if (rejected == null) {
            finish(conclusion.failed(failure));
        } else {
            conclusion.doubt("merger", failure.toString());
            finish(rejectedAnswer());
        }
    }

    private RunEnding rejectedAnswer() {
        return conclusion.doubted(
                Objects.requireNonNull(rejected), "it does not pass the rule '%s'".formatted(brokenRule));
    }

    /** Asks the planner for another round, unless there is no use in it. */
    private boolean planAgain(String rejected) {
        if (stop != null || !rounds.begin(graph.size(), conclusion.succeeded())) {
            return false;
        }
        phase = Phase.RUNNING;
        planOpen = true;
        List<Missing> undone = conclusion.replaceable();
        tell(new RunEvent.PlanningAgain(
                settings.runId(),
                at(),
                rounds.current(),
                undone.stream().map(Missing::subtaskId).toList(),
                rejected));
        commands.add(new RunCommand.StartRound(
                rounds.current(), conclusion.outcomes(), undone, conclusion.lost(), rejected));
        return true;
    }

    private void concludeWith(String answer) {
        Outcome<?> outcome = graph.find(answer).map(subtask -> subtask.outcome).orElse(null);
        finish(
                outcome instanceof Outcome.Succeeded<?>(Object value)
                        ? conclusion.answered(Merged.of(value))
                        : conclusion.unanswered(answer, outcome, stop));
    }

    private void finish(RunEnding ending) {
        phase = Phase.ENDED;
        commands.add(new RunCommand.Finish(ending));
    }

    private void tell(RunEvent event) {
        commands.add(new RunCommand.Tell(event));
    }

    private Duration at() {
        return Duration.ofNanos(now - startNanos);
    }
}
