// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.event.RunEvent;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The executions of a run, from the look for an earlier outcome over the rungs on each tier to their end. */
final class Rungs {
    /** Of an item beside one that an earlier session left something of, which may be enough. */
    private static final Skip MAY_BE_NEEDLESS =
            new Skip(Skip.Kind.NOT_NEEDED, "what cannot be made out in this session may have been enough", List.of());

    private final Decisions decisions;
    private final TierChoice tiers;
    private final EarlierOutcomes recall;
    private final RunningGraph graph;
    private final RunConclusion conclusion;
    private final Alternatives alternatives;
    private final Consumer<Subtask> whole;

    private final Map<RungId, Execution> running = new LinkedHashMap<>();
    /** Those whose earlier outcome somebody looks for. */
    private final Map<RungId, Execution> recalling = new LinkedHashMap<>();
    /** Those that no earlier session ended: required ones first, each in plan order. */
    private final PriorityQueue<Execution> fresh =
            new PriorityQueue<>(Comparator.comparing((Execution each) -> each.subtask.node.optional())
                    .thenComparingLong(Execution::order));
    /** Those of them that wait until nothing is looked for. */
    private final List<Execution> held = new ArrayList<>();

    /**
     * Executions of a graph.
     *
     * @param whole is told of each subtask whose last execution has ended
     */
    Rungs(
            Decisions decisions,
            TierChoice tiers,
            EarlierOutcomes recall,
            RunningGraph graph,
            RunConclusion conclusion,
            Alternatives alternatives,
            Consumer<Subtask> whole) {
        this.decisions = decisions;
        this.tiers = tiers;
        this.recall = recall;
        this.graph = graph;
        this.conclusion = conclusion;
        this.alternatives = alternatives;
        this.whole = whole;
    }

    boolean isAnyRunning() {
        return !running.isEmpty();
    }

    /** Whether a rung may have money in flight, or work need none. */
    boolean isAnyUnderWay() {
        return !running.isEmpty() || !recalling.isEmpty();
    }

    /** Whatever has a thread, in the order in which it started, then what is recalled. */
    List<RungId> underWay() {
        return Stream.concat(running.keySet().stream(), recalling.keySet().stream())
                .toList();
    }

    // --- the beginning

    /** Makes the executions of a subtask, and looks for what earlier sessions made of them. */
    void begin(Subtask subtask, SubtaskStart.Work work) {
        work.seeds()
                .forEach(
                        seed -> subtask.executions.add(new Execution(subtask, seed.item(), seed.input(), seed.type())));
        subtask.groupSizes = work.groupSizes();
        subtask.openExecutions = subtask.executions.size();
        if (!subtask.items().isEmpty()) {
            recall.begins(subtask.node, subtask.executions.size());
        }
        List.copyOf(subtask.executions).forEach(this::look);
        if (subtask.openRecalls > 0) {
            subtask.mayBeOnRecord = recall.mayBeOnRecord(subtask.node.type());
            tiers.recalling(subtask);
        }
        if (subtask.executions.isEmpty()) {
            whole.accept(subtask);
        }
    }

    private void look(Execution execution) {
        RungId id = execution.id();
        Optional<EarlierOutcome> earlier = recall.atOnce(id.subtaskId(), id.item(), execution.type, execution.input);
        if (earlier.isEmpty() && recall.callsUserCode(execution.type)) {
            startRecall(execution);
        } else {
            look(execution, earlier);
        }
    }

    private void look(Execution execution, Optional<EarlierOutcome> earlier) {
        earlier.ifPresentOrElse(known -> ended(execution, known), () -> fresh.add(execution));
    }

    private void ended(Execution execution, EarlierOutcome known) {
        if (known.origin() instanceof Origin.Cached(Duration age, Money saved)) {
            decisions.tell(new RunEvent.CacheHit(
                    decisions.runId(), decisions.at(), execution.id().label(), age, saved));
        }
        execution.wasTaken = known.wasTaken();
        execution.isUnmade = Execution.awaited(known.outcome()).isPresent();
        ended(execution, known.outcome());
    }

    private void startRecall(Execution execution) {
        RungId id = execution.id();
        recalling.put(id, execution);
        execution.subtask.openRecalls++;
        decisions.add(new RunCommand.StartRecall(id, execution.type, execution.input));
    }

    /** Until then a required subtask keeps its part of the money. */
    private @Nullable Execution takeRecalling(RungId id) {
        Execution execution = recalling.remove(id);
        if (execution != null && --execution.subtask.openRecalls == 0) {
            tiers.needsNoMore(execution.subtask);
        }
        fresh.addAll(held);
        held.clear();
        return execution;
    }

    void recalled(RungId id, Optional<EarlierOutcome> earlier) {
        Execution execution = takeRecalling(id);
        if (execution == null) {
            return; // it was left behind
        }
        graph.queue.lookAgain();
        if (isWanted(execution) || (earlier.isPresent() && execution.subtask.dropped == null)) {
            look(execution, earlier);
        } else { // what is found after the decision is not needed, as what is returned after it
            ended(execution, neverBegun(execution, ""));
        }
    }

    /** What only the user's code tells. Safe for use by many threads, as far as what was given to the machine is. */
    Optional<EarlierOutcome> recall(RungId id, SubtaskType<?, ?> type, Object input) {
        return recall.outcome(id.subtaskId(), id.item(), type, input);
    }

    /** Whether something can start of which no earlier session has an outcome. */
    boolean isAnyFresh() {
        return !fresh.isEmpty();
    }

