// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.task.Failure;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Drives a {@link RunMachine} in this process: the calling thread owns it, each rung has a virtual thread, and one queue
 * leads back. No decision is made under a lock. Good for one run.
 */
public final class LocalRunner {
    /** How long interrupted code may take to end before it is left behind. */
    public static final Duration GRACE = Duration.ofMillis(700);

    /** The time of a merge that begins when the run's time is up already: enough for plain code. */
    private static final long LATE_MERGE_NANOS = Duration.ofMillis(150).toNanos();

    /** How long after the end of its time a run may still return. */
    private static final long OVERTIME_NANOS = Duration.ofMillis(950).toNanos();

    private static final long LEAST_GRACE_NANOS = Duration.ofMillis(50).toNanos();
    private static final String PLANNER = "planner";
    private static final String MERGER = "merger";

    /**
     * The times at which a run is cut.
     *
     * @param workNanos when workers are interrupted
     * @param runNanos when the merge is interrupted; not before {@code workNanos}
     */
    public record Deadlines(long workNanos, long runNanos) {}

    private sealed interface Message {
        record Input(RunInput input) implements Message {}

        record Event(RunEvent event) implements Message {}

        record Ended(String strand) implements Message {}
    }

    private final String runId;
    private final RunMachine machine;
    private final RunParts parts;
    private final Deadlines deadlines;
    private final RunListener listener;
    private final RunClock clock;
    private final BlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
    private final Map<String, Strand> strands = new LinkedHashMap<>();
    /** Those that were interrupted and have not ended yet. */
    private final Map<String, Strand> leaving = new LinkedHashMap<>();

    private final List<String> abandoned = new ArrayList<>();

    private long mergeUntilNanos;
    private boolean workTimeUp;
    private boolean runTimeUp;
    private @Nullable RunEnding ending;

    public LocalRunner(
            String runId,
            RunMachine machine,
            RunParts parts,
            Deadlines deadlines,
            RunListener listener,
            RunClock clock) {
        this.runId = runId;
        this.machine = machine;
        this.parts = parts;
        this.deadlines = deadlines;
        this.listener = listener.guarded();
        this.clock = clock;
        this.mergeUntilNanos = deadlines.runNanos();
    }

    /**
     * Runs to the end. Blocks without using the processor; spends money. Whatever happens, every thread of the run has
     * ended or is named in {@link #abandoned()} when this returns or throws.
     *
     * @throws InterruptedException if the calling thread was interrupted: everything in flight has been interrupted too
     */
    public RunEnding run() throws InterruptedException {
        try {
            launch(PLANNER, null, this::plan);
            while (ending == null) {
                step();
            }
            return ending;
        } catch (InterruptedException e) {
            take(new RunInput.Cancelled());
            throw e;
        } finally {
            clear();
        }
    }

    /** Tells the listener of something that happened on another thread. Does not block; safe for use by many threads. */
    public void post(RunEvent event) {
        inbox.add(new Message.Event(event));
    }

    /** The threads that ignored their interrupt and were left behind, by name. To be read when the run has ended. */
    public List<String> abandoned() {
        return List.copyOf(abandoned);
    }

    private void step() throws InterruptedException {
        Message message = clock.poll(inbox, nextAlarm());
        if (message != null) {
            receive(message);
        }
        if (ending == null && clock.nanoTime() >= nextAlarm()) {
            ring(); // also while messages keep coming
        }
    }

    private void receive(Message message) throws InterruptedException {
        switch (message) {
            case Message.Input(RunInput input) -> take(input);
            case Message.Event(RunEvent event) -> listener.on(event);
            case Message.Ended(String strand) -> remove(strand);
        }
    }

    /** It has told of its end already; this waits for the last instructions of its thread. */
    private void remove(String label) throws InterruptedException {
        Strand strand = strands.get(label);
        if (strand != null) {
            strand.thread.join();
            strands.remove(label);
            leaving.remove(label);
        }
    }

    private void take(RunInput input) {
        for (RunCommand command : machine.on(input, parts.money(), clock.nanoTime())) {
            execute(command);
        }
    }

    private void execute(RunCommand command) {
        switch (command) {
            case RunCommand.StartRung start -> launch(strand(start.id()), start.id(), () -> perform(start));
            case RunCommand.StopRung(RungId id) -> interrupt(strand(id));
            case RunCommand.StopPlanner stop -> interrupt(PLANNER);
            case RunCommand.StartMerge(List<SubtaskOutcome> outcomes) -> startMerge(outcomes);
            case RunCommand.Tell(RunEvent event) -> listener.on(event);
            case RunCommand.Finish(RunEnding end) -> ending = end;
        }
    }

    // --- threads of the run

    private static String strand(RungId id) {
        return id.label() + "/" + id.rung();
    }

    private void launch(String label, @Nullable RungId rung, Runnable work) {
        Thread thread = Thread.ofVirtual()
                .name("cadre-%s-%s".formatted(runId, label))
                .inheritInheritableThreadLocals(false)
                .unstarted(() -> {
                    try {
                        work.run();
                    } finally {
                        inbox.add(new Message.Ended(label));
                    }
                });
        strands.put(label, new Strand(label, thread, rung));
        thread.start();
    }

