// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.task.WorkerContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Runs the tools of one turn at once, each on a thread of its own, none longer than its time. */
final class ToolTurn {
    /** How long code may take to obey an interrupt before it is left behind. */
    static final Duration GRACE = Duration.ofMillis(500);

    private ToolTurn() {}

    /**
     * Runs them and waits until each has ended or was left behind.
     *
     * @param sessions what the tools keep from turn to turn
     * @param context its timeout is the time of each tool
     * @param terms has the threads, and is told of each tool that threw or took too long and each thread that ignored its interrupt
     * @return how each ended, in the order of the runs
     * @throws dev.cadre.journal.UnrecordedException if one was a nested run that the journal of this run could not record
     * @throws InterruptedException if the calling thread was interrupted; all tools have then been interrupted
     */
    static List<ToolEnd> run(
            List<RungCommand.ToolRun> runs, ToolSessions sessions, WorkerContext context, RungTerms terms)
            throws InterruptedException {
        long deadline = System.nanoTime() + context.timeout().toNanos();
        var threads = new CopyOnWriteArrayList<ToolThread>(); // whoever asks where the rung is reads it, too
        try {
            return terms.in(new RungNotice.In(() -> underWay(runs, threads)), () -> {
                runs.forEach(run -> threads.add(new ToolThread(terms.threads(), run, sessions, context)));
                for (ToolThread thread : threads) {
                    thread.join(deadline);
                }
                return ends(threads, context.timeout(), terms.notices());
            });
        } finally {
            stop(threads, terms.notices());
        }
    }

    /** The tools that have not ended; one counts from before its thread starts, else its own code could be faster. */
    private static String underWay(List<RungCommand.ToolRun> runs, List<ToolThread> threads) {
        return IntStream.range(0, runs.size())
                .filter(i -> i >= threads.size() || !threads.get(i).hasEnded())
                .mapToObj(i -> "tool '%s'".formatted(runs.get(i).tool().name()))
                .distinct()
                .collect(Collectors.joining(" and "));
    }

    /** Of tools that nobody has interrupted: what they threw is their own, an {@link InterruptedException} too. */
    private static List<ToolEnd> ends(List<ToolThread> threads, Duration timeout, Consumer<RungNotice> notices) {
        var ends = new ArrayList<ToolEnd>();
        for (ToolThread thread : threads) {
            ToolEnd end = thread.end().orElse(new ToolEnd.TimedOut(timeout));
            switch (end) {
                case ToolEnd.Broke(Throwable thrown) -> {
                    Unrecorded.rethrow(thrown);
                    notices.accept(new RungNotice.ToolFailed(thread.tool(), thrown));
                }
                case ToolEnd.TimedOut late ->
                    notices.accept(new RungNotice.ToolFailed(
                            thread.tool(),
                            new TimeoutException("it did not end in %d ms".formatted(timeout.toMillis()))));
                case ToolEnd.Returned returned -> {}
                case ToolEnd.Declined declined -> {}
                case ToolEnd.NotApproved refused -> {}
            }
            ends.add(end);
        }
        return ends;
    }

    /** Interrupts whoever is still there, waits no longer than the grace, and names whoever stays. */
    private static void stop(List<ToolThread> threads, Consumer<RungNotice> notices) {
        threads.forEach(ToolThread::interrupt);
        long until = System.nanoTime() + GRACE.toNanos();
        for (ToolThread thread : threads) {
            if (!endedBy(until, thread)) {
                thread.leave();
                notices.accept(new RungNotice.Abandoned(thread.name()));
            }
        }
    }

    private static boolean endedBy(long until, ToolThread thread) {
        try {
            return thread.join(until);
        } catch (InterruptedException again) {
            Thread.currentThread().interrupt();
            return thread.hasEnded();
        }
    }
}
