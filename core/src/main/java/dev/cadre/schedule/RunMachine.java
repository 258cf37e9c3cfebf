// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.budget.LedgerState;
import dev.cadre.event.RunEvent;
import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.task.Dependency;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Limits;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
     * @param onRecord the rounds that earlier sessions added to the plan, which are gone through whatever the outcomes are
     *     now: for each the rule of the goal that had rejected the answer, or an empty text
     * @param toolOutputBytes the most of one result of a tool
     */
    public record Settings(
            String runId,
            Optional<String> answer,
            boolean failFast,
            int maxItems,
            int rounds,
            List<String> onRecord,
            int toolOutputBytes) {
        public Settings {
            onRecord = List.copyOf(onRecord);
        }

        /** A run without rounds on record, whose tools have the usual limits. */
        public Settings(String runId, Optional<String> answer, boolean failFast, int maxItems, int rounds) {
            this(
                    runId,
                    answer,
                    failFast,
                    maxItems,
                    rounds,
                    List.of(),
                    Limits.DEFAULT.tools().outputBytes());
        }

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
    private final Decisions decisions;
    private final RunningGraph graph;
    private final RunConclusion conclusion;
    private final TierChoice tiers;
    private final Rungs rungs;
    private final Alternatives alternatives;
    private final RoundCount rounds;

    private Phase phase = Phase.RUNNING;
    /** The last answer that a rule of the goal rejected, and that rule. */
    private @Nullable Merged<?> rejected;

    private String brokenRule = "";
    /** How many subtasks had succeeded when it was made. */
    private long succeededAtMerge;

    /** A machine for a run without earlier sessions. */
    public RunMachine(Settings settings, FirstCallQuotes prices, LedgerState money, long startNanos) {
        this(settings, prices, EarlierOutcomes.NOTHING, money, startNanos);
    }

    /** A machine that performs nothing again that an earlier session finished. */
    public RunMachine(
            Settings settings, FirstCallQuotes prices, EarlierOutcomes recall, LedgerState money, long startNanos) {
        this.settings = settings;
        this.graph = new RunningGraph(recall);
        this.conclusion = new RunConclusion(graph);
        this.tiers = new TierChoice(prices, money);
        this.rounds = new RoundCount(settings.rounds(), settings.onRecord().size());
        this.decisions = new Decisions(settings.runId(), startNanos);
        this.alternatives = new Alternatives(graph, settings.answer(), this::drop);
        this.rungs = new Rungs(decisions, tiers, recall, graph, conclusion, alternatives, this::conclude);
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
        decisions.at(nanoTime);
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
                planFailed(decisions.inPlaceOf(failure, place));
            case RunInput.Awaited(String who, String what) -> {
                conclusion.awaits(who, what);
                if (phase == Phase.MERGING) {
                    finish(conclusion.suspended());
                } else {
                    planEnded(List.of()); // what runs goes on to its end
                }
            }
            case RunInput.Recalled(RungId id, Optional<EarlierOutcome> earlier) -> rungs.recalled(id, earlier);
            case RunInput.RungEnded(RungId id, RungEnd end) -> rungs.ended(id, end);
            case RunInput.RungAbandoned(RungId id, String thread, String place) -> rungs.abandoned(id, thread, place);
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
        return decisions.take();
    }

    /**
     * Whether the run lacks something as long as this subtask has not ended: it is required, or something required depends on
     * it. For engines that hold back the end of a rung which waits for somebody.
     */
    public boolean isNeeded(String subtaskId) {
        return graph.isNeeded(subtaskId);
    }

    /** The ending of a run that cannot be driven on: every outcome so far. The machine wants nothing after it. */
    RunEnding breakOff(RunFailure failure) {
        phase = Phase.ENDED;
        return conclusion.failed(failure);
    }

    // --- the growing graph

    private void admit(GraphNode node) {
        Subtask subtask = graph.add(node);
        conclusion.replaced(node);
        tiers.admitted(subtask);
        decisions.tell(new RunEvent.SubtaskAdmitted(
                decisions.runId(),
                decisions.at(),
                node.id(),
                node.type().name(),
                node.dependencies().stream().map(Dependency::on).toList(),
                node.replaces()));
        if (decisions.isStopped()) {
            end(subtask, decisions.neverBegun(""));
        } else {
            skipIfUnreachable(subtask);
        }
    }

    private void skipIfUnreachable(Subtask subtask) {
        graph.unreachable(subtask).ifPresent(skip -> end(subtask, new Outcome.Skipped<>(skip)));
    }

    private void planEnded(List<String> defects) {
        decisions.planOpen(false);
        graph.queue.lookAgain();
        decisions.tell(new RunEvent.PlanEnded(decisions.runId(), decisions.at(), graph.size(), defects));
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

    private void startSubtask(Subtask subtask) {
        Optional<Outcome<Object>> needless = graph.needless(subtask);
        if (needless.isPresent()) {
            subtask.endedEarlier = true;
            end(subtask, needless.get());
            return;
        }
        switch (SubtaskStart.of(
                subtask.node, id -> graph.seen(subtask, id), settings.maxItems(), settings.toolOutputBytes())) {
            case SubtaskStart.Work work -> rungs.begin(subtask, work);
            case SubtaskStart.Joined(Object output, String doubt) -> {
                subtask.doubt = doubt;
                joined(subtask, alternatives.took(subtask), alternatives.without(subtask));
                end(subtask, new Outcome.Succeeded<>(output));
            }
            case SubtaskStart.NotNeeded(Skip skip) -> end(subtask, new Outcome.Skipped<>(skip));
            case SubtaskStart.Bad(Failure failure) -> end(subtask, graph.unmade(subtask, failure));
        }
    }

    private void joined(Subtask subtask, List<String> took, List<String> without) {
        decisions.tell(new RunEvent.Joined(decisions.runId(), decisions.at(), subtask.id(), took, without));
    }

    /** What only the user's code tells. Safe for use by many threads, as far as what was given to the machine is. */
    Optional<EarlierOutcome> recall(RungId id, SubtaskType<?, ?> type, Object input) {
        return rungs.recall(id, type, input);
    }

    // --- ends

    /** All its executions have ended. */
    private void conclude(Subtask subtask) {
        Outcome<?> outcome = subtask.concluded();
        if (subtask.stopsThere() && outcome instanceof Outcome.Succeeded<?>(Items<?> items)) {
            joined(subtask, subtask.labels(items, Outcome::isSucceeded), subtask.labels(items, Outcome::isNotNeeded));
        }
        end(subtask, outcome);
    }

    private void end(Subtask subtask, Outcome<?> outcome) {
        if (subtask.outcome != null) {
            return;
        }
        if (graph.hasLostWinners(subtask, outcome)) {
            joined(subtask, List.of(), List.of());
        }
        graph.end(subtask, outcome);
        tiers.needsNoMore(subtask);
        decisions.tell(new RunEvent.SubtaskEnded(decisions.runId(), decisions.at(), subtask.id(), outcome));
        alternatives.heard(subtask);
        if (settings.failFast() && isFatal(subtask, outcome)) {
            stop(StopReason.failFast(subtask.id()));
        }
    }

    /** Of those that others may do instead of, only that none does. */
    private boolean isFatal(Subtask subtask, Outcome<?> outcome) {
        boolean isFailure = outcome instanceof Outcome.Failed<?>
                || (RunningGraph.isChoice(subtask)
                        && outcome instanceof Outcome.Skipped<?>(Skip skip)
                        && skip.kind() == Skip.Kind.DEPENDENCY);
        return isFailure
                && !subtask.endedEarlier
                && !subtask.node.optional()
                && !graph.isOpen(subtask)
                && !alternatives.isAlternative(subtask);
    }

    private void drop(Subtask subtask, Skip why) {
        if (subtask.isStarted()) {
            rungs.drop(subtask, why);
        } else {
            end(subtask, new Outcome.Skipped<>(why));
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
        while (phase == Phase.RUNNING && isUnsettled()) {
            release();
            Optional<Subtask> next = graph.takeReady();
            if (next.isPresent()) {
                startSubtask(next.get());
            } else if (!decisions.isStopped()) {
                goOn();
            }
        }
        if (phase == Phase.RUNNING && !decisions.isPlanOpen() && !rungs.isAnyRunning() && graph.isAllEnded()) {
            conclude();
        }
    }

    private boolean isUnsettled() {
        boolean isAnyToGoOn = alternatives.isAnyToDecide() || rungs.isAnyFresh();
        return graph.isUnsettled() || (isAnyToGoOn && !decisions.isStopped());
    }

    /** All that was ready is looked at, so that nothing starts that is not needed. */
    private void goOn() {
        if (alternatives.isAnyToDecide()) {
            alternatives.decide();
        } else if (rungs.isAnyFresh()) {
            rungs.startNext();
        } else {
            rungs.lookAgain();
        }
    }

    private void stop(StopReason reason) {
        if (decisions.isStopped() || phase != Phase.RUNNING) {
            return;
        }
        decisions.stop(reason);
        decisions.add(new RunCommand.StopWork(decisions.isPlanOpen(), rungs.underWay()));
        for (Subtask subtask : graph.all()) {
            if (!subtask.isEnded() && !subtask.isStarted() && !isDecided(subtask)) {
                end(subtask, reason.skippedOutcome());
            }
        }
        rungs.stop(reason);
    }

    /** Whether it is a join that has what it needs, and only waits for the others to end. */
    private boolean isDecided(Subtask subtask) {
        return RunningGraph.isChoice(subtask) && graph.hasEnough(subtask);
    }

    /** Weighs more than a deadline, after which there could be an answer yet. Whoever stops a merge interrupts it by itself. */
    private void stopForGood(StopReason reason) {
        if (phase == Phase.MERGING) {
            finish(conclusion.failed(reason.failure()));
            return;
        }
        StopReason stop = decisions.reason();
        if (stop != null && !stop.isFinal()) {
            decisions.stop(reason);
        } else {
            stop(reason);
        }
    }

    // --- the answer

    private void conclude() {
        List<SubtaskOutcome> outcomes = conclusion.outcomes();
        long succeeded =
                outcomes.stream().filter(each -> each.outcome().isSucceeded()).count();
        StopReason stop = decisions.reason();
        if (stop != null && stop.isFinal()) {
            finish(conclusion.failed(stop.failure()));
        } else if (conclusion.isAnyAwaited()) {
            finish(conclusion.suspended());
        } else if (settings.answer().isPresent()) {
            concludeWith(settings.answer().get());
        } else if (goThroughNextRound() || (conclusion.isAnyReplaceable() && planAgain(brokenRule))) {
            return;
        } else if (rejected != null && succeeded == succeededAtMerge) {
            finish(rejectedAnswer()); // the same answer again would cost as much again
        } else if (succeeded == 0) {
            finish(conclusion.nothingSucceeded(stop));
        } else {
            phase = Phase.MERGING;
            succeededAtMerge = succeeded;
            decisions.tell(
                    new RunEvent.MergeStarted(decisions.runId(), decisions.at(), (int) succeeded, outcomes.size()));
            decisions.add(new RunCommand.StartMerge(outcomes));
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

    /** What an earlier session added belongs to the plan: no answer is made, and none is judged, without it. */
    private boolean goThroughNextRound() {
        if (!rounds.isNextOnRecord()) {
            return false;
        }
        String rule = settings.onRecord().get(rounds.current());
        brokenRule = rule.isEmpty() ? brokenRule : rule;
        if (planAgain(brokenRule)) {
            return true;
        }
        conclusion.doubt("planner", "there was no time for what it had added in further rounds");
        return false;
    }

    /** Asks the planner for another round, unless there is no use in it. */
    private boolean planAgain(String rejected) {
        if (decisions.isStopped() || !rounds.begin(graph.size(), conclusion.succeeded())) {
            return false;
        }
        phase = Phase.RUNNING;
        decisions.planOpen(true);
        List<Missing> undone = conclusion.undone();
        conclusion.plannedAgain(rounds.current(), rejected);
        decisions.tell(new RunEvent.PlanningAgain(
                decisions.runId(),
                decisions.at(),
                rounds.current(),
                undone.stream().map(Missing::subtaskId).toList(),
                rejected));
        decisions.add(new RunCommand.StartRound(
                rounds.current(),
                conclusion.outcomes(),
                undone,
                conclusion.lost(),
                rejected,
                conclusion.isAnyReplaceable() || !rejected.isEmpty()));
        return true;
    }

    private void concludeWith(String answer) {
        Outcome<?> outcome = graph.find(answer).map(subtask -> subtask.outcome).orElse(null);
        finish(
                outcome instanceof Outcome.Succeeded<?>(Object value)
                        ? conclusion.answered(Merged.of(value))
                        : conclusion.unanswered(answer, outcome, decisions.reason()));
    }

    private void finish(RunEnding ending) {
        phase = Phase.ENDED;
        decisions.add(new RunCommand.Finish(ending));
    }
}
