// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.budget.LedgerState;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.task.Failure;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import org.jspecify.annotations.Nullable;

/**
 * Drives a {@link RunMachine} in this process: one thread owns it, each rung has a thread, and one queue leads back. No
 * decision is made under a lock. Good for one run.
 *
 * <p>The owner never needs a carrier of virtual threads, so that code which keeps all of them busy cannot stop its clock:
 * it is the calling thread, or a platform thread if that is a virtual one.
 */
public final class LocalRunner {
    /** How long interrupted code may take to end before it is left behind. */
    public static final Duration GRACE = Duration.ofMillis(700);

    private static final String PLANNER = "planner";
    private static final String MERGER = "merger";

    /**
     * The times at which a run is cut.
     *
     * @param workNanos when workers are interrupted
     * @param runNanos when the merge is interrupted; not before {@code workNanos}
     */
    public record Deadlines(long workNanos, long runNanos) {
        /** The time of a merge that begins when the run's time is up already: enough for plain code. */
        private static final long LATE_MERGE_NANOS = Duration.ofMillis(150).toNanos();

        /** How long after the end of its time a run may still return. */
        private static final long OVERTIME_NANOS = Duration.ofMillis(950).toNanos();

        /** The least grace, and how long the grace goes on after the last end of other interrupted code. */
        private static final long LEAST_GRACE_NANOS = Duration.ofMillis(50).toNanos();

        /** When a merge that begins now is interrupted. */
        public long mergeUntil(long now) {
            return Math.max(runNanos, now + LATE_MERGE_NANOS);
        }

        /** When code that is interrupted now is left behind. */
        public long leaveAt(long now) {
            return Math.min(now + GRACE.toNanos(), leaveAtLatest(now));
        }

        /** The same if the grace is longer, because others that were interrupted, too, are still ending one by one. */
        long leaveAtLatest(long now) {
            return Math.max(now + LEAST_GRACE_NANOS, runNanos + OVERTIME_NANOS);
        }

        /** When a strand is left behind, given when one of them ended last. */
        long leaveAt(Strand strand, long lastEndNanos) {
            return Math.min(strand.leaveAtLatestNanos, Math.max(strand.leaveAtNanos, lastEndNanos + LEAST_GRACE_NANOS));
        }
    }

    private sealed interface Message {
        record Input(RunInput input) implements Message {}

        record Event(RunEvent event) implements Message {}

        /** The last word of a strand. */
        record Ended(Strand strand, RunInput end) implements Message {}
    }

    /** What a strand does; returns its end. */
    private interface Work {
        RunInput perform();
    }

    private final String runId;
    private final RunMachine machine;
    private final RunParts parts;
    private final Deadlines deadlines;
    private final RunListener listener;
    private final RunClock clock;
    /** Without a lock, for which thousands that end at once would queue. */
    private final BlockingQueue<Message> inbox = new LinkedTransferQueue<>();

    private final Map<String, Strand> strands = new LinkedHashMap<>();
    /** Those that were interrupted and have not ended yet, the one that is left behind first at the head. */
    private final SequencedMap<String, Strand> leaving = new LinkedHashMap<>();
    /** Threads that have said their last word and may have an instruction left. */
    private final Deque<Thread> ending = new ArrayDeque<>();

    private final List<String> abandoned = new ArrayList<>();

    private long mergeUntilNanos;
    /** When an interrupted strand ended last. */
    private long lastEndNanos = Long.MIN_VALUE;

    /** The latest reading of the books. */
    private @Nullable LedgerState money;

