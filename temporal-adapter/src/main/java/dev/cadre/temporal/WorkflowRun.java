// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.event.RunEvent;
import dev.cadre.redact.Redactor;
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
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Drives the machine of a run inside a workflow, as {@link dev.cadre.schedule.LocalRunner} does inside a process: the clock
 * is the workflow's, planner, rungs and merger are activities with allotments, and what comes back is one queue. Everything in
 * here is replayed, so it asks nobody but the history. Belongs to the thread of the workflow.
 */
final class WorkflowRun<R> implements RunDesk {
    private static final int MOST_STRAYS = 10;

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
    private boolean isTimed;
    private boolean isResting;
    private int strays;
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
        feed(Wire.Fed.of("cancel"));
    }

    /** Hears what a person said. */
    void say(Wire.Said said) {
        feed(new Wire.Fed("said", "", null, null, null, null, said));
    }

    /** What is waited for: planner and merger first, then subtasks in the order in which they came to wait. */
    List<Wire.Question> questions() {
        return Stream.concat(goal == null ? Stream.empty() : goal.questions(), rungs.questions().stream())
                .toList();
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
        setTimer();
        marks.began();
        begin();
        startWaiting();
        while (ending == null) {
            Workflow.await(() -> !inbox.isEmpty());
            frame.goOn();
            hear();
            startWaiting();
            rest();
        }
        return conclude(ending);
    }

    private void setTimer() {
        isTimed = true;
        Workflow.newTimer(frame.leftOf(workTime)).thenApply(up -> {
            isTimed = false;
            feed(Wire.Fed.of("time"));
            return null;
        });
    }

    // --- people

    /** A run that only waits for people stands still, and its clock unless the caller wants that to count. */
    private void rest() {
        boolean wasResting = isResting;
        isResting = ending == null && isIdle() && isAnyAwaited();
        boolean isStanding = isResting && !frame.start().waitsCount();
        if (isStanding) {
            frame.rest();
        } else if (!isTimed && !workTimeUp && ending == null) {
            setTimer();
        }
        if (isResting != wasResting && ending == null) {
            String state = isResting ? "WAITING" : "RUNNING";
            frame.tally().state(state);
            marks.state(state);
        }
    }

    private boolean isIdle() {
        return inbox.isEmpty() && calls.underWay() == 0 && rungs.waiting() == 0 && (goal == null || !goal.isWanting());
    }

    /** What waits and is not needed is ended instead. */
    private boolean isAnyAwaited() {
        boolean isPartAwaited = goal != null && goal.questions().findAny().isPresent();
        if (!isPartAwaited && rungs.endsNeedless(machine::isNeeded)) {
            return false;
        }
        return isPartAwaited || rungs.isAnyAwaited();
    }

    /** A signal has no reply: what nobody waits for is a note of the report, unless that has enough of them. */
    private void said(Wire.Said said) {
        boolean isOfRung = rungs.said(said);
        boolean isHeard = (goal != null && goal.said(said)) || isOfRung;
        if (!isHeard && !said.kind().equals("again") && strays++ < MOST_STRAYS) {
            frame.parts()
                    .note("a word of a person was passed over, because nobody waits for it: "
                            + Redactor.SHAPES.quote("%s to '%s'".formatted(said.kind(), said.id())));
        }
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
            case "time" -> timerWentOff();
            case "said" -> said(Objects.requireNonNull(fed.said()));
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

    /** It stands still as long as the clock does. */
    private void timerWentOff() {
        if (frame.leftOf(workTime).toMillis() == 0) { // which is what the clock can tell
            timeIsUp();
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
