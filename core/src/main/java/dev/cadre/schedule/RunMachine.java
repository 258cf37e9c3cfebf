// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.budget.LedgerState;
import dev.cadre.event.RunEvent;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Dependency;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
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
     * @param answer the id of the subtask that brings the answer, or empty if a merger makes it
     * @param failFast whether the first failure ends the run
     */
    public record Settings(String runId, Optional<String> answer, boolean failFast, int maxItems) {}

    private enum Phase {
        RUNNING,
        MERGING,
        ENDED
    }

    private final Settings settings;
    private final Affordability prices;
    private final long startNanos;
    private final Map<String, Subtask> subtasks = new LinkedHashMap<>();
    private final Map<String, List<Subtask>> dependents = new HashMap<>(); // only ever looked up, never iterated
    private final Map<RungId, Execution> running = new LinkedHashMap<>();
    private final PriorityQueue<Subtask> ready = new PriorityQueue<>(Comparator.comparingInt(each -> each.position));
    private final Deque<Subtask> ended = new ArrayDeque<>();
    private final List<RunCommand> commands = new ArrayList<>();

    private Phase phase = Phase.RUNNING;
    private boolean planOpen = true;
    private int unended;
    private Tier ceiling = Tier.FLAGSHIP;
    private @Nullable Stop stop;
    /** What ended the planner after it had brought something; null if it came to its end. */
    private @Nullable RunFailure planTrouble;
    /** The first failure that concerned every call of a key or model; null if there was none. */
    private @Nullable ModelException outage;

    private LedgerState money;
    private long now;

    public RunMachine(Settings settings, Affordability prices, LedgerState money, long startNanos) {
        this.settings = settings;
        this.prices = prices;
        this.money = money;
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
        money = ledger;
        now = nanoTime;
        switch (input) {
            case RunInput.Admitted(GraphNode node) -> admit(node);
            case RunInput.Voided(String id, String defect) -> voided(id, defect);
            case RunInput.PlanEnded(List<String> defects) -> planEnded(defects);
            case RunInput.PlanFailed(RunFailure failure) -> planFailed(failure);
            case RunInput.RungEnded(RungId id, RungEnd end) -> rungEnded(id, end);
            case RunInput.RungAbandoned(RungId id, String thread) -> abandoned(id, thread);
            case RunInput.MergeEnded(Object answer) -> finishWith(answer);
            case RunInput.MergeFailed(RunFailure failure) -> finish(RunEnding.Status.FAILED, null, failure);
            case RunInput.Cancelled cancelled -> stop(Stop.CANCELLED);
            case RunInput.WorkTimeUp timeUp -> stop(Stop.DEADLINE);
        }
        settle();
        List<RunCommand> result = List.copyOf(commands);
        commands.clear();
        return result;
    }

    // --- the growing graph

    private void admit(GraphNode node) {
        var subtask = new Subtask(node, subtasks.size());
        if (subtasks.putIfAbsent(node.id(), subtask) != null) {
            throw new IllegalArgumentException("subtask '%s' was admitted already".formatted(node.id()));
        }
        unended++;
        subtask.awaited.removeIf(this::hasEnded);
        subtask.awaited.forEach(
                id -> dependents.computeIfAbsent(id, unknown -> new ArrayList<>()).add(subtask));
        if (subtask.isReady()) {
            ready.add(subtask);
        }
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

    private boolean hasEnded(String id) {
        Subtask subtask = subtasks.get(id);
        return subtask != null && subtask.isEnded();
    }

    private void voided(String id, String defect) {
        Subtask subtask = subtasks.get(id);
        if (subtask != null && !subtask.isEnded() && !subtask.isStarted()) {
            end(subtask, Outcome.skipped(Skip.Kind.PLAN, defect));
        }
    }

    private void planEnded(List<String> defects) {
        planOpen = false;
        tell(new RunEvent.PlanEnded(settings.runId(), at(), subtasks.size(), defects));
        for (Subtask subtask : subtasks.values()) {
            List<String> unknown = subtask.node.dependencies().stream()
                    .map(Dependency::on)
                    .filter(id -> !subtasks.containsKey(id))
                    .toList();
            if (!unknown.isEmpty() && !subtask.isEnded()) {
                end(subtask, Outcome.skipped(Skip.Kind.PLAN, "depends on %s, which the plan lacks".formatted(unknown)));
            }
        }
    }

    private void planFailed(RunFailure failure) {
        if (subtasks.isEmpty()) {
            finish(RunEnding.Status.FAILED, null, stop == null ? failure : stop.failure());
        } else {
            planTrouble = stop == null ? failure : stop.failure();
            planEnded(List.of(planTrouble.toString()));
        }
    }

    // --- rungs

    private void rungEnded(RungId id, RungEnd end) {
        Execution execution = running.remove(id);
        if (execution == null) {
            return; // an abandoned rung that came back late
        }
        tell(new RunEvent.RungEnded(settings.runId(), at(), id.label(), execution.tier, describe(end)));
        switch (end) {
            case RungEnd.Accepted accepted -> ended(execution, new Outcome.Succeeded<>(accepted.value()));
            case RungEnd.Rejected rejected -> escalate(execution, rejected);
            case RungEnd.Failed failed -> failed(execution, failed);
            case RungEnd.Unaffordable unaffordable -> startBelow(execution, unaffordable.needed());
            case RungEnd.Cancelled cancelled -> ended(execution, stopped());
        }
    }

    private void failed(Execution execution, RungEnd.Failed failed) {
        if (outage == null) {
            outage = failed.cause()
                    .filter(cause -> cause.reach() == ModelException.Reach.RUN)
                    .orElse(null);
        }
        ended(execution, new Outcome.Failed<>(failed.failure()));
    }

    private static String describe(RungEnd end) {
        return switch (end) {
            case RungEnd.Accepted accepted -> "accepted";
            case RungEnd.Rejected rejected -> rejected.failure().toString();
            case RungEnd.Failed failed -> failed.failure().toString();
            case RungEnd.Unaffordable unaffordable -> "unaffordable: " + unaffordable.needed();
            case RungEnd.Cancelled cancelled -> "cancelled";
        };
    }

    private Outcome<Object> stopped() {
        return stop == null
                ? Outcome.failed(Failure.Kind.CANCELLED, "its code was interrupted, though the run was not")
                : stop.failedOutcome();
    }

    private void abandoned(RungId id, String thread) {
        Execution execution = running.remove(id);
        if (execution != null) {
            tell(new RunEvent.WorkAbandoned(settings.runId(), at(), id.label(), thread));
            ended(execution, stopped());
        }
    }

    private void escalate(Execution execution, RungEnd.Rejected rejected) {
        Optional<Tier> next = execution.tier
                .above()
                .filter(tier -> !tier.isAbove(execution.subtask.node.type().tiers().top()))
                .filter(tier -> !tier.isAbove(ceiling));
        if (next.isEmpty() || stop != null || !isAffordable(execution, next.get())) {
            ended(execution, new Outcome.Failed<>(rejected.failure()));
            return;
        }
        execution.rejected = rejected.failure();
        execution.tier = next.get();
        execution.rung++;
        start(execution, rejected.evidence());
    }

    /** The money did not reach for the first call of a rung: every later rung keeps below this tier. */
    private void startBelow(Execution execution, Money needed) {
        Optional<Tier> lower =
                affordableTier(execution, execution.tier.below().map(tier -> tier.atMost(ceiling)));
        if (execution.rejected != null) {
            ended(execution, new Outcome.Failed<>(execution.rejected)); // it was tried: its answer was not good enough
        } else if (stop != null) {
            ended(execution, stopped());
        } else if (lower.isEmpty()) {
            ended(execution, unaffordable(needed));
        } else {
            lowerCeiling(lower.get());
            execution.tier = lower.get();
            execution.rung++;
            start(execution, "");
        }
    }

    private void start(Execution execution, String evidence) {
        RungId id = execution.id();
        running.put(id, execution);
        tell(new RunEvent.RungStarted(settings.runId(), at(), id.label(), execution.tier));
        commands.add(new RunCommand.StartRung(
                id,
                execution.subtask.node.type(),
                execution.input,
                execution.tier,
                !evidence.isEmpty(),
                evidence,
                execution.order()));
    }

    // --- starting what is ready

    private void startReady() {
        for (Subtask subtask = ready.poll(); subtask != null; subtask = ready.poll()) {
            if (subtask.isReady() && stop == null) {
                startSubtask(subtask);
            }
        }
    }

    private void startSubtask(Subtask subtask) {
        Inputs inputs = Inputs.of(subtask.node, id -> Optional.ofNullable(subtasks.get(id)), settings.maxItems());
        switch (inputs) {
            case Inputs.Bad(Failure failure) -> end(subtask, new Outcome.Failed<>(failure));
            case Inputs.Made(List<Inputs.Seed> seeds) -> {
                seeds.forEach(seed -> subtask.executions.add(new Execution(subtask, seed.item(), seed.input())));
                subtask.openExecutions = seeds.size();
                List.copyOf(subtask.executions).forEach(this::startFirst);
                if (seeds.isEmpty()) {
                    end(subtask, subtask.concluded());
                }
            }
        }
    }

    private void startFirst(Execution execution) {
        if (!execution.subtask.node.type().isModelWork()) {
            start(execution, "");
            return;
        }
        Tier wanted = execution.tier.atMost(ceiling);
        Tier floor = execution.subtask.node.type().tiers().floor();
        if (floor.isAbove(wanted)) {
            ended(execution, belowFloor(floor));
            return;
        }
        Optional<Tier> tier = affordableTier(execution, Optional.of(wanted));
        if (tier.isEmpty() || isNeededElsewhere(execution, tier.get())) {
            ended(execution, unaffordable(worstCase(execution, wanted)));
            return;
        }
        if (wanted.isAbove(tier.get())) {
            lowerCeiling(tier.get());
        }
        execution.tier = tier.get();
        start(execution, "");
    }

    private Optional<Tier> affordableTier(Execution execution, Optional<Tier> from) {
        Tier floor = execution.subtask.node.type().tiers().floor();
        for (Optional<Tier> tier = from; tier.isPresent() && !floor.isAbove(tier.get()); tier = tier.get().below()) {
            if (isAffordable(execution, tier.get())) {
                return tier;
            }
        }
        return Optional.empty();
    }

    private boolean isAffordable(Execution execution, Tier tier) {
        return !money.isExhaustedBy(worstCase(execution, tier));
    }

    private Money worstCase(Execution execution, Tier tier) {
        return prices.worstCase(execution.subtask.node.type(), execution.input, tier);
    }

    /** Optional subtasks are the first to go: the rest of the required ones must still be affordable after one. */
    private boolean isNeededElsewhere(Execution execution, Tier tier) {
        if (!execution.subtask.node.optional()) {
            return false;
        }
        Money needed = worstCase(execution, tier);
        for (Subtask subtask : subtasks.values()) {
            if (!subtask.isEnded() && !subtask.isStarted() && !subtask.node.optional()) {
                var type = subtask.node.type();
                needed = needed.plus(prices.worstCase(type, null, type.tiers().floor()));
            }
        }
        return needed.isMoreThan(money.free());
    }

    private Outcome<Object> unaffordable(Money needed) {
        return Outcome.skipped(
                Skip.Kind.BUDGET,
                "the first call needs up to %s, free are %s of %s"
                        .formatted(needed, money.free(), money.limit()));
    }

    private Outcome<Object> belowFloor(Tier floor) {
        return Outcome.skipped(
                Skip.Kind.BUDGET,
                "money is short: nothing starts above tier %s any more, and it may not go below %s"
                        .formatted(ceiling, floor));
    }

    private void lowerCeiling(Tier tier) {
        if (ceiling.isAbove(tier)) {
            ceiling = tier;
            tell(new RunEvent.CeilingLowered(settings.runId(), at(), tier));
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
        subtask.outcome = outcome;
        unended--;
        ended.add(subtask);
        tell(new RunEvent.SubtaskEnded(settings.runId(), at(), subtask.id(), outcome));
        if (settings.failFast() && outcome instanceof Outcome.Failed<?> && !subtask.node.optional()) {
            stop(Stop.failFast(subtask.id()));
        }
    }

    /** Lets every consequence of what has ended happen: skips, starts, merge, finish. */
    private void settle() {
        while (phase == Phase.RUNNING && !(ended.isEmpty() && ready.isEmpty())) {
            for (Subtask done = ended.poll(); done != null; done = ended.poll()) {
                release(done.id());
            }
            startReady();
        }
        if (phase == Phase.RUNNING && !planOpen && running.isEmpty() && unended == 0) {
            conclude();
        }
    }

    private void release(String endedId) {
        for (Subtask subtask : dependents.getOrDefault(endedId, List.of())) {
            subtask.awaited.remove(endedId);
            skipIfUnreachable(subtask);
            if (subtask.isReady()) {
                ready.add(subtask);
            }
        }
    }

    /** Waits for all of its dependencies, so that who is at fault does not depend on who failed first. */
    private void skipIfUnreachable(Subtask subtask) {
        if (subtask.isEnded() || !subtask.awaited.isEmpty()) {
            return;
        }
        var culprits = new LinkedHashSet<String>();
        for (Dependency dependency : subtask.node.dependencies()) {
            Subtask on = subtasks.get(dependency.on());
            if (!dependency.soft() && on != null && on.outcome != null && !on.outcome.isSucceeded()) {
                culprits.addAll(culprits(on, on.outcome));
            }
        }
        if (!culprits.isEmpty()) {
            List<String> because = List.copyOf(culprits);
            end(subtask, new Outcome.Skipped<>(
                    new Skip(Skip.Kind.DEPENDENCY, "%s did not succeed".formatted(because), because)));
        }
    }

    private static List<String> culprits(Subtask on, Outcome<?> outcome) {
        return outcome instanceof Outcome.Skipped<?>(Skip skip) && !skip.because().isEmpty()
                ? skip.because()
                : List.of(on.id());
    }

    private void stop(Stop reason) {
        if (stop != null || phase != Phase.RUNNING) {
            return;
        }
        stop = reason;
        if (planOpen) {
            commands.add(new RunCommand.StopPlanner());
        }
        running.keySet().forEach(id -> commands.add(new RunCommand.StopRung(id)));
        for (Subtask subtask : List.copyOf(subtasks.values())) {
            if (!subtask.isEnded() && !subtask.isStarted()) {
                end(subtask, reason.skippedOutcome());
            }
        }
    }

    // --- the answer

    private void conclude() {
        List<SubtaskOutcome> outcomes = outcomes();
        long succeeded = outcomes.stream().filter(each -> each.outcome().isSucceeded()).count();
        if (stop != null && stop.isFinal()) {
            finish(RunEnding.Status.FAILED, null, stop.failure());
        } else if (settings.answer().isPresent()) {
            concludeWith(settings.answer().get());
        } else if (succeeded == 0) {
            finish(RunEnding.Status.FAILED, null, nothing(outcomes));
        } else {
            phase = Phase.MERGING;
            tell(new RunEvent.MergeStarted(settings.runId(), at(), (int) succeeded, outcomes.size()));
            commands.add(new RunCommand.StartMerge(outcomes));
        }
    }

    private void concludeWith(String answer) {
        Subtask subtask = subtasks.get(answer);
        Outcome<?> outcome = subtask == null ? null : subtask.outcome;
        if (outcome instanceof Outcome.Succeeded<?>(Object value)) {
            finishWith(value);
        } else {
            RunFailure failure = stop != null
                    ? stop.failure()
                    : RunFailure.of(
                                    RunFailure.Kind.ANSWER_MISSING,
                                    "subtask '%s', which brings the answer, %s".formatted(answer, reason(outcome)))
                            .causedBy(outage);
            finish(RunEnding.Status.FAILED, null, failure);
        }
    }

    private RunFailure nothing(List<SubtaskOutcome> outcomes) {
        if (stop != null) {
            return stop.failure();
        }
        return RunFailure.of(
                        RunFailure.Kind.NOTHING_SUCCEEDED,
                        "0 of %d subtasks succeeded".formatted(outcomes.size()),
                        outcomes.stream()
                                .map(each -> each.id() + " " + each.outcome().reason())
                                .toList())
                .causedBy(outage);
    }

    private void finishWith(@Nullable Object answer) {
        boolean whole = missing().isEmpty();
        finish(whole ? RunEnding.Status.COMPLETE : RunEnding.Status.PARTIAL, answer, null);
    }

    private void finish(RunEnding.Status status, @Nullable Object answer, @Nullable RunFailure failure) {
        phase = Phase.ENDED;
        var outcomes = new LinkedHashMap<String, Outcome<?>>();
        subtasks.forEach((id, subtask) -> outcomes.put(
                id, subtask.outcome == null ? Outcome.skipped(Skip.Kind.CANCELLED, "the run ended") : subtask.outcome));
        commands.add(new RunCommand.Finish(new RunEnding(status, answer, failure, outcomes, missing())));
    }

    private List<RunEnding.Missing> missing() {
        List<RunEnding.Missing> missing = Missings.of(subtasks.values());
        if (planTrouble != null) {
            missing.add(new RunEnding.Missing("planner", planTrouble.toString()));
        }
        return missing;
    }

    private List<SubtaskOutcome> outcomes() {
        return subtasks.values().stream()
                .map(each -> new SubtaskOutcome(each.id(), each.node.type(), requireOutcome(each)))
                .toList();
    }

    private static Outcome<?> requireOutcome(Subtask subtask) {
        if (subtask.outcome == null) {
            throw new IllegalStateException("subtask '%s' has not ended".formatted(subtask.id()));
        }
        return subtask.outcome;
    }

    private static String reason(@Nullable Outcome<?> outcome) {
        return outcome == null ? "has not ended" : outcome.reason();
    }

    private void tell(RunEvent event) {
        commands.add(new RunCommand.Tell(event));
    }

    private Duration at() {
        return Duration.ofNanos(now - startNanos);
    }
}
