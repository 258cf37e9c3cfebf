// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads of the operating system, for what must go on while others compute.
 *
 * <p>A virtual thread that computes keeps its carrier, of which a process has one for each processor; with all of them
 * taken, no virtual thread goes on, not even to look at the time. The operating system takes turns between its threads.
 */
final class PlatformThread {
    /** As many at a time in the process; beyond them code runs on virtual threads, because each takes a stack. */
    static final int MOST = 256;

    private static final AtomicInteger RUNNING = new AtomicInteger();

    private PlatformThread() {}

    /** Starts work on a platform thread if there are not too many, else on a virtual one. */
    static Thread start(String name, Runnable work) {
        if (RUNNING.incrementAndGet() <= MOST) {
            try {
                return builder(name).start(() -> {
                    try {
                        work.run();
                    } finally {
                        RUNNING.decrementAndGet();
                    }
                });
            } catch (OutOfMemoryError noThread) {
                // the operating system gives no more of them
            }
        }
        RUNNING.decrementAndGet();
        return Strand.virtual(name, work);
    }

    /**
     * Performs a task on a thread of its own and waits for its end; an interrupt of the calling thread is passed on.
     *
     * @throws InterruptedException if the task throws it
     */
    static <T> T call(String name, Callable<T> task) throws InterruptedException {
        var future = new FutureTask<>(task);
        Thread thread = builder(name).start(future);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
                thread.interrupt();
            }
        }
        try {
            T result = future.get();
            if (interrupted) {
                Thread.currentThread().interrupt(); // it came too late for the task
            }
            return result;
        } catch (ExecutionException e) {
            throw unwrapped(e);
        }
    }

    private static RuntimeException unwrapped(ExecutionException e) throws InterruptedException {
        return switch (e.getCause()) {
            case InterruptedException interrupt -> throw interrupt;
            case RuntimeException runtime -> runtime;
            case Error error -> throw error;
            case null, default -> new IllegalStateException(e);
        };
    }

    private static Thread.Builder builder(String name) {
        return Thread.ofPlatform().daemon().name(name).inheritInheritableThreadLocals(false);
    }
}
