// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.schedule.RungThreads;
import dev.cadre.task.RunClock;
import dev.cadre.worker.CodeThreads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls the code of users that the thread which drives a run must wait for, on a thread that can be left behind: when the
 * run's time is up, or its caller leaves. For the thread that drives the run.
 */
public final class UserCode {
    /** How long code may take to obey an interrupt before it is left behind. */
    private static final Duration GRACE = Duration.ofMillis(250);

    private static final long LOOK_NANOS = 20_000_000;

    /** Is told of a thread that was left behind, on the thread that drives the run. */
    @FunctionalInterface
    public interface Listener {
        void left(String owner, String thread);
    }

    /** The code did not end while the run had time. */
    public static final class LateException extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean hasBegun;

        private LateException(String message, boolean hasBegun) {
            super(message, null, false, false);
            this.hasBegun = hasBegun;
        }

        /** False if the time was up before the code could begin. */
        public boolean hasBegun() {
            return hasBegun;
        }
    }

    /** The way from code to the thread that waits for it. */
    @FunctionalInterface
    public interface Asking {
        /** What the waiting thread answers; false once it waits no more. Blocks. */
        boolean ask(BooleanSupplier question);
    }

    /** Code that asks the waiting thread questions. */
    @FunctionalInterface
    public interface Conversation<T> {
        public T call(Asking asking) throws Exception;
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
    public UserCode(RungThreads threads, RunClock clock, LongSupplier untilNanos, Listener listener) {
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
    public <T> T call(String owner, String what, Object code, Callable<T> task)
            throws ExecutionException, LateException, InterruptedException {
        Pending<T> pending = start(owner, what, code, asking -> task.call());
        await(List.of(pending));
        return pending.result();
    }

    /** Starts code that is to be {@linkplain #await awaited}, unless the time is up. Does not block. */
    public <T> Pending<T> start(String owner, String what, Object code, Conversation<T> task) {
        return new Pending<>(owner, threads.name(owner + "/" + what), code, task);
    }

    /**
     * Waits for the ends of all, and answers what they ask; what does not end in time is interrupted, and named if it
     * ignores that.
     *
     * @throws InterruptedException if the calling thread was interrupted; they were interrupted, too
     */
    public void await(List<? extends Pending<?>> all) throws InterruptedException {
        boolean haveEnded = false;
        try {
            haveEnded = end(all);
        } finally {
            if (!haveEnded) {
                stop(all);
            }
        }
    }

    /** Waits for an end no longer than until that reading of the clock; false if the code goes on. */
    public boolean hasEnded(Pending<?> pending, long atNanos) throws InterruptedException {
        return pending.ends(atNanos);
    }

    /** Interrupts code that nobody waits for any more, and names what ignores that. */
    public void stop(List<? extends Pending<?>> all) {
        for (Pending<?> each : all) {
            each.interrupt();
        }
        long until = System.nanoTime() + GRACE.toNanos();
        for (Pending<?> each : all) {
            each.leave(until);
        }
    }

    private static boolean end(List<? extends Pending<?>> all) throws InterruptedException {
        for (Pending<?> pending : all) {
            if (!pending.ends(Long.MAX_VALUE)) {
                return false;
            }
        }
        return true;
    }

    private long left() {
        return left(Long.MAX_VALUE);
    }

    private long left(long atNanos) {
        return Math.min(untilNanos.getAsLong(), atNanos) - clock.nanoTime();
    }

    /** Code on a thread of its own. */
    public final class Pending<T> {
        private final String owner;
        private final String name;
        /** What the waiting thread is to do, and a word that wakes it at the end. */
        private final BlockingQueue<Runnable> words = new LinkedTransferQueue<>();

        private final FutureTask<T> future;
        private final CodeThreads.@Nullable Call thread;
        private volatile boolean isDeaf;
        private boolean isLate;
        private boolean isLeft;

        private Pending(String owner, String name, Object code, Conversation<T> task) {
            this.owner = owner;
            this.name = name;
            future = new FutureTask<>(() -> task.call(this::ask)) {
                @Override
                protected void done() {
                    words.add(() -> {});
                }
            };
            thread = left() <= 0 ? null : threads.start(name, code, future);
        }

        /** On the code's own thread. */
        private boolean ask(BooleanSupplier question) {
            var answer = new FutureTask<>(question::getAsBoolean);
            words.add(answer);
            if (isDeaf) {
                answer.cancel(false);
            }
            try {
                return answer.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                answer.cancel(false);
                return false;
            } catch (CancellationException | ExecutionException unanswered) {
                return false;
            }
        }

        /** Waits in real time, by which threads end, and looks at the clock of the run meanwhile. */
        private boolean ends(long atNanos) throws InterruptedException {
            while (thread != null && !future.isDone()) {
                long left = left(atNanos);
                Runnable word = words.poll(Math.clamp(left, 0, LOOK_NANOS), TimeUnit.NANOSECONDS);
                if (word != null) {
                    word.run();
                }
                if (left <= 0) {
                    return false;
                }
            }
            return thread == null || thread.join(GRACE); // for its last instructions
        }

        private void interrupt() {
            isLate |= !future.isDone();
            isDeaf = true;
            for (Runnable word = words.poll(); word != null; word = words.poll()) {
                if (word instanceof Future<?> answer) {
                    answer.cancel(false);
                }
            }
            if (thread != null) {
                thread.interrupt();
            }
        }

        private void leave(long untilNanos) {
            if (thread != null && !hasEnded(thread, untilNanos)) {
                isLeft = true;
                thread.leave();
                listener.left(owner, name);
            }
        }

        private static boolean hasEnded(CodeThreads.Call thread, long untilNanos) {
            try {
                return thread.join(Duration.ofNanos(Math.max(0, untilNanos - System.nanoTime())));
            } catch (InterruptedException again) {
                Thread.currentThread().interrupt();
                return thread.hasEnded();
            }
        }

        /**
         * What it returned. To be called when it was awaited; does not block.
         *
         * @throws ExecutionException with what it threw
         * @throws LateException if it did not end in time
         */
        public T result() throws ExecutionException, LateException {
            if (thread == null) {
                throw new LateException("the time was up before it could begin", false);
            }
            Future.State state = future.state();
            if (isLate && state != Future.State.SUCCESS) { // what it returned when asked to end is not lost
                throw new LateException(
                        isLeft
                                ? "thread '%s' ignored its interrupt and was left behind".formatted(name)
                                : "it did not end before the deadline",
                        true);
            }
            if (state == Future.State.FAILED) {
                throw new ExecutionException("the code threw", future.exceptionNow()); // asks it nothing
            }
            return future.resultNow();
        }
    }
}
