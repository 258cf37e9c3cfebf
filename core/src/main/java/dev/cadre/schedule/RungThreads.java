// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one run: virtual ones for work that waits; platform ones for plain code, which may compute and would keep
 * a carrier from the threads that wait for it. A platform thread is used again, for the same code of the same run only, and
 * ends with the run or when it was idle for a second. Belongs to the owner of the run.
 */
final class RungThreads {
    /** Platform threads in use at a time in the process; beyond them code has virtual threads: each takes a stack. */
    static final int MOST_PLATFORM = 256;

    private static final long IDLE_SECONDS = 1;

    private static final AtomicInteger IN_USE = new AtomicInteger();

    private final Map<Object, ThreadPoolExecutor> pools = new HashMap<>();
    /** All platform threads that may be alive. */
    private final List<Thread> platform = new ArrayList<>();
    /** Threads that have said their last word and may have an instruction left. */
    private final Deque<Thread> ending = new ArrayDeque<>();

    private final String idleName;

    /** @param prefix of the names of all threads */
    RungThreads(String prefix) {
        idleName = prefix + "idle";
    }

    static Thread virtual(String name, Runnable body) {
        return Thread.ofVirtual()
                .name(name)
                .inheritInheritableThreadLocals(false)
                .start(body);
    }

    /**
     * Performs plain code.
     *
     * @param code whose threads may be used again
     * @param body throws nothing
     * @return the thread, if it ends with the body
     */
    @Nullable
    Thread code(String name, Object code, Runnable body) {
        if (IN_USE.incrementAndGet() <= MOST_PLATFORM) {
            try {
                pools.computeIfAbsent(code, unknown -> pool()).execute(() -> perform(name, body));
                return null;
            } catch (OutOfMemoryError noThread) {
                // the operating system gives no more of them
            }
        }
        IN_USE.decrementAndGet();
        return virtual(name, body);
    }

    /** Nothing waits in it: a body has an idle thread, or a new one. */
    private ThreadPoolExecutor pool() {
        @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), this::thread) {
            @Override
            protected void afterExecute(Runnable body, @Nullable Throwable thrown) {
                reset(Thread.currentThread(), loader);
            }
        };
    }

    private Thread thread(Runnable work) {
        platform.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
        Thread thread = PlatformThread.builder(idleName).unstarted(work);
        platform.add(thread);
        return thread;
    }

    private static void perform(String name, Runnable body) {
        try {
            Thread.currentThread().setName(name);
            body.run();
        } finally {
            IN_USE.decrementAndGet();
        }
    }

    /** What code may have changed, as far as it can be undone: thread-locals cannot. */
    @SuppressWarnings("ThreadPriorityCheck") // back to what it was
    private void reset(Thread thread, @Nullable ClassLoader loader) {
        thread.setName(idleName);
        thread.setContextClassLoader(loader);
        thread.setPriority(Thread.NORM_PRIORITY);
        thread.setUncaughtExceptionHandler(null);
    }

    /** A thread has said its last word. */
    void ended(@Nullable Thread own) {
        if (own != null) {
            ending.add(own);
        }
        while (!ending.isEmpty() && !ending.peek().isAlive()) {
            ending.remove();
        }
    }

    /**
     * Ends all idle threads, and waits for the last instructions of those that have said their last word.
     *
     * @param stuck threads that nobody waits for
     * @return whether the calling thread was interrupted meanwhile
     */
    boolean close(Set<@Nullable Thread> stuck, long untilNanos) {
        pools.values().forEach(ThreadPoolExecutor::shutdown);
        ending.addAll(platform);
        ending.removeAll(stuck);
        boolean interrupted = false;
        while (!ending.isEmpty()) {
            try {
                ending.peek().join(Duration.ofNanos(Math.max(1, untilNanos - System.nanoTime())));
                ending.remove();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }
}