    private boolean workTimeUp;
    private boolean runTimeUp;
    private @Nullable RunEnding result;

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
     * ended or is named in {@link #abandoned()} when this returns or throws, and what breaks ends the run with every
     * outcome so far.
     *
     * @throws InterruptedException if the calling thread was interrupted: everything in flight has been interrupted too
     */
    public RunEnding run() throws InterruptedException {
        return Thread.currentThread().isVirtual() ? PlatformThread.call(name("run"), this::drive) : drive();
    }

    private RunEnding drive() throws InterruptedException {
        try {
            launch(new Strand(PLANNER, null), this::plan);
            while (result == null) {
                step();
            }
            return result;
        } catch (InterruptedException e) {
            take(new RunInput.Cancelled());
            throw e;
        } catch (Throwable broken) {
            // whatever a graph, its prices, a journal or a clock are made of: no outcome is thrown away
            return machine.breakOff(parts.failure(RunFailure.Kind.ENGINE_FAILED, broken));
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
        if (result == null && clock.nanoTime() >= nextAlarm()) {
            hearOut();
            ring(); // also while messages keep coming
        }
    }

    /** Whoever has ended while this thread was busy has obeyed, and must not be left behind. */
    private void hearOut() {
        for (int waiting = inbox.size(); waiting > 0 && result == null; waiting--) {
            receive(Objects.requireNonNull(inbox.poll(), "only the owner takes messages"));
        }
    }

    private void receive(Message message) {
        switch (message) {
            case Message.Input(RunInput input) -> take(input);
            case Message.Event(RunEvent event) -> listener.on(event);
            case Message.Ended(Strand strand, RunInput end) -> {
                if (depart(strand)) {
                    take(end);
                }
            }
        }
    }

    /** Returns false if the strand was left behind: then nobody waits for its end. */
    private boolean depart(Strand strand) {
        if (!strands.remove(strand.label, strand)) {
            return false;
        }
        if (leaving.remove(strand.label) != null) {
            lastEndNanos = shown();
        }
        ending.add(strand.thread());
        while (!ending.isEmpty() && !ending.peek().isAlive()) {
            ending.remove();
        }
        return true;
    }

    private void take(RunInput input) {
        for (RunCommand command : machine.on(input, money(), clock.nanoTime())) {
            execute(command);
        }
    }

    /** Once threads were interrupted nothing is begun: then this must not queue with all of them for the lock of the books. */
    private LedgerState money() {
        if (money == null || leaving.isEmpty()) {
            money = parts.money();
        }
        return money;
    }

    private void execute(RunCommand command) {
        switch (command) {
            case RunCommand.StartRung start -> launch(new Strand(strand(start.id()), start), () -> perform(start));
            case RunCommand.StopRung(RungId id) -> interrupt(strand(id));
            case RunCommand.StopPlanner stop -> interrupt(PLANNER);
            case RunCommand.StartMerge(List<SubtaskOutcome> outcomes) -> startMerge(outcomes);
            case RunCommand.Tell(RunEvent event) -> listener.on(event);
            case RunCommand.Finish(RunEnding end) -> result = end;
        }
    }

    // --- threads of the run

    private static String strand(RungId id) {
        return id.label() + "/" + id.rung();
    }

    private String name(String label) {
        return "cadre-%s-%s".formatted(runId, label);
    }

    private void launch(Strand strand, Work work) {
        strands.put(strand.label, strand);
        strand.start(name(strand.label), () -> {
            RunInput end;
            try {
                end = work.perform();
            } catch (Throwable unforeseen) {
                end = lost(strand, unforeseen);
            }
            inbox.add(new Message.Ended(strand, end));
        });
    }

    /** The end of a strand that broke without one; holds no exception, because this one's own code may throw. */
    private static RunInput lost(Strand strand, Throwable thrown) {
        String message = "its thread broke: " + Failure.describe(thrown);
        if (strand.rung != null) {
            var failure = new Failure(Failure.Kind.CODE_FAILED, message);
            return new RunInput.RungEnded(strand.rung.id(), RungEnd.Failed.of(failure));
        }
        return strand.label.equals(PLANNER)
                ? new RunInput.PlanFailed(RunFailure.of(RunFailure.Kind.PLANNER_FAILED, message))
                : new RunInput.MergeFailed(RunFailure.of(RunFailure.Kind.MERGE_FAILED, message));
    }

    /** Late work may have taken the last of the time, and yet there is something to answer with. */
    private void startMerge(List<SubtaskOutcome> outcomes) {
        mergeUntilNanos = deadlines.mergeUntil(clock.nanoTime());
        runTimeUp = false;
        launch(new Strand(MERGER, null), () -> merge(outcomes));
    }

    private RunInput plan() {
        try {
            return parts.plan(this::post);
        } catch (InterruptedException e) {
            return new RunInput.PlanFailed(RunFailure.of(RunFailure.Kind.CANCELLED, "the planner was interrupted"));
        } catch (UnrecordedException e) {
            post(new RunInput.Unrecorded(describe(e)));
            return new RunInput.PlanFailed(unrecorded(e));
        } catch (Throwable e) { // an Error in the planner must end the run, not hang it
            return new RunInput.PlanFailed(parts.failure(RunFailure.Kind.PLANNER_FAILED, e));
        }
    }

    private RunInput perform(RunCommand.StartRung start) {
        return new RunInput.RungEnded(start.id(), end(start));
    }

    private RungEnd end(RunCommand.StartRung start) {
        try {
            return parts.perform(start);
        } catch (InterruptedException e) {
            return new RungEnd.Cancelled();
        } catch (UnrecordedException e) {
            post(new RunInput.Unrecorded(describe(e)));
            return new RungEnd.Cancelled();
        } catch (Throwable e) { // as above
            return RungEnd.Failed.of(Failure.thrown(
                    Failure.Kind.CODE_FAILED,
                    e,
                    "subtask type '%s'".formatted(start.type().name())));
        }
    }

    private RunInput merge(List<SubtaskOutcome> outcomes) {
        try {
            return new RunInput.MergeEnded(Objects.requireNonNull(parts.merge(outcomes), "the merger answered null"));
        } catch (InterruptedException e) {
            return new RunInput.MergeFailed(RunFailure.of(RunFailure.Kind.DEADLINE, "the merge was interrupted"));
        } catch (UnrecordedException e) {
            return new RunInput.MergeFailed(unrecorded(e));
        } catch (Throwable e) { // as above
            return new RunInput.MergeFailed(parts.failure(RunFailure.Kind.MERGE_FAILED, e));
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
        strand.interrupt(deadlines, clock.nanoTime());
    }

    // --- time

    private long nextAlarm() {
        long alarm = workTimeUp ? Long.MAX_VALUE : deadlines.workNanos();
        alarm = runTimeUp ? alarm : Math.min(alarm, mergeUntilNanos);
        // each is left behind at the earliest when those are that were interrupted before it
        return leaving.isEmpty()
                ? alarm
                : Math.min(alarm, deadlines.leaveAt(leaving.firstEntry().getValue(), lastEndNanos));
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
        while (result == null && !leaving.isEmpty()) {
            Strand first = leaving.firstEntry().getValue();
            if (deadlines.leaveAt(first, lastEndNanos) > now) {
                return;
            }
            abandon(first);
        }
    }

    private void abandon(Strand strand) {
        String thread = strand.thread().getName();
        strands.remove(strand.label);
        leaving.remove(strand.label);
        abandoned.add(thread);
        if (strand.rung != null) {
            take(new RunInput.RungAbandoned(strand.rung.id(), thread));
        } else if (strand.label.equals(PLANNER)) {
            take(new RunInput.PlanFailed(RunFailure.of(
                    RunFailure.Kind.PLANNER_FAILED, "the planner ignored its interrupt and was left behind")));
        } else {
            take(new RunInput.MergeFailed(
                    RunFailure.of(RunFailure.Kind.DEADLINE, "the merger ignored its interrupt and was left behind")));
        }
    }

    // --- the end

    /**
     * Ends every thread that is left, within the grace, and hears out what they still have to tell. In real time: threads
     * end by it, whatever the clock of the run shows.
     */
    private void clear() {
        boolean interrupted = Thread.interrupted();
        strands.values().forEach(strand -> strand.thread().interrupt());
        long began = System.nanoTime();
        long shown = shown();
        long latest = began + (deadlines.leaveAtLatest(shown) - shown);
        long until = began + (deadlines.leaveAt(shown) - shown);
        while (!strands.isEmpty() && System.nanoTime() - until < 0) {
            try {
                Message message = RunClock.SYSTEM.poll(inbox, until);
                if (message != null && hearLast(message)) {
                    until = Math.min(latest, Math.max(until, System.nanoTime() + Deadlines.LEAST_GRACE_NANOS));
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        for (Message message = inbox.poll(); message != null; message = inbox.poll()) {
            hearLast(message);
        }
        strands.values().forEach(strand -> abandoned.add(strand.thread().getName()));
        interrupted |= !joinEnding(latest);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the clock shows; the deadline if it is broken. */
    private long shown() {
        try {
            return clock.nanoTime();
        } catch (Throwable broken) { // it has ended the run already, which must not lose its result for that
            return deadlines.runNanos();
        }
    }

    /** Returns whether it was the last word of a strand. */
    private boolean hearLast(Message message) {
        return switch (message) {
            case Message.Input input -> false;
            case Message.Event(RunEvent event) -> {
                listener.on(event);
                yield false;
            }
            case Message.Ended(Strand strand, RunInput end) -> depart(strand);
        };
    }

    /** Waits for the last instructions of threads; returns false if the calling thread was interrupted meanwhile. */
    private boolean joinEnding(long untilNanos) {
        boolean undisturbed = true;
        while (!ending.isEmpty()) {
            try {
                ending.peek().join(Duration.ofNanos(Math.max(1, untilNanos - System.nanoTime())));
                ending.remove();
            } catch (InterruptedException e) {
                undisturbed = false;
            }
        }
        return undisturbed;
    }
}
