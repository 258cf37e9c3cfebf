// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.EngineRun;
import dev.cadre.event.RunEvent;
import dev.cadre.json.JsonException;
import dev.cadre.model.CallPurpose;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schedule.EarlierOutcomes;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunEnding;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RunMachine;
import dev.cadre.schedule.RungId;
import dev.cadre.task.Failure;
import dev.cadre.task.TaskGraph;
import dev.cadre.worker.RungEnd;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.unsafe.WorkflowUnsafe;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Drives the machine of a run inside a workflow, as {@link dev.cadre.schedule.LocalRunner} does inside a process: the clock
 * is the workflow's, each rung is an activity with an allotment, and what comes back is one queue. Everything in here is
 * replayed, so it asks nobody but the history. Belongs to the thread of the workflow.
 */
final class WorkflowRun<R> {
    /** How often a rung is begun of which nobody knows what it did. */
    private static final int MOST_LOSSES = 3;
    /** How often a rung is scheduled whose worker leaves, or has not begun it. */
    private static final int MOST_RETURNS = 20;

    private final EngineRun<R> parts;
    private final TaskGraph<R> graph;
    private final RungCalls calls;
    private final DecisionOrder order;
    private final RecordedQuotes quotes;
    private final Money limit;
    private final Allotments money;
    private final Duration time;
    private final Marks marks;
    private final String runId = Workflow.getInfo().getWorkflowId();
    private final long startMillis = Workflow.currentTimeMillis();
    private final RunMachine machine;
    private final Tally tally = new Tally();

    private final Deque<Runnable> inbox = new ArrayDeque<>();
    /** Rungs whose money is not there yet, in the order in which they were to start. */
    private final Deque<RunCommand.StartRung> waiting = new ArrayDeque<>();
    // only ever looked up, never iterated
    private final Set<RungId> stopped = new HashSet<>();
    private final Map<RungId, Integer> losses = new HashMap<>();
    private final Map<RungId, Integer> returns = new HashMap<>();

    private boolean isCancelWanted;
    private boolean isCancelTaken;
    private boolean workTimeUp;
    private @Nullable RunEnding ending;
    private Wire.@Nullable Ended result;

    WorkflowRun(EngineRun<R> parts, TaskGraph<R> graph, Wire.Start start, RungCalls calls, DecisionOrder order) {
        this.parts = parts;
        this.graph = graph;
        this.calls = calls;
        this.order = order;
        quotes = new RecordedQuotes(parts.quotes());
        limit = Money.ofPico(start.limit());
        money = new Allotments(limit);
        time = start.timeNanos() == 0
                ? Duration.ofNanos(Workflow.sideEffect(
                        Long.class, () -> parts.defaultDeadline().toNanos()))
                : Duration.ofNanos(start.timeNanos());
        marks = start.marks() ? Marks.ON : Marks.OFF;
        machine = parts.machine(quotes, EarlierOutcomes.NOTHING, money.state(), 0);
    }

    /** Stops the run as soon as it is driven on. */
    void cancel() {
        isCancelWanted = true;
    }

    Wire.Progress progress() {
        return tally.progress(
                calls.underWay(), waiting.size(), money, sinceStart().toNanos());
    }

    /** The result, once it is there. */
    Wire.@Nullable Ended result() {
        return result;
    }

    // --- the loop

    Wire.Ended toTheEnd() {
        Promise<Void> deadline = Workflow.newTimer(time);
        marks.began();
        tell(new RunEvent.RunStarted(runId, Duration.ZERO, "", limit));
        take(new RunInput.Admitted(graph.nodes()));
        take(new RunInput.PlanEnded(List.of()));
        startWaiting();
        while (ending == null) {
            Workflow.await(() -> !inbox.isEmpty() || isCancelNew() || (deadline.isCompleted() && !workTimeUp));
            hear();
            if (isCancelNew()) {
                isCancelTaken = true;
                take(new RunInput.Cancelled());
            }
            if (deadline.isCompleted()) {
                timeIsUp();
            }
            hear();
            startWaiting();
        }
        return conclude(ending);
    }

    private void timeIsUp() {
        if (!workTimeUp) {
            workTimeUp = true;
            take(new RunInput.WorkTimeUp());
        }
    }

    private boolean isCancelNew() {
        return isCancelWanted && !isCancelTaken;
    }

