// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.LedgerState;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.price.UnpricedException;
import dev.cadre.record.RunIdentity;
import dev.cadre.redact.Thrown;
import dev.cadre.run.PoolQuotes;
import dev.cadre.schedule.EarlierOutcomes;
import dev.cadre.schedule.FirstCallQuotes;
import dev.cadre.schedule.RunEnding;
import dev.cadre.schedule.RunMachine;
import dev.cadre.task.RunFailure;
import dev.cadre.task.RunStatus;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The parts of a run of a graph or a goal for an engine that drives its {@link RunMachine} itself, such as one that replays it: the
 * machine, the accounts of what its parts took, and the result. Nothing in here reads a clock, draws a random number or
 * starts a thread; what is asked of the coordinator's pools is asked through {@link #quotes} and {@link #obstacle} alone.
 * Belongs to one thread. The rungs are performed by {@link EngineRung}.
 *
 * <p>Public for engines; it carries no compatibility promise.
 */
public final class EngineRun<R> {
    private final Coordinator coordinator;
    private final Asked<R> asked;
    private final String id;
    private final SubtaskTally accounts = new SubtaskTally();
    private final List<String> notes = new ArrayList<>();

    /** What is run. */
    private sealed interface Asked<R> {
        record Graph<R>(TaskGraph<R> graph) implements Asked<R> {}

        record ForGoal<R>(Goal<R> goal) implements Asked<R> {}
    }

    private EngineRun(Coordinator coordinator, Asked<R> asked, String id) {
        this.coordinator = coordinator;
        this.asked = asked;
        this.id = id;
    }

    /**
     * A run of a graph.
     *
     * @param id is part of the names of threads and of every event
     * @throws IllegalArgumentException if the coordinator has a journal or an outcome cache: the engine keeps the record
     */
    public static <R> EngineRun<R> of(Coordinator coordinator, TaskGraph<R> graph, String id) {
        requireBare(coordinator);
        return new EngineRun<>(coordinator, new Asked.Graph<>(graph), id);
    }

    /** The same of a goal, by the coordinator's subtask types and planner; see {@link EngineGoal}. */
    public static <R> EngineRun<R> of(Coordinator coordinator, Goal<R> goal, String id) {
        requireBare(coordinator);
        return new EngineRun<>(coordinator, new Asked.ForGoal<>(goal), id);
    }

    /**
     * Checks that an engine can run what a coordinator runs.
     *
     * @throws IllegalArgumentException if it has a journal or an outcome cache
     */
    public static void requireBare(Coordinator coordinator) {
        if (coordinator.journal().isPresent() || coordinator.settings().cache().isPresent()) {
            throw new IllegalArgumentException(
                    "an engine keeps the record of its runs: give it a coordinator without a journal and a cache");
        }
    }

    /** Why a {@link Coordinator} would refuse the graph or the goal; empty if it would not. */
    public Optional<String> obstacle() {
        try {
            switch (asked) {
                case Asked.Graph<R>(TaskGraph<R> graph) -> {
                    coordinator.requirements().holdFor(Requirements.types(graph));
                    coordinator.shutdowns(graph).requireNone();
                }
                case Asked.ForGoal<R> goal -> {
                    coordinator.requirements().hold(coordinator.types());
                    coordinator.shutdowns().requireNone();
                }
            }
            return Optional.empty();
        } catch (IllegalStateException | IllegalArgumentException | UnpricedException refused) {
            return Optional.of(Thrown.message(refused));
        }
    }

    /** A digest of what makes the graph, or the goal with the subtask types, the same as another one. */
    public String fingerprint() {
        return switch (asked) {
            case Asked.Graph<R>(TaskGraph<R> graph) ->
                RunIdentity.of(coordinator.runKey(), graph).asked().hex();
            case Asked.ForGoal<R>(Goal<R> goal) ->
                coordinator.identity(goal).asked().hex();
        };
    }

    /** The text of the goal; empty of a graph. */
    public String goal() {
        return asked instanceof Asked.ForGoal<R>(Goal<R> goal) ? goal.text() : "";
    }

    /** The types that a planner may use. */
    public static List<SubtaskType<?, ?>> types(Coordinator coordinator) {
        return coordinator.types();
    }

    /** What first calls may cost, and which tiers have a model, by the coordinator's pools at this moment. */
    @SuppressWarnings("exports") // for the library's own modules
    public FirstCallQuotes quotes() {
        return PoolQuotes.of(coordinator.settings());
    }

