// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.budget.LedgerState;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunClock;
import dev.cadre.task.RunFailure;
import dev.cadre.worker.RungEnd;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Drives a {@link RunMachine} in this process: one thread owns it, each rung has a thread, and one queue leads back. No
 * decision is made under a lock. Good for one run.
 *
 * <p>The owner never needs a carrier of virtual threads: see {@link RunDriver#own}.
 */
public final class LocalRunner implements RunDriver.Driven {
    private static final String PLANNER = PartWork.PLANNER;
    private static final String MERGER = PartWork.MERGER;

    private final String runId;
    private final RunMachine machine;
    private final RunParts parts;
    private final RunListener listener;
    private final RunDriver driver;
    private final Deadlines deadlines;
    private final RunClock clock;

    private long mergeUntilNanos;

    /** The latest reading of the books. */
    private @Nullable LedgerState money;

    /** The answer of the merge that is under way, once it is there: rules are asked about it yet. */
    private @Nullable Merged<?> made;

    private boolean stopped;
    private boolean workTimeUp;
    private boolean runTimeUp;
    private boolean cleared;
    private long graceNanos = Deadlines.GRACE.toNanos();
    private @Nullable RunEnding result;

    /** A runner of this machine; it closes the threads of the driver. */
    public LocalRunner(String runId, RunMachine machine, RunParts parts, RunListener listener, RunDriver driver) {
        this.runId = runId;
        this.machine = machine;
        this.parts = parts;
        this.listener = listener.guarded();
        this.driver = driver;
        this.deadlines = driver.deadlines();
        this.clock = driver.clock();
        this.mergeUntilNanos = deadlines.runNanos();
    }

    /**
     * Runs to the end. Blocks without using the processor; spends money. Whatever happens, every thread of the run has
     * ended or is named in {@link #abandoned()} when this returns or throws, and what breaks ends the run with every
     * outcome so far.
     *
     * @throws InterruptedException if the calling thread was interrupted: everything in flight has been interrupted too
     */
    public RunEnding run() throws InterruptedException {
        return RunDriver.own(runId, this::drive);
    }

    private RunEnding drive() throws InterruptedException {
        try {
            startPlanner(() -> plan(() -> parts.plan(this::post)));
            while (result == null) {
                driver.turn(this);
            }
            return result;
        } catch (InterruptedException e) {
            graceNanos = deadlines.cancelGraceNanos();
            take(new RunInput.Cancelled());
            throw e;
        } catch (Throwable broken) {
            // whatever a graph, its prices, a journal or a clock are made of: no outcome is thrown away
            return machine.breakOff(parts.failure(RunFailure.Kind.ENGINE_FAILED, broken));
        } finally {
            cleared = true;
            driver.clear(graceNanos);
        }
    }

    /** Tells the listener of something that happened on another thread. Does not block; safe for use by many threads. */
    public void post(RunEvent event) {
        driver.post(() -> listener.on(event));
    }

    /** The threads that ignored their interrupt and were left behind, by name. To be read when the run has ended. */
    public List<String> abandoned() {
        return driver.abandoned();
    }

    /** The work that a run left behind which was cancelled: it has no result that names it. To be read when it has ended. */
    public List<RunDriver.Left> leftAtTheEnd() {
        return driver.leftAtTheEnd();
    }

    // --- on the owner's thread

    @Override
    public boolean isOver() {
        return result != null;
    }

    @Override
    public long alarm() {
        long alarm = workTimeUp ? Long.MAX_VALUE : deadlines.workNanos();
        return runTimeUp ? alarm : Math.min(alarm, mergeUntilNanos);
    }

    @Override
    public void ring(long now) {
        if (!workTimeUp && now >= deadlines.workNanos()) {
            workTimeUp = true;
            take(new RunInput.WorkTimeUp());
        }
        if (!runTimeUp && now >= mergeUntilNanos) {
            runTimeUp = true;
            driver.interrupt(MERGER);
        }
    }

    private void take(RunInput input) {
        if (cleared) {
            return; // the result stands
        }
        for (RunCommand command : machine.on(input, money(), clock.nanoTime())) {
            execute(command);
        }
    }

    /** Once all were interrupted nothing is begun: then this must not queue with all of them for the lock of the books. */
    private LedgerState money() {
        if (money == null || !stopped || !driver.isAnyLeaving()) {
            money = parts.money();
        }
        return money;
    }

    private void execute(RunCommand command) {
        switch (command) {
            case RunCommand.StartRecall start -> startRecall(start);
            case RunCommand.StartRung start -> startRung(start);
            case RunCommand.StopWork stop -> {
                stopped = true;
                driver.interrupt(labels(stop));
            }
            case RunCommand.DropWork(List<RungId> rungs) ->
                driver.interrupt(rungs.stream().map(LocalRunner::label).toList());
            case RunCommand.StartRound round -> startPlanner(() -> plan(() -> parts.plan(round, this::post)));
            case RunCommand.StartMerge(List<SubtaskOutcome> outcomes) -> startMerge(outcomes);
            case RunCommand.Tell(RunEvent event) -> listener.on(event);
            case RunCommand.Finish(RunEnding end) -> result = end;
        }
    }

    private static List<String> labels(RunCommand.StopWork stop) {
        Stream<String> planner = stop.planner() ? Stream.of(PLANNER) : Stream.empty();
        return Stream.concat(planner, stop.rungs().stream().map(LocalRunner::label))
                .toList();
    }

    private static String label(RungId id) {
        return id.label() + "/" + id.rung();
    }

    private void startPlanner(Supplier<RunInput> planning) {
        driver.startVirtual(PLANNER, work(planning, PartWork::planBroken, PartWork::planLeftBehind));
    }

    private void startRecall(RunCommand.StartRecall start) {
        driver.startCode(
                label(start.id()),
                start.type(),
                work(
                        () -> new RunInput.Recalled(start.id(), recall(start)),
                        message -> new RunInput.Recalled(
                                start.id(),
                                Optional.of(
                                        EarlierOutcome.recorded(Outcome.failed(Failure.Kind.CODE_FAILED, message)))),
                        stuck -> new RunInput.RungAbandoned(start.id(), stuck.thread(), stuck.place())));
    }

    private void startRung(RunCommand.StartRung start) {
        driver.start(
                label(start.id()),
                start.type(),
                work(
                        () -> new RunInput.RungEnded(start.id(), perform(start)),
                        message -> new RunInput.RungEnded(
                                start.id(), RungEnd.Failed.of(new Failure(Failure.Kind.CODE_FAILED, message))),
                        stuck -> new RunInput.RungAbandoned(start.id(), stuck.thread(), stuck.place())));
    }

    /** Late work may have taken the last of the time, and yet there is something to answer with. */
    private void startMerge(List<SubtaskOutcome> outcomes) {
        mergeUntilNanos = deadlines.mergeUntil(clock.nanoTime());
        runTimeUp = false;
        made = null;
        driver.startVirtual(
                MERGER,
                work(() -> merge(outcomes), PartWork::mergeBroken, stuck -> PartWork.mergeLeftBehind(made, stuck)));
    }

    /** The end of work that broke holds no exception, because this one's own code may throw. */
    private RunDriver.Work work(
            Supplier<RunInput> performance,
            Function<String, RunInput> broken,
            Function<RunDriver.Stuck, RunInput> stuck) {
        return new RunDriver.Work(
                () -> taking(performance.get()),
                thrown -> taking(broken.apply("its thread broke: " + Failure.describe(thrown))),
                left -> take(stuck.apply(left)));
    }

    private Runnable taking(RunInput input) {
        return () -> take(input);
    }

    // --- on threads of their own

    private RunInput plan(PartWork.Work planning) {
        return PartWork.plan(
                () -> {
                    try {
                        return planning.perform();
                    } catch (UnrecordedException e) {
                        post(new RunInput.Unrecorded(describe(e)));
                        return new RunInput.PlanFailed(unrecorded(e));
                    }
                },
                parts::failure);
    }

    /** What cannot be read may be on record: it must not be done again. */
    private Optional<EarlierOutcome> recall(RunCommand.StartRecall start) {
        try {
            return machine.recall(start.id(), start.type(), start.input());
        } catch (UnrecordedException | JournalException e) {
            post(new RunInput.Unrecorded(String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    private RungEnd perform(RunCommand.StartRung start) {
        try {
            return parts.perform(start);
        } catch (UnrecordedException e) {
            post(new RunInput.Unrecorded(describe(e)));
            return new RungEnd.Cancelled();
        } catch (Throwable e) { // as above
            return RunDriver.isCancel(e)
                    ? new RungEnd.Cancelled(true, RunDriver.interruptedIn())
                    : RungEnd.Failed.of(Failure.thrown(
                            Failure.Kind.CODE_FAILED,
                            e,
                            "subtask type '%s'".formatted(start.type().name())));
        }
    }

    private RunInput merge(List<SubtaskOutcome> outcomes) {
        return PartWork.merge(
                () -> {
                    try {
                        return parts.merging().orElseThrow().merge(outcomes, this::noteMade);
                    } catch (UnrecordedException e) {
                        return new RunInput.MergeFailed(unrecorded(e));
                    }
                },
                parts::failure);
    }

    private static RunFailure unrecorded(UnrecordedException e) {
        return RunFailure.of(RunFailure.Kind.JOURNAL_FAILED, describe(e));
    }

    private static String describe(UnrecordedException e) {
        return String.valueOf(e.getMessage());
    }

    private void noteMade(Merged<?> answer) {
        post(() -> made = answer);
    }

    private void post(RunInput input) {
        post(taking(input));
    }

    private void post(Runnable word) {
        if (!RunDriver.isLeftBehind()) { // the run goes on without it
            driver.post(word);
        }
    }
}
