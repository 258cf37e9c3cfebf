// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.worker.CodeThreads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one run: virtual ones for work that waits; platform ones for the code of users, which may compute and
 * would keep a carrier from the threads that wait for it. A platform thread is used again, for the same code of the same
 * run only, and ends with the run or when it was idle for a second. Belongs to the owner of the run, but {@link #start} is
 * safe for use by many threads.
 */
public final class RungThreads implements CodeThreads {
    private static final long IDLE_SECONDS = 1;

    /** Beyond them code has virtual threads. */
    private static final PlatformPlaces PLACES = PlatformPlaces.OF_PROCESS;

    private final Map<Object, ThreadPoolExecutor> pools = new ConcurrentHashMap<>();
    /** All platform threads that may be alive, and virtual ones that took their place for a part of some work. */
    private final Queue<Thread> platform = new ConcurrentLinkedQueue<>();
    /** Those of the platform threads that are at work. */
    private final Map<Thread, PlatformPlaces.Place> places = new ConcurrentHashMap<>();
    /** The parts of work that have not ended. */
    private final Set<Part> parts = ConcurrentHashMap.newKeySet();
    /** Threads that have said their last word and may have an instruction left. */
    private final Deque<Thread> ending = new ArrayDeque<>();

    private final String prefix;
    private final String idleName;
    private volatile boolean closed;

    /** @param runId is part of the names of all threads */
    public RungThreads(String runId) {
        prefix = "cadre-%s-".formatted(runId);
        idleName = name("idle");
    }

    /** The name of the thread that performs this work. */
    public String name(String label) {
        return prefix + label;
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
        Optional<PlatformPlaces.Place> place = closed ? Optional.empty() : PLACES.take();
        if (place.isPresent()) {
            try {
                pools.computeIfAbsent(code, unknown -> pool()).execute(() -> perform(name, body, place.get()));
                return null;
            } catch (OutOfMemoryError noThread) {
                // the operating system gives no more of them
            } catch (RejectedExecutionException closedMeanwhile) {
                // by whoever leaves the caller behind
            }
            place.get().giveBack();
        }
        return virtual(name, body);
    }

    /**
     * Performs a part of the work of the calling thread, which goes on meanwhile. The run does not wait for it: whoever
     * started it does, or leaves it behind.
     */
    @Override
    public Call start(String name, Object code, Runnable body) {
        var part = new Part(body);
        parts.add(part);
        Thread own = code(name, code, part);
        if (own != null) {
            platform.add(own);
        }
        return part;
    }

    private final class Part implements Call, Runnable {
        private final @Nullable ThreadedWork whole = ThreadedWork.current();
        private final InterruptScope scope = new InterruptScope();
        private final CountDownLatch ended = new CountDownLatch(1);
        private final Runnable body;

        Part(Runnable body) {
            this.body = body;
        }

        @Override
        public void run() {
            try {
                scope.begin();
                ThreadedWork.during(whole, body);
            } finally {
                scope.end();
                parts.remove(this);
                ended.countDown();
            }
        }

        @Override
        public void interrupt() {
            scope.interrupt();
        }

        @Override
        public boolean join(Duration time) throws InterruptedException {
            return ended.await(time.toNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public boolean hasEnded() {
            return ended.getCount() == 0;
        }

        @Override
        public void leave() {
            leaveThread(scope.thread());
        }
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
        Thread thread = CodeThreads.builder(idleName).unstarted(work);
        platform.add(thread);
        return thread;
    }

    private void perform(String name, Runnable body, PlatformPlaces.Place place) {
        Thread thread = Thread.currentThread();
        places.put(thread, place);
        if (closed) {
            place.leave(); // started by somebody who was left behind
        }
        try {
            thread.setName(name);
            body.run();
        } finally {
            places.remove(thread);
            place.giveBack();
        }
    }

    /** The run goes on without this work: its threads, those of its parts too, give their places back. */
    void leave(ThreadedWork strand) {
        leaveThread(strand.thread());
        parts.stream().filter(part -> part.whole == strand).forEach(Part::leave);
    }

    private void leaveThread(@Nullable Thread thread) {
        PlatformPlaces.Place place = thread == null ? null : places.get(thread);
        if (place != null) {
            place.leave();
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

    /** Ends all idle threads of a run that was not driven, and waits for those whose work has ended; keeps an interrupt. */
    public void close() {
        if (close(Set.of(), System.nanoTime() + Deadlines.GRACE.toNanos())) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends all idle threads, and waits for the last instructions of those that have said their last word.
     *
     * @param stuck threads that nobody waits for
     * @return whether the calling thread was interrupted meanwhile
     */
    boolean close(Set<@Nullable Thread> stuck, long untilNanos) {
        closed = true;
        pools.values().forEach(ThreadPoolExecutor::shutdown);
        List<@Nullable Thread> underWay =
                parts.stream().map(part -> part.scope.thread()).toList();
        platform.removeIf(thread -> thread.getState() == Thread.State.NEW); // of whoever was left behind, just now
        ending.addAll(platform);
        ending.removeAll(stuck);
        ending.removeAll(underWay);
        boolean interrupted = false;
        while (!ending.isEmpty()) {
            try {
                ending.peek().join(Duration.ofNanos(Math.max(1, untilNanos - System.nanoTime())));
                ending.remove();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        places.values().forEach(PlatformPlaces.Place::leave);
        return interrupted;
    }
}
