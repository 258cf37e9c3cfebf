// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * Threads of the operating system for the code of users, which may compute.
 *
 * <p>A virtual thread that computes keeps its carrier, of which a process has one for each processor; with all of them
 * taken, no virtual thread goes on, not even to look at the time. The operating system takes turns between its threads.
 *
 * <p>Public for those who perform rungs elsewhere; carries no compatibility promise. Safe for use by many threads.
 */
@FunctionalInterface
public interface CodeThreads {
    /** A new thread for each call. */
    CodeThreads NEW = (name, code, body) -> new NewThread(name, body);

    /** One call of code. Safe for use by many threads. */
    interface Call {
        /** Interrupts the code, if it has not ended. */
        void interrupt();

        /** Waits for its end, at most for so long; returns whether it has ended. */
        boolean join(Duration time) throws InterruptedException;

        /** Whether it has ended. Does not block. */
        boolean hasEnded();

        /** Nobody waits for its end any more: its thread keeps no other code from one. Does not block. */
        void leave();
    }

    /**
     * Starts code. Does not block.
     *
     * @param name of the thread while it performs the code
     * @param code what may use the thread again
     * @param body must not throw
     */
    Call start(String name, Object code, Runnable body);

    /**
     * Performs a task on such a thread, with the limits that the calling thread {@linkplain HeldLimits holds}, and waits
     * for its end; an interrupt of the calling thread is passed on, and kept if it came too late for the task.
     *
     * @return what the task returned; what it throws is thrown, undeclared
     * @throws InterruptedException if the task throws it
     */
    default <T> T call(String name, Object code, Callable<T> task) throws InterruptedException {
        HeldLimits held = HeldLimits.here();
        var future = new FutureTask<T>(() -> held.during(task::call));
        Call call = start(name, code, future);
        boolean interrupted = false;
        for (boolean ended = false; !ended; ) {
            try {
                ended = call.join(Duration.ofDays(1));
            } catch (InterruptedException e) {
                interrupted = true;
                call.interrupt();
            }
        }
        if (future.state() == Future.State.SUCCESS) {
            keep(interrupted);
            return future.resultNow();
        }
        Throwable thrown = future.exceptionNow(); // asks it nothing, which may throw itself
        keep(interrupted && !(thrown instanceof InterruptedException));
        throw CodeThreads.<RuntimeException>asThrown(thrown);
    }

    /** Performs a task on the calling thread; what it throws is thrown, undeclared. */
    static <T> T here(Callable<T> task) throws InterruptedException {
        try {
            return task.call();
        } catch (Exception thrown) {
            throw CodeThreads.<RuntimeException>asThrown(thrown);
        }
    }

    private static void keep(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E asThrown(Throwable thrown) throws E {
        throw (E) thrown;
    }

    /** How all such threads are made. */
    static Thread.Builder builder(String name) {
        return Thread.ofPlatform().daemon().name(name).inheritInheritableThreadLocals(false);
    }
}