    private void hear() {
        while (ending == null && !inbox.isEmpty()) {
            inbox.remove().run();
        }
    }

    private Wire.Ended conclude(RunEnding end) {
        String status = end.status().name();
        tally.state(status);
        tell(new RunEvent.RunEnded(
                runId,
                sinceStart(),
                status.toLowerCase(Locale.ROOT),
                money.spent().total()));
        marks.ended(status, money.spent().total());
        Wire.Ended told = Results.of(parts.result(end, money.spent(), limit, sinceStart()), end, graph);
        result = told;
        return told;
    }

    private Duration sinceStart() {
        return Duration.ofMillis(Workflow.currentTimeMillis() - startMillis);
    }

    private Duration left() {
        Duration left = time.minus(sinceStart());
        return left.isPositive() ? left : Duration.ZERO;
    }

    // --- the machine

    private void take(RunInput input) {
        for (RunCommand command :
                order.of(machine.on(input, money.state(), sinceStart().toNanos()))) {
            execute(command);
        }
    }

    private void execute(RunCommand command) {
        switch (command) {
            case RunCommand.StartRung start -> waiting.add(start);
            case RunCommand.StopWork stop -> stop(stop.rungs());
            case RunCommand.DropWork drop -> stop(drop.rungs());
            case RunCommand.Tell(RunEvent event) -> tell(event);
            case RunCommand.Finish(RunEnding end) -> ending = end;
            case RunCommand.StartRecall start -> throw unwanted(start);
            case RunCommand.StartRound start -> throw unwanted(start);
            case RunCommand.StartMerge start -> throw unwanted(start);
        }
    }

    private static IllegalStateException unwanted(RunCommand command) {
        return new IllegalStateException("a graph by hand wants " + command);
    }

    /** The listeners of a process hear what it sees first; the accounts are made anew by each replay. */
    private void tell(RunEvent event) {
        parts.book(event);
        tally.on(event);
        if (!WorkflowUnsafe.isReplaying()) {
            parts.tell(event);
        }
    }

    private void stop(List<RungId> rungs) {
        stopped.addAll(rungs);
        rungs.forEach(calls::cancel);
    }

    private void end(RungId id, RungEnd end) {
        inbox.add(() -> take(new RunInput.RungEnded(id, end)));
    }

    // --- rungs

    /** Starts what there is money for; who comes first has it first, and what needs none waits for nobody. */
    private void startWaiting() {
        boolean isShort = false;
        for (RunCommand.StartRung rung : List.copyOf(waiting)) {
            isShort |= !leavesQueue(rung, isShort);
        }
    }

    /** Whether a rung waits no longer. */
    private boolean leavesQueue(RunCommand.StartRung rung, boolean isShort) {
        if (stopped.contains(rung.id())) {
            waiting.remove(rung);
            end(rung.id(), new RungEnd.Cancelled(hasBegun(rung)));
            return true;
        }
        Money first = quotes.worstCase(rung.type(), rung.input(), rung.tier());
        if (isShort && !first.isZero()) {
            return true; // it waits, but not for want of its own
        }
        return switch (money.take(rung.type(), first, waiting.size())) {
            case Allotments.Decision.Wait wait -> false;
            case Allotments.Decision.Never never -> {
                waiting.remove(rung);
                end(rung.id(), new RungEnd.Unaffordable(first));
                yield true;
            }
            case Allotments.Decision.Start(Allotments.Allotment allotment) -> {
                waiting.remove(rung);
                schedule(rung, allotment);
                yield true;
            }
        };
    }

    private void schedule(RunCommand.StartRung rung, Allotments.Allotment allotment) {
        try {
            calls.schedule(
                    rung,
                    allotment.amount(),
                    left(),
                    sinceStart(),
                    (report, failure) -> inbox.add(() -> ended(rung, allotment, report, failure)));
        } catch (JsonException unfit) {
            allotment.release();
            end(
                    rung.id(),
                    RungEnd.Failed.of(new Failure(Failure.Kind.INVALID_INPUT, String.valueOf(unfit.getMessage()))));
        }
    }

    private void ended(
            RunCommand.StartRung rung,
            Allotments.Allotment allotment,
            Wire.@Nullable Performed report,
            @Nullable RuntimeException failure) {
        if (report != null) {
            performed(rung, allotment, report);
        } else if (failure != null) {
            lost(rung, allotment, LostRung.of(failure));
        } else {
            throw new IllegalStateException("the activity of '%s' returned nothing".formatted(rung.id()));
        }
    }

