// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.schedule.RunClock;
import dev.cadre.schedule.RungThreads;
import dev.cadre.worker.CodeThreads;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;

/**
 * Calls the code of users that the thread which drives a run must wait for, on a thread that can be left behind: when the
 * run's time is up, or its caller leaves. For the thread that drives the run.
 */
final class Aside {
    /** How long code may take to obey an interrupt before it is left behind. */
    private static final Duration GRACE = Duration.ofMillis(250);

    private static final long LOOK_NANOS = 20_000_000;

    /** Is told of a thread that was left behind, on the thread that drives the run. */
    @FunctionalInterface
    interface Listener {
        void left(String owner, String thread);
    }

    /** The code did not end while the run had time. */
    static final class LateException extends Exception {
        private static final long serialVersionUID = 1L;

        private LateException(String message) {
            super(message, null, false, false);
        }
    }

    private final RungThreads threads;
    private final RunClock clock;
    private final LongSupplier untilNanos;
    private final Listener listener;

    /**
     * Code that is called until then.
     *
     * @param untilNanos the reading of the clock at which the run has no time left for it
     * @param listener is told of each thread that ignored its interrupt
     */
    Aside(RungThreads threads, RunClock clock, LongSupplier untilNanos, Listener listener) {
        this.threads = threads;
        this.clock = clock;
        this.untilNanos = untilNanos;
        this.listener = listener;
    }

    /**
     * Performs code and waits for its end.
     *
     * @param owner the part of the run that the code belongs to, such as a subtask
     * @param what names the thread, with the owner
     * @param code whose threads may be used again
     * @throws ExecutionException with what it threw
     * @throws LateException if it did not end in time; it was interrupted, and is named if it ignored that
     * @throws InterruptedException if the calling thread was interrupted; the code was interrupted, too
     */
    <T> T call(String owner, String what, Object code, Callable<T> task)
            throws ExecutionException, LateException, InterruptedException {
        if (left() <= 0) {
            throw new LateException("the time was up before it could begin");
        }
        var future = new FutureTask<T>(task);
        String name = threads.name(owner + "/" + what);
        CodeThreads.Call call = threads.start(name, code, future);
        boolean isInTime = false;
        boolean isLeft = false;
        try {
            isInTime = ends(call);
        } finally {
            isLeft = !isInTime && !stop(call);
            if (isLeft) {
                listener.left(owner, name);
            }
        }
        if (!isInTime && future.state() != Future.State.SUCCESS) { // what it returned when asked to end is not lost
            throw new LateException(
                    isLeft
                            ? "thread '%s' ignored its interrupt and was left behind".formatted(name)
                            : "it did not end before the deadline");
        }
        return future.get();
    }

    /** Waits in real time, by which threads end, and looks at the clock of the run meanwhile. */
    private boolean ends(CodeThreads.Call call) throws InterruptedException {
        while (!call.join(Duration.ofNanos(Math.min(Math.max(0, left()), LOOK_NANOS)))) {
            if (left() <= 0) {
                return false;
            }
        }
        return true;
    }

    private long left() {
        return untilNanos.getAsLong() - clock.nanoTime();
    }

    /** Interrupts the code; returns whether it has ended within the grace. */
    private static boolean stop(CodeThreads.Call call) {
        call.interrupt();
        try {
            return call.join(GRACE);
        } catch (InterruptedException again) {
            Thread.currentThread().interrupt();
            return call.hasEnded();
        }
    }
}
