// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.model.ModelException;
import dev.cadre.redact.Redactor;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.RunStatus;
import dev.cadre.task.Skip;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a run comes to: how every subtask ended, what its answer lacks, why it has none. */
final class RunConclusion {
    private static final int MAX_NAMED = 3;

    private final RunningGraph graph;
    private final List<Missing> planLosses = new ArrayList<>();
    private final List<String> planNotes = new ArrayList<>();
    private final List<Missing> doubts = new ArrayList<>();
    /** What planner and merger wait for. */
    private final List<Missing> awaited = new ArrayList<>();
    /** What ended the planner after it had brought something; null if it came to its end. */
    private @Nullable RunFailure planTrouble;
    /** The first failure that stopped or paused a pool; null if there was none. */
    private @Nullable ModelException outage;

    RunConclusion(RunningGraph graph) {
        this.graph = graph;
    }

    // --- what it learns while the run goes on

    /** These parts of the plan never came to be subtasks. */
    void planLost(List<String> lost) {
        lost.forEach(each -> planLosses.add(new Missing("planner", each)));
    }

    /** These defects were found in the plan, whatever became of it. */
    void planNoted(List<String> defects) {
        planNotes.addAll(defects);
    }

    /** The planner is asked again. */
    void plannedAgain(int round, String rejected) {
        var because = new ArrayList<String>();
        if (!rejected.isEmpty()) {
            because.add("the answer does not pass the rule '%s'".formatted(rejected));
        }
        undone().forEach(each ->
                because.add("'%s' %s".formatted(each.subtaskId(), Redactor.SHAPES.quote(each.reason()))));
        lost().forEach(each -> because.add("the plan lacks %s".formatted(Redactor.SHAPES.quote(each))));
        String why = because.isEmpty()
                ? "as in an earlier session" // what went wrong there succeeds now
                : because.stream().limit(MAX_NAMED).collect(Collectors.joining("; ", "because ", ""));
        int more = because.size() - MAX_NAMED;
        planNotes.add(
                "planned again, round %d, %s%s".formatted(round, why, more > 0 ? "; and %d more".formatted(more) : ""));
    }

    /** A subtask stands in the place of others, or of items. */
    void replaced(GraphNode by) {
        if (!by.replaces().isEmpty()) {
            planNotes.add("'%s' stands in the place of '%s'".formatted(by.id(), String.join("', '", by.replaces())));
        }
    }

    /** A further round was told what the plan lacks, and has added to it. */
    void planMended() {
        planLosses.clear();
        planTrouble = null;
    }

    /** What the plan lacks beside what did not succeed, one line each. */
    List<String> lost() {
        var lost = new ArrayList<>(planLosses.stream().map(Missing::reason).toList());
        if (planTrouble != null) {
            lost.add(planTrouble.toString());
        }
        return lost;
    }

    void planBrokeOff(RunFailure trouble) {
        planTrouble = trouble;
    }

    /** What a rung failed of that was tried: of consequence for others if it reaches the whole run. */
    void rungFailed(@Nullable ModelException because) {
        if (because != null && because.reach() == ModelException.Reach.RUN) {
            rungRefused(because);
        }
    }

    /** A pause or a stop of the pool is why the subtask returned nothing, whatever else happens until the end. */
    void rungRefused(@Nullable ModelException because) {
        if (outage == null) {
            outage = because;
        }
    }

    // --- what it says when everything has ended

    /** How many subtasks and items succeeded. */
    long succeeded() {
        return graph.all().stream()
                .mapToLong(each -> switch (each.outcome) {
                    case Outcome.Succeeded<?>(Items<?> items) -> items.values().size();
                    case Outcome.Succeeded<?> succeeded -> 1;
                    case null, default -> 0;
                })
                .sum();
    }

    /** Whether the plan lacks something that another subtask may bring. */
    boolean isAnyReplaceable() {
        return planTrouble != null
                || !planLosses.isEmpty()
                || !MissingParts.replaceable(graph).isEmpty();
    }

    /** What did not succeed and has nobody in its place, in plan order. */
    List<Missing> undone() {
        return MissingParts.undone(graph);
    }

    // --- what it says at the end

    /** The outcomes of all subtasks, in plan order. */
    List<SubtaskOutcome> outcomes() {
        return graph.all().stream()
                .map(each -> new SubtaskOutcome(each.id(), each.node.type(), requireOutcome(each)))
                .toList();
    }

    RunEnding answered(Merged<?> answer) {
        var status = missing().isEmpty() ? RunStatus.COMPLETE : RunStatus.PARTIAL;
        return ending(status, answer, null);
    }

    /** Something is wrong with the answer. */
    void doubt(String what, String why) {
        doubts.add(new Missing(what, why));
    }

    /** An answer that its goal does not accept: it is there all the same. */
    RunEnding doubted(Merged<?> answer, String why) {
        doubt("answer", why);
        return ending(RunStatus.PARTIAL, answer, null);
    }

    /** The planner or the merger waits for somebody. */
    void awaits(String who, String what) {
        awaited.add(new Missing(who, what));
    }

