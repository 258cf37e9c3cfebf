// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A thread of the operating system, for what must go on while others compute.
 *
 * <p>A virtual thread that computes keeps its carrier, of which a process has one for each processor; with all of them
 * taken, no virtual thread goes on, not even to look at the time. The operating system takes turns between its threads.
 */
final class PlatformThread {
    private PlatformThread() {}

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

    static Thread.Builder builder(String name) {
        return Thread.ofPlatform().daemon().name(name).inheritInheritableThreadLocals(false);
    }
}
