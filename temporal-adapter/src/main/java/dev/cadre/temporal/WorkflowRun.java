// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.EngineRun;
import dev.cadre.event.RunEvent;
import dev.cadre.json.JsonException;
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
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Drives the machine of a run inside a workflow, as {@link dev.cadre.schedule.LocalRunner} does inside a process: the clock
 * is the workflow's, each rung is an activity with an allotment, and what comes back is one queue. Everything in here is
 * replayed, so it asks nobody but the history. Belongs to the thread of the workflow.
 */
final class WorkflowRun<R> {
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
    private final Losses losses = new Losses();

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
            end(rung.id(), new RungEnd.Cancelled(losses.hasBegun(rung.id())));
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
            again(rung, losses.returned(rung, "its worker was shut down"));
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
                take(new RunInput.RungEnded(rung.id(), new RungEnd.Cancelled(losses.hasBegun(rung.id()))));
            }
            case NOT_BEGUN -> {
                allotment.release();
                again(rung, losses.returned(rung, lost.why()));
            }
            case UNKNOWN -> {
                Spend forfeited = allotment.forfeit();
                if (!forfeited.total().isZero()) {
                    tell(Losses.forfeit(runId, sinceStart(), rung, forfeited, lost.why()));
                }
                parts.note(Losses.note(rung, lost.why(), forfeited));
                again(rung, losses.lost(rung, lost.why()));
            }
        }
    }

    /** @param tooOften its end, if it is not begun again */
    private void again(RunCommand.StartRung rung, Optional<RungEnd> tooOften) {
        if (stopped.contains(rung.id())) {
            take(new RunInput.RungEnded(rung.id(), new RungEnd.Cancelled(true)));
        } else if (tooOften.isPresent()) {
            take(new RunInput.RungEnded(rung.id(), tooOften.get()));
        } else {
            waiting.add(rung);
        }
    }
}