    /** Starts the next one, unless what is still looked for may show that nobody needs it. */
    void startNext() {
        Execution next = fresh.remove();
        if (alternatives.mayBeGivenUp(next.subtask)) {
            held.add(next);
            return;
        }
        tiers.needsNoMore(next.subtask);
        if (next.subtask.stopsThere() && next.subtask.isUnmade()) {
            ended(next, new Outcome.Skipped<>(MAY_BE_NEEDLESS));
        } else if (next.subtask.node.type().isPaid()) {
            startOrWait(next);
        } else {
            start(next, "");
        }
    }

    // --- giving up

    /** Interrupts what there is of a subtask; it ends when all of that has ended. */
    void drop(Subtask subtask, Skip why) {
        subtask.dropped = why;
        List<RungId> gone = underWay(subtask);
        if (!gone.isEmpty()) {
            decisions.add(new RunCommand.DropWork(gone));
        }
        List<Execution> unbegun = new ArrayList<>(graph.queue.drop(subtask));
        fresh.removeIf(each -> each.subtask == subtask && unbegun.add(each));
        held.removeIf(each -> each.subtask == subtask && unbegun.add(each));
        unbegun.forEach(each -> ended(each, new Outcome.Skipped<>(why)));
    }

    private List<RungId> underWay(Subtask subtask) {
        return Stream.of(running, recalling)
                .flatMap(all -> all.entrySet().stream())
                .filter(each -> each.getValue().subtask == subtask)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Gives up all that has not begun. */
    void stop(StopReason reason) {
        List<Execution> unbegun = new ArrayList<>(graph.queue.drop());
        unbegun.addAll(fresh);
        unbegun.addAll(held);
        fresh.clear();
        held.clear();
        unbegun.forEach(each -> ended(each, reason.skippedOutcome()));
    }

    private boolean isWanted(Execution execution) {
        return !decisions.isStopped() && execution.subtask.dropped == null;
    }

    private Outcome<Object> neverBegun(Execution execution, String place) {
        Skip dropped = execution.subtask.dropped;
        return dropped == null ? decisions.neverBegun(place) : new Outcome.Skipped<>(dropped);
    }

    private Outcome<Object> interrupted(Execution execution, String place) {
        Skip dropped = execution.subtask.dropped;
        return dropped == null ? decisions.stopped(place) : new Outcome.Skipped<>(dropped);
    }

    // --- tiers and money

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
        return decisions.isPlanOpen() || isAnyUnderWay();
    }

    /** Lets the next one look that has waited, unless all would only wait on. */
    void lookAgain() {
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
            decisions.tell(new RunEvent.CeilingLowered(decisions.runId(), decisions.at(), tiers.ceiling()));
        }
    }

    private void start(Execution execution, String evidence) {
        RungId id = execution.id();
        running.put(id, execution);
        tiers.started(execution);
        decisions.tell(new RunEvent.RungStarted(decisions.runId(), decisions.at(), id.label(), execution.tier));
        decisions.add(new RunCommand.StartRung(
                id, execution.type, execution.input, execution.tier, evidence, execution.order()));
    }

    // --- the end

    void ended(RungId id, RungEnd end) {
        Execution execution = running.remove(id);
        if (execution == null) {
            return; // an abandoned rung that came back late
        }
        tiers.ended(execution);
        graph.queue.lookAgain();
        decisions.tell(
                new RunEvent.RungEnded(decisions.runId(), decisions.at(), id.label(), execution.tier, failure(end)));
        switch (end) {
            case RungEnd.Accepted accepted -> ended(execution, accepted(execution, accepted.value()));
            case RungEnd.Rejected rejected -> escalate(execution, rejected);
            case RungEnd.Failed failed -> failed(execution, failed);
            case RungEnd.Unaffordable unaffordable -> startBelow(execution, unaffordable.needed());
            case RungEnd.Refused refused -> refused(execution, refused);
            case RungEnd.Cancelled(boolean begun, String place) ->
                ended(
                        execution,
                        begun || execution.rejected != null
                                ? interrupted(execution, place)
                                : neverBegun(execution, place));
        }
    }

    /** What came after the decision is not needed: code may return what it has when it is interrupted. */
    private static Outcome<Object> accepted(Execution execution, Object value) {
        Skip dropped = execution.subtask.dropped;
        return dropped == null ? new Outcome.Succeeded<>(value) : new Outcome.Skipped<>(dropped);
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
            case RungEnd.Cancelled(boolean begun, String place) -> decisions.interrupted(place);
        };
    }

    void abandoned(RungId id, String thread, String place) {
        Execution execution = running.containsKey(id) ? running.remove(id) : takeRecalling(id);
        if (execution != null) {
            tiers.ended(execution);
            graph.queue.lookAgain();
            decisions.tell(new RunEvent.WorkAbandoned(decisions.runId(), decisions.at(), id.label(), thread));
            ended(execution, interrupted(execution, place));
        }
    }

    private void escalate(Execution execution, RungEnd.Rejected rejected) {
        Optional<Tier> next = tiers.above(execution);
        if (next.isEmpty() || !isWanted(execution)) {
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
        } else if (!isWanted(execution)) {
            ended(execution, neverBegun(execution, ""));
        } else if (lower.isEmpty()) {
            ended(execution, tiers.unaffordable(needed));
        } else {
            lowered(tiers.lowerCeiling(execution, execution.tier, needed, lower.get()));
            execution.tier = lower.get();
            execution.rung++;
            start(execution, "");
        }
    }

    /** Ends an execution that has no thread. */
    void ended(Execution execution, Outcome<Object> outcome) {
        execution.outcome = outcome;
        alternatives.heard(execution.subtask);
        if (--execution.subtask.openExecutions == 0) {
            whole.accept(execution.subtask);
        }
    }
}