    /** Whether the planner, the merger or a required subtask waits for somebody. */
    boolean isAnyAwaited() {
        return !awaited.isEmpty() || !MissingParts.awaited(graph).isEmpty();
    }

    /** There is no answer yet. */
    RunEnding suspended() {
        var all = new ArrayList<>(awaited);
        all.addAll(MissingParts.awaited(graph));
        RunEnding ending = ending(RunStatus.SUSPENDED, null, null);
        return new RunEnding(ending.status(), null, null, ending.outcomes(), ending.items(), all, ending.planNotes());
    }

    RunEnding failed(RunFailure failure) {
        return ending(RunStatus.FAILED, null, failure);
    }

    /** The subtask that has the answer returned none. */
    RunEnding unanswered(String answer, @Nullable Outcome<?> outcome, @Nullable StopReason stop) {
        if (outcome == null) {
            String message = "subtask '%s', which brings the answer, has not ended".formatted(answer);
            return failed(unlessStopped(stop, RunFailure.of(RunFailure.Kind.ANSWER_MISSING, message)));
        }
        List<String> culprits = outcome instanceof Outcome.Skipped<?>(Skip skip) ? skip.because() : List.of();
        String message = culprits.isEmpty()
                ? "%s (subtask '%s', which brings the answer)".formatted(RootCause.reason(outcome), answer)
                : "%s, so subtask '%s', which brings the answer, was skipped"
                        .formatted(RootCause.reason(outcome), answer);
        return failed(unlessStopped(
                stop,
                because(
                        RunFailure.Kind.ANSWER_MISSING,
                        message,
                        List.of(),
                        culprits.isEmpty() ? List.of(answer) : culprits)));
    }

    /** There is nothing to make an answer of. */
    RunEnding nothingSucceeded(@Nullable StopReason stop) {
        List<SubtaskOutcome> outcomes = outcomes();
        List<String> details = outcomes.stream()
                .map(each -> each.id() + " " + each.outcome().reason())
                .toList();
        List<String> first = outcomes.stream()
                .filter(each -> !(each.outcome() instanceof Outcome.Skipped<?>(Skip skip)
                        && skip.kind() == Skip.Kind.DEPENDENCY))
                .map(SubtaskOutcome::id)
                .limit(1)
                .toList();
        String none = "0 of %d subtasks succeeded".formatted(outcomes.size());
        String message = first.isEmpty() ? none : RootCause.reasons(graph.find(first)) + "; " + none;
        return failed(unlessStopped(stop, because(RunFailure.Kind.NOTHING_SUCCEEDED, message, details, first)));
    }

    private RunFailure because(RunFailure.Kind kind, String message, List<String> details, List<String> culprits) {
        return RunFailure.of(kind, message, details)
                .causedBy(RootCause.exception(graph.find(culprits)).orElse(null));
    }

    /** A call that could not be made in time may end its subtask a moment before the time of all is up. */
    private RunFailure unlessStopped(@Nullable StopReason stop, RunFailure failure) {
        if (stop != null) {
            return stop.failure().sharedBy(outage);
        }
        boolean isLate = graph.all().stream().anyMatch(RunConclusion::isLate);
        return isLate ? StopReason.DEADLINE.failure() : failure.sharedBy(outage);
    }

    /** In this session. */
    private static boolean isLate(Subtask subtask) {
        return !subtask.endedEarlier
                && switch (subtask.outcome) {
                    case Outcome.Failed<?>(Failure late) -> late.kind() == Failure.Kind.DEADLINE;
                    case Outcome.Skipped<?>(Skip late) -> late.kind() == Skip.Kind.DEADLINE;
                    case null, default -> false;
                };
    }

    private RunEnding ending(RunStatus status, @Nullable Merged<?> answer, @Nullable RunFailure failure) {
        var outcomes = new LinkedHashMap<String, Outcome<?>>();
        var items = new LinkedHashMap<String, Outcome<?>>();
        for (Subtask subtask : graph.all()) {
            outcomes.put(subtask.id(), orCut(subtask.outcome));
            for (Execution item : subtask.items()) {
                items.put(item.id().label(), orCut(subtask.outcomeOf(item)));
            }
        }
        return new RunEnding(status, answer, failure, outcomes, items, missing(), planNotes);
    }

    private static Outcome<?> orCut(@Nullable Outcome<?> outcome) {
        return outcome == null ? Outcome.skipped(Skip.Kind.CANCELLED, "the run ended") : outcome;
    }

    private List<Missing> missing() {
        List<Missing> missing = MissingParts.of(graph);
        missing.addAll(planLosses);
        missing.addAll(doubts);
        if (planTrouble != null) {
            missing.add(new Missing("planner", planTrouble.toString()));
        }
        return missing;
    }

    private static Outcome<?> requireOutcome(Subtask subtask) {
        if (subtask.outcome == null) {
            throw new IllegalStateException("subtask '%s' has not ended".formatted(subtask.id()));
        }
        return subtask.outcome;
    }
}
