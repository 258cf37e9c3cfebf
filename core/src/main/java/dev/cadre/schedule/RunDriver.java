// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.redact.Thrown;
import dev.cadre.task.RunClock;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.CodeThreads;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedTransferQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one run, the queue on which they report to the one thread that owns the run, and their ends: work is
 * started on the sort of thread that it needs, interrupted when its time is up, and left behind and named when it ignores
 * that. Graphs, goals and bulk runs are driven by it. Good for one run; {@link #post} is safe for use by many threads, all
 * else belongs to the owner.
 */
public final class RunDriver {
    /** A run that is driven, on the owner's thread. */
    public interface Driven {
        /** When it does something unless it is told anything before; {@link Long#MAX_VALUE} if never. */
        long alarm();

        /** Does it, as far as it is time for it. Called when the alarm is due, or somebody is about to be left behind. */
        void ring(long now);

        boolean isOver();

        /** Deals with what it is told. */
        default void hear(Runnable word) {
            word.run();
        }
    }

    /**
     * Work on a thread of its own. Each of its ends is dealt with on the owner's thread.
     *
     * @param performance is called on that thread; returns its last word, by which the owner deals with its end
     * @param broken the last word of a performance that threw; called on that thread, too
     * @param stuck deals with work that ignored its interrupt
     */
    public record Work(Supplier<Runnable> performance, Function<Throwable, Runnable> broken, Consumer<Stuck> stuck) {}

    /**
     * Work that ignored its interrupt.
     *
     * @param thread the name of its thread
     * @param place what it was in when it was interrupted, in words for people; empty if nobody knows
     */
    public record Stuck(String thread, String place) {}

    /** Work that was left behind, and the name of its thread. */
    public record Left(String label, String thread) {}

    /** @param ended whose last word it is; null if it is not a last word */
    private record Message(Runnable word, @Nullable ThreadedWork ended) {}

    private final Deadlines deadlines;
    private final RunClock clock;
    /** Without a lock, for which thousands that end at once would queue. */
    private final BlockingQueue<Message> inbox = new LinkedTransferQueue<>();

    private final Map<String, ThreadedWork> strands = new LinkedHashMap<>();
    /** Those that were asked to end and have not, the one that is left behind first at the head. */
    private final SequencedMap<String, ThreadedWork> leaving = new LinkedHashMap<>();

    private final RungThreads threads;
    private final List<ThreadedWork> abandoned = new ArrayList<>();
    private List<ThreadedWork> leftAtTheEnd = List.of();
    /** When a strand that was asked to end did so last. */
    private long lastEndNanos = Long.MIN_VALUE;

    /**
     * A driver with threads of its own.
     *
     * @param runId is part of the names of all threads
     */
    public RunDriver(String runId, Deadlines deadlines, RunClock clock) {
        this(new RungThreads(runId), deadlines, clock);
    }

    /** A driver with these threads, which it closes. */
    public RunDriver(RungThreads threads, Deadlines deadlines, RunClock clock) {
        this.threads = threads;
        this.deadlines = deadlines;
        this.clock = clock;
    }

    Deadlines deadlines() {
        return deadlines;
    }

    RunClock clock() {
        return clock;
    }

    /**
     * Performs a run on a thread that never needs a carrier of virtual threads, so that code which keeps all of them busy
     * cannot stop its clock: on the calling thread, or a platform thread if that is a virtual one.
     *
     * @throws InterruptedException if the run throws it, or the calling thread is interrupted already; a later interrupt of
     *     that thread reaches the run
     */
    public static <T> T own(String runId, Callable<T> run) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before the run began");
        }
        return Thread.currentThread().isVirtual()
                ? CodeThreads.NEW.call("cadre-%s-run".formatted(runId), run, run)
                : CodeThreads.here(run);
    }

    /** Tells the run something. Does not block; safe for use by many threads. */
    public void post(Runnable word) {
        inbox.add(new Message(word, null));
    }

    /** The work that was left behind when the run was {@linkplain #clear cleared}, in its order. */
    public List<Left> leftAtTheEnd() {
        return leftAtTheEnd.stream()
                .map(strand -> new Left(strand.label, strand.name))
                .toList();
    }

    /** The threads that ignored their interrupt and were left behind, by name. */
    public List<String> abandoned() {
        return abandoned.stream().map(strand -> strand.name).toList();
    }

    /** Whether no work is under way. */
    public boolean isIdle() {
        return strands.isEmpty();
    }

    /** Whether any work was asked to end and has not. */
    public boolean isAnyLeaving() {
        return !leaving.isEmpty();
    }

    // --- work

    /** Starts work of this type: on a platform thread if it is plain code, which may compute. Does not block. */
    public void start(String label, SubtaskType<?, ?> type, Work work) {
        ThreadedWork strand = put(label, work);
        strand.own = type.isModelWork()
                ? RungThreads.virtual(strand.name, body(strand))
                : threads.code(strand.name, type.work(), body(strand));
    }

    /** Starts a part of the work of this type that is the user's code, which may compute. Does not block. */
    public void startCode(String label, Object code, Work work) {
        ThreadedWork strand = put(label, work);
        strand.own = threads.code(strand.name, code, body(strand));
    }

    /** Starts work that waits for others. Does not block. */
    public void startVirtual(String label, Work work) {
        ThreadedWork strand = put(label, work);
        strand.own = RungThreads.virtual(strand.name, body(strand));
    }

    /** Starts work that has a thread of the operating system whatever else is under way. Does not block. */
    public void startPlatform(String label, Work work) {
        ThreadedWork strand = put(label, work);
        strand.own = CodeThreads.builder(strand.name).start(body(strand));
    }

    private ThreadedWork put(String label, Work work) {
        var strand = new ThreadedWork(label, threads.name(label), work);
        strands.put(label, strand);
        return strand;
    }

    private Runnable body(ThreadedWork strand) {
        return () -> inbox.add(new Message(strand.perform(), strand));
    }

    /** Whether the work that the calling thread performs for a run was interrupted by that run, or is about to be. */
    public static boolean isInterrupted() {
        ThreadedWork current = ThreadedWork.current();
        return current != null && current.isInterrupted();
    }

    /** Whether the run has left the work behind that the calling thread performs for it: nobody wants its results. */
    public static boolean isLeftBehind() {
        ThreadedWork current = ThreadedWork.current();
        return current != null && current.isLeft();
    }

    /**
     * Whether what the work of the calling thread threw is the cancel that its run asked for. An interrupt that nobody asked
     * for is a failure of whoever threw it, also if it is the cause of what was thrown.
     */
    public static boolean isCancel(Throwable thrown) {
        return isLeftBehind()
                || (isInterrupted()
                        && Thrown.first(InterruptedException.class, thrown).isPresent());
    }

    /**
     * Says what the work that the calling thread performs for a run is in from now on, which may hang. Does nothing on
     * other threads. Does not block.
     *
     * @param place in words for people, empty for nothing; asked by the thread that owns the run, must not block
     * @return what it was in until now, to be given back afterwards
     */
    public static Supplier<String> enter(Supplier<String> place) {
        ThreadedWork current = ThreadedWork.current();
        return current == null ? place : current.enter(place);
    }

    /** What the work that the calling thread performs was in when its run interrupted it; empty if in nothing known. */
    public static String interruptedIn() {
        ThreadedWork current = ThreadedWork.current();
        return current == null ? "" : current.interruptedIn();
    }

    /** Interrupts this work, if it is under way, and begins its grace. */
    public void interrupt(String label) {
        interrupt(List.of(label));
    }

    /** The same for several, none of which takes what another of them gives back. */
    public void interrupt(Collection<String> labels) {
        labels.forEach(this::beginGrace);
        ThreadedWork.interruptAll(
                labels.stream().map(strands::get).filter(Objects::nonNull).toList());
    }

    /** Leaves this work behind if it is under way and does not end within the grace by itself. */
    public void beginGrace(String label) {
        ThreadedWork strand = strands.get(label);
        if (strand != null && leaving.putIfAbsent(label, strand) == null) {
            strand.beginGrace(deadlines, clock.nanoTime());
        }
    }

    // --- the loop

    /** Waits until something happens or it is time for something, and has the run deal with it. */
    public void turn(Driven run) throws InterruptedException {
        hear(clock.poll(inbox, alarm(run)), run::hear);
        if (!run.isOver() && clock.nanoTime() >= alarm(run)) { // also while messages keep coming
            hearOut(run);
            long now = clock.nanoTime();
            run.ring(now);
            while (!run.isOver() && !leaving.isEmpty() && leaveAt() <= now) {
                leaveBehind(leaving.firstEntry().getValue());
            }
        }
    }

    /** Whoever has ended while the owner was busy has obeyed, and must not be left behind. */
    private void hearOut(Driven run) {
        for (int waiting = inbox.size(); waiting > 0 && !run.isOver(); waiting--) {
            hear(inbox.poll(), run::hear);
        }
    }

    private long alarm(Driven run) {
        return leaving.isEmpty() ? run.alarm() : Math.min(run.alarm(), leaveAt());
    }

    /** Each is left behind at the earliest when those are that were asked to end before it. */
    private long leaveAt() {
        return deadlines.leaveAt(leaving.firstEntry().getValue(), lastEndNanos);
    }

    /** Passes on what was said, unless by somebody who was left behind; returns whether it was a last word. */
    private boolean hear(@Nullable Message message, Consumer<Runnable> run) {
        if (message != null && (message.ended() == null || depart(message.ended()))) {
            run.accept(message.word());
        }
        return message != null && message.ended() != null;
    }

    /** Returns false if the strand was left behind: then nobody waits for its end. */
    private boolean depart(ThreadedWork strand) {
        if (!strands.remove(strand.label, strand)) {
            return false;
        }
        if (leaving.remove(strand.label) != null) {
            lastEndNanos = clock.nanoTime();
        }
        threads.ended(strand.own);
        return true;
    }

    private void leaveBehind(ThreadedWork strand) {
        strand.leave();
        threads.leave(strand);
        strands.remove(strand.label);
        leaving.remove(strand.label);
        abandoned.add(strand);
        strand.work.stuck().accept(new Stuck(strand.name, strand.interruptedIn()));
    }

    // --- the end

    /**
     * Interrupts all work that is left, and waits until it has ended, within the grace, hearing what it still says: every
     * thread of the run has ended or is named in {@link #abandoned()} when this returns. In real time: threads end by it,
     * whatever the clock of the run shows. An interrupt of the calling thread is kept until then.
     */
    public void clear() {
        clear(Deadlines.GRACE.toNanos());
    }

    /** The same with a grace of no more than this. */
    void clear(long graceNanos) {
        boolean interrupted = Thread.interrupted();
        ThreadedWork.interruptAll(strands.values());
        long began = System.nanoTime();
        long shown = clock.nanoTime();
        long latest = began + (deadlines.leaveAtLatest(shown) - shown);
        long until = began + Math.min(graceNanos, deadlines.leaveAt(shown) - shown);
        while (!strands.isEmpty() && System.nanoTime() - until < 0) {
            try {
                if (hear(RunClock.SYSTEM.poll(inbox, until), Runnable::run)) {
                    until = Math.min(latest, Math.max(until, System.nanoTime() + Deadlines.LEAST_GRACE_NANOS));
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        for (Message message = inbox.poll(); message != null; message = inbox.poll()) {
            hear(message, Runnable::run);
        }
        leftAtTheEnd = List.copyOf(strands.values());
        leftAtTheEnd.forEach(this::leaveBehind);
        Set<@Nullable Thread> stuck = new HashSet<>();
        abandoned.forEach(strand -> stuck.add(strand.thread()));
        interrupted |= threads.close(stuck, latest);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
