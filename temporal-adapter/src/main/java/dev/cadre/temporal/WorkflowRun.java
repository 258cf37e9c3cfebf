// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.event.RunEvent;
import dev.cadre.schedule.EarlierOutcomes;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunEnding;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RunMachine;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Drives the machine of a run inside a workflow, as {@link dev.cadre.schedule.LocalRunner} does inside a process: the clock
 * is the workflow's, planner, rungs and merger are activities with allotments, and what comes back is one queue. Everything in
 * here is replayed, so it asks nobody but the history. Belongs to the thread of the workflow.
 */
final class WorkflowRun<R> implements RunDesk {
    private final RunFrame<R> frame;
    private final Asked<R> asked;
    private final DecisionOrder order;
    private final Marks marks;
    private final ActivityCalls calls;
    private final RunMachine machine;
    private final RungFlow rungs;
    private final Duration workTime;
    /** Planner and merger; null of a graph. */
    private final @Nullable GoalFlow goal;

    private final Deque<Runnable> inbox = new ArrayDeque<>();
    private boolean isCancelTaken;
    private boolean workTimeUp;
    private @Nullable RunEnding ending;
    private Wire.@Nullable Ended result;

    /** @param needs what planner and merger need; null of a graph */
    WorkflowRun(RunFrame<R> frame, Asked<R> asked, GoalFlow.@Nullable Funded needs, DecisionOrder order) {
        this.frame = frame;
        this.asked = asked;
        this.order = order;
        calls = new ActivityCalls(frame.registry().heartbeat());
        marks = frame.start().marks() ? Marks.ON : Marks.OFF;
        var quotes = new RecordedQuotes(frame.parts().quotes());
        workTime = needs == null ? frame.time() : needs.needs().workTime(frame.time());
        int rounds = needs == null ? 0 : needs.needs().rounds();
        machine = frame.parts()
                .machine(quotes, EarlierOutcomes.NOTHING, rounds, frame.money().state(), 0);
        rungs = new RungFlow(frame, calls, quotes, this, workTime);
        goal = needs == null ? null : needs.flow(frame, calls, this);
    }

    /** Stops the run as soon as it is driven on. */
    void cancel() {
        feed(new Wire.Fed("cancel", "", null, null, null, null));
    }

    Wire.Progress progress() {
        return frame.tally()
                .progress(
                        calls.underWay(),
                        rungs.waiting(),
                        frame.money(),
                        frame.sinceStart().toNanos());
    }

    /** The result, once it is there. */
    Wire.@Nullable Ended result() {
        return result;
    }

    // --- the loop

    Wire.Ended toTheEnd() {
        Workflow.newTimer(workTime).thenApply(up -> {
            feed(new Wire.Fed("time", "", null, null, null, null));
            return null;
        });
        marks.began();
        begin();
        startWaiting();
        while (ending == null) {
            Workflow.await(() -> !inbox.isEmpty());
            hear();
            startWaiting();
        }
        return conclude(ending);
    }

    private void begin() {
        tell(new RunEvent.RunStarted(frame.runId(), Duration.ZERO, frame.parts().goal(), frame.limit()));
        switch (asked) {
            case Asked.ForGraph<R>(var graph) -> {
                take(new RunInput.Admitted(graph.nodes()));
                take(new RunInput.PlanEnded(List.of()));
            }
            case Asked.ForGoal<R> planned -> goal().first();
        }
    }

    private void startWaiting() {
        if (ending == null && goal != null) {
            goal.startWanted();
        }
        rungs.startWaiting();
    }

    private void hear() {
        while (ending == null && !inbox.isEmpty()) {
            inbox.remove().run();
        }
    }

    @Override
    public void post(Runnable word) {
        inbox.add(word);
    }

    @Override
    public void feed(Wire.Fed fed) {
        post(() -> deal(fed));
    }

    private void deal(Wire.Fed fed) {
        switch (fed.kind()) {
            case "cancel" -> cancelled();
            case "time" -> timeIsUp();
            case "rung" -> rungs.ended(fed.key(), fed.rung(), null);
            case "plan" -> goal().planned(fed.plan(), null);
            case "merge" -> goal().merged(fed.merge(), null);
            case "lost" -> lost(fed);
            default -> throw new IllegalStateException("a run was told '%s', which is unknown".formatted(fed.kind()));
        }
    }

    private void lost(Wire.Fed fed) {
        switch (fed.key()) {
            case PlanFlow.KEY -> goal().planned(null, fed.lost());
            case MergeFlow.KEY -> goal().merged(null, fed.lost());
            default -> rungs.ended(fed.key(), null, fed.lost());
        }
    }

    private void cancelled() {
        if (isCancelTaken) {
            return;
        }
        isCancelTaken = true;
        if (goal == null || !goal.cancelsMerge()) {
            take(new RunInput.Cancelled());
        }
    }

    @Override
    public void timeIsUp() {
        if (!workTimeUp) {
            workTimeUp = true;
            take(new RunInput.WorkTimeUp());
        }
    }

    private Wire.Ended conclude(RunEnding end) {
        Wire.Ended told = RunEnds.conclude(frame, asked, end, marks);
        result = told;
        return told;
    }

    // --- the machine

    @Override
    public void take(RunInput input) {
        for (RunCommand command : order.of(
                machine.on(input, frame.money().state(), frame.sinceStart().toNanos()))) {
            execute(command);
        }
    }

    private void execute(RunCommand command) {
        switch (command) {
            case RunCommand.StartRung start -> rungs.add(start);
            case RunCommand.StopWork stop -> {
                if (stop.planner() && goal != null) {
                    goal.stopPlanner();
                }
                rungs.stop(stop.rungs());
            }
            case RunCommand.DropWork drop -> rungs.stop(drop.rungs());
            case RunCommand.Tell(RunEvent event) -> tell(event);
            case RunCommand.Finish(RunEnding end) -> ending = end;
            case RunCommand.StartRound start -> goal().next(start);
            case RunCommand.StartMerge(var outcomes) -> goal().merge(outcomes);
            case RunCommand.StartRecall start ->
                throw new IllegalStateException("a run without earlier sessions wants " + start);
        }
    }

    private GoalFlow goal() {
        if (goal == null) {
            throw new IllegalStateException("nobody plans or merges a graph by hand");
        }
        return goal;
    }

    private void tell(RunEvent event) {
        frame.tell(event);
    }
}