    /** Late work may have taken the last of the time, and yet there is something to answer with. */
    private void startMerge(List<SubtaskOutcome> outcomes) {
        mergeUntilNanos = Math.max(deadlines.runNanos(), clock.nanoTime() + LATE_MERGE_NANOS);
        runTimeUp = false;
        launch(MERGER, null, () -> merge(outcomes));
    }

    private void plan() {
        try {
            parts.plan(this::post);
        } catch (InterruptedException e) {
            post(new RunInput.PlanFailed(RunFailure.of(RunFailure.Kind.CANCELLED, "the planner was interrupted")));
        } catch (UnrecordedException e) {
            post(new RunInput.Unrecorded(describe(e)));
            post(new RunInput.PlanFailed(unrecorded(e)));
        } catch (Throwable e) { // an Error in the planner must end the run, not hang it
            post(new RunInput.PlanFailed(parts.failure(RunFailure.Kind.PLANNER_FAILED, e)));
        }
    }

    private void perform(RunCommand.StartRung start) {
        RungEnd end;
        try {
            end = parts.perform(start);
        } catch (InterruptedException e) {
            end = new RungEnd.Cancelled();
        } catch (UnrecordedException e) {
            post(new RunInput.Unrecorded(describe(e)));
            end = new RungEnd.Cancelled();
        } catch (Throwable e) { // as above
            end = RungEnd.Failed.of(new Failure(Failure.Kind.CODE_FAILED, String.valueOf(e)));
        }
        post(new RunInput.RungEnded(start.id(), end));
    }

    private void merge(List<SubtaskOutcome> outcomes) {
        try {
            post(new RunInput.MergeEnded(parts.merge(outcomes)));
        } catch (InterruptedException e) {
            post(new RunInput.MergeFailed(RunFailure.of(RunFailure.Kind.DEADLINE, "the merge was interrupted")));
        } catch (UnrecordedException e) {
            post(new RunInput.MergeFailed(unrecorded(e)));
        } catch (Throwable e) { // as above
            post(new RunInput.MergeFailed(parts.failure(RunFailure.Kind.MERGE_FAILED, e)));
        }
    }

    private static RunFailure unrecorded(UnrecordedException e) {
        return RunFailure.of(RunFailure.Kind.JOURNAL_FAILED, describe(e));
    }

    private static String describe(UnrecordedException e) {
        return String.valueOf(e.getMessage());
    }

    private void post(RunInput input) {
        inbox.add(new Message.Input(input));
    }

    private void interrupt(String label) {
        Strand strand = strands.get(label);
        if (strand != null) {
            interrupt(strand);
        }
    }

    private void interrupt(Strand strand) {
        leaving.put(strand.label, strand);
        long now = clock.nanoTime();
        long last = Math.max(now + LEAST_GRACE_NANOS, deadlines.runNanos() + OVERTIME_NANOS);
        strand.interrupt(Math.min(now + GRACE.toNanos(), last));
    }

    // --- time

    private long nextAlarm() {
        long alarm = workTimeUp ? Long.MAX_VALUE : deadlines.workNanos();
        alarm = runTimeUp ? alarm : Math.min(alarm, mergeUntilNanos);
        for (Strand strand : leaving.values()) {
            alarm = Math.min(alarm, strand.abandonAtNanos);
        }
        return alarm;
    }

    private void ring() {
        long now = clock.nanoTime();
        if (!workTimeUp && now >= deadlines.workNanos()) {
            workTimeUp = true;
            take(new RunInput.WorkTimeUp());
        }
        if (!runTimeUp && now >= mergeUntilNanos) {
            runTimeUp = true;
            interrupt(MERGER);
        }
        for (Strand strand : List.copyOf(leaving.values())) {
            if (strand.abandonAtNanos <= now && ending == null) {
                abandon(strand);
            }
        }
    }

    private void abandon(Strand strand) {
        strands.remove(strand.label);
        leaving.remove(strand.label);
        abandoned.add(strand.thread.getName());
        if (strand.rung != null) {
            take(new RunInput.RungAbandoned(strand.rung, strand.thread.getName()));
        } else if (strand.label.equals(PLANNER)) {
            take(new RunInput.PlanFailed(RunFailure.of(
                    RunFailure.Kind.PLANNER_FAILED, "the planner ignored its interrupt and was left behind")));
        } else {
            take(new RunInput.MergeFailed(
                    RunFailure.of(RunFailure.Kind.DEADLINE, "the merger ignored its interrupt and was left behind")));
        }
    }

    /** Ends every thread that is left, within the grace, and hears out what they still have to tell. */
    private void clear() {
        boolean interrupted = Thread.interrupted();
        strands.values().forEach(this::interrupt);
        long until = clock.nanoTime() + GRACE.toNanos();
        for (Strand strand : List.copyOf(strands.values())) {
            interrupted |= !awaitEnd(strand, until);
        }
        for (Message message = inbox.poll(); message != null; message = inbox.poll()) {
            if (message instanceof Message.Event(RunEvent event)) {
                listener.on(event);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns false if the calling thread was interrupted meanwhile; it waits all the same. */
    private boolean awaitEnd(Strand strand, long until) {
        boolean undisturbed = true;
        while (true) {
            try {
                long left = Math.max(1, until - clock.nanoTime());
                if (!strand.thread.join(Duration.ofNanos(left))) {
                    abandoned.add(strand.thread.getName());
                }
                return undisturbed;
            } catch (InterruptedException e) {
                undisturbed = false;
            }
        }
    }
}