    /**
     * The machine of the run.
     *
     * @param rounds how often the planner may be asked again; 0 for a graph
     */
    @SuppressWarnings("exports") // as above
    public RunMachine machine(
            FirstCallQuotes quotes, EarlierOutcomes earlier, int rounds, LedgerState money, long startNanos) {
        var settings = new RunMachine.Settings(
                id,
                asked instanceof Asked.Graph<R>(TaskGraph<R> graph) ? Optional.of(graph.answer()) : Optional.empty(),
                coordinator.settings().failFast(),
                coordinator.settings().limits().maxItems(),
                rounds,
                List.of(),
                coordinator.settings().limits().tools().outputBytes());
        return new RunMachine(settings, quotes, earlier, money, startNanos);
    }

    /** The time of a run whose budget has no deadline. */
    public Duration defaultDeadline() {
        return coordinator.settings().limits().deadline();
    }

    /** Books an event in the accounts of the run. */
    public void book(RunEvent event) {
        accounts.on(event);
    }

    /** Adds a line to the notes of the report. */
    public void note(String line) {
        notes.add(coordinator.settings().masked(line));
    }

    /** Tells the coordinator's listeners of an event, without keys; what they throw is logged. */
    public void tell(RunEvent event) {
        listener(coordinator, RunListener.SILENT).on(event);
    }

    /** The coordinator's listeners, and then this one; what they hear has no keys, and what they throw is logged. */
    static RunListener listener(Coordinator coordinator, RunListener own) {
        return coordinator
                .settings()
                .masking(coordinator.settings().listener().and(own))
                .guarded();
    }

    /**
     * The result.
     *
     * @param booked the money that was booked for the run; attempts and tokens are those of its events
     * @param limit the most that it may spend
     * @param took the time of the whole run
     */
    @SuppressWarnings("exports") // as above
    public RunResult<R> result(RunEnding machines, Spend booked, Money limit, Duration took) {
        RunEnding ending = machines.maskedBy(coordinator.settings()::masked);
        List<SubtaskReport> lines = accounts.subtasks(ending.outcomes(), ending.items(), Set.of(), Map.of());
        var sums = new LedgerState(limit, booked.settled(), booked.forfeited(), Money.ZERO, Money.ZERO, true);
        Spend spend = accounts.tally().session(sums, Money.ZERO);
        var noted = new ArrayList<>(ending.planNotes());
        noted.addAll(ending.merged() == null ? List.of() : ending.merged().notes());
        noted.addAll(accounts.tally().notes());
        noted.addAll(notes);
        var parts = new RunReport.Parts(lines, ending.items(), accounts.planner(), accounts.merger(), List.of());
        var findings = new RunReport.Findings(
                ending.merged() == null ? List.of() : ending.merged().citations(),
                noted,
                accounts.tally().breaches(),
                accounts.tally().abandonedWith(List.of()),
                0);
        var identity = new RunReport.Identity(id, coordinator.runKey());
        var costs = new RunReport.Costs(spend, spend, limit);
        return switch (asked) {
            case Asked.Graph<R>(TaskGraph<R> graph) -> result(graph, identity, ending, parts, costs, findings, took);
            case Asked.ForGoal<R>(Goal<R> goal) ->
                result(goal, coordinator.types(), identity, ending, parts, costs, findings, took);
        };
    }

    /** The ending of a run that ended before it began. */
    @SuppressWarnings("exports") // as above
    public static RunEnding refused(RunFailure failure) {
        return new RunEnding(RunStatus.FAILED, null, failure, Map.of(), Map.of(), List.of(), List.of());
    }

    /**
     * The result of a goal whose report has these parts, such as those that another process made.
     *
     * @param types those that the plan consists of, and perhaps others
     */
    @SuppressWarnings("exports") // as above
    public static <R> RunResult<R> result(
            Goal<R> goal,
            List<SubtaskType<?, ?>> types,
            RunReport.Identity identity,
            RunEnding ending,
            RunReport.Parts parts,
            RunReport.Costs costs,
            RunReport.Findings findings,
            Duration took) {
        var subject = RunReport.Subject.of(goal, types, parts.subtasks());
        return RunEnds.of(ending, new RunReport(identity, subject, ending.outcomes(), parts, costs, findings, took));
    }

    /** The result whose report has these parts, such as those that another process made. */
    @SuppressWarnings("exports") // as above
    public static <R> RunResult<R> result(
            TaskGraph<R> graph,
            RunReport.Identity identity,
            RunEnding ending,
            RunReport.Parts parts,
            RunReport.Costs costs,
            RunReport.Findings findings,
            Duration took) {
        return RunEnds.of(
                ending,
                new RunReport(identity, RunReport.Subject.of(graph), ending.outcomes(), parts, costs, findings, took));
    }
}