    private void performed(RunCommand.StartRung rung, Allotments.Allotment allotment, Wire.Performed report) {
        if (!report.place().equals(RungCalls.place(rung.id()))) {
            throw new IllegalStateException(
                    "the history answers '%s' where '%s' was decided: the code decides otherwise than when this run began"
                            .formatted(report.place(), rung.id()));
        }
        allotment.settle(Payments.spend(report.paid()));
        book(rung, report);
        if (report.isTimeUp()) { // by its clock; what it says is understood after the end of the time only
            timeIsUp();
        }
        if (!report.abandoned().isEmpty()) {
            take(new RunInput.RungAbandoned(
                    rung.id(), report.abandoned(), report.end().message()));
        } else if (report.isLeaving() && report.end().type().equals("Cancelled") && !stopped.contains(rung.id())) {
            again(rung, "its worker was shut down", returns, MOST_RETURNS);
        } else {
            take(new RunInput.RungEnded(rung.id(), Ends.read(report.end(), rung.type())));
        }
    }

    /** Its events were told where it was performed. */
    private void book(RunCommand.StartRung rung, Wire.Performed report) {
        report.calls().forEach(call -> parts.book(Events.event(runId, sinceStart(), call)));
        if (report.byCode() != null) {
            Spend spend = Payments.spend(report.byCode());
            parts.book(new RunEvent.CodeSpent(runId, sinceStart(), rung.id().label(), spend));
        }
        report.notes().forEach(parts::note);
    }

    private void lost(RunCommand.StartRung rung, Allotments.Allotment allotment, LostRung lost) {
        switch (lost.fate()) {
            case CANCELLED -> {
                allotment.release();
                take(new RunInput.RungEnded(rung.id(), new RungEnd.Cancelled(hasBegun(rung))));
            }
            case NOT_BEGUN -> {
                allotment.release();
                again(rung, lost.why(), returns, MOST_RETURNS);
            }
            case UNKNOWN -> {
                Spend forfeited = allotment.forfeit();
                if (!forfeited.total().isZero()) {
                    tell(forfeit(rung, forfeited, lost.why()));
                }
                parts.note("the activity of '%s' was lost: %s; it is booked at its allotment, %s"
                        .formatted(rung.id().label(), lost.why(), forfeited.total()));
                again(rung, lost.why(), losses, MOST_LOSSES);
            }
        }
    }

    private RunEvent forfeit(RunCommand.StartRung rung, Spend forfeited, String why) {
        String asked = rung.type().name();
        var call = new RunEvent.Call(
                rung.type().isModelWork() ? CallPurpose.Kind.WORK : CallPurpose.Kind.CODE,
                rung.id().label(),
                rung.tier(),
                asked,
                asked);
        var end = new RunEvent.CallEnd.Failed("ActivityLost", why);
        var times = new RunEvent.CallTimes(Duration.ZERO, Duration.ZERO);
        return new RunEvent.AttemptEnded(runId, sinceStart(), call, end, forfeited, times);
    }

    /** As a session that goes on after a crash does: what was in flight is tried again, unless it may have had effects. */
    private void again(RunCommand.StartRung rung, String why, Map<RungId, Integer> counts, int most) {
        int times = counts.merge(rung.id(), 1, Integer::sum);
        if (stopped.contains(rung.id())) {
            take(new RunInput.RungEnded(rung.id(), new RungEnd.Cancelled(true)));
        } else if (rung.type().hasEffects()) {
            failed(rung, Failure.Kind.EFFECT_UNKNOWN, "%s, and a tool that writes may have run".formatted(why));
        } else if (times >= most) {
            Failure.Kind kind = rung.type().isModelWork() ? Failure.Kind.MODEL_FAILED : Failure.Kind.CODE_FAILED;
            failed(rung, kind, "%s, %d times".formatted(why, times));
        } else {
            waiting.add(rung);
        }
    }

    private boolean hasBegun(RunCommand.StartRung rung) {
        return losses.containsKey(rung.id()) || returns.containsKey(rung.id());
    }

    private void failed(RunCommand.StartRung rung, Failure.Kind kind, String why) {
        take(new RunInput.RungEnded(rung.id(), RungEnd.Failed.of(new Failure(kind, why))));
    }
}
