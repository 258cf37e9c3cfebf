// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Calls beside each other, each on a virtual thread. When one fails, none begins any more; those in flight go on, because
 * they are paid for and what they bring is kept for a later session. For one thread.
 */
final class Abreast {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final String name;

    /** @param name how the names of the threads begin */
    Abreast(String name) {
        this.name = name;
    }

    /** Whether no call may be sent any more. Safe for use by many threads. */
    boolean isStopped() {
        return stopped.get();
    }

    /**
     * Makes all calls, and waits until every one of them has ended.
     *
     * @return what they returned, in their order
     * @throws InterruptedException if the calling thread was interrupted; so was every call
     * @throws RuntimeException what the first of them in their order threw that was not stopped by another one
     */
    <T> List<T> all(List<? extends Callable<T>> calls) throws InterruptedException {
        var tasks = calls.stream()
                .map(call -> new FutureTask<T>(() -> guarded(call)))
                .toList();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < tasks.size(); i++) {
            threads.add(Thread.ofVirtual()
                    .name(name + i)
                    .inheritInheritableThreadLocals(false)
                    .start(tasks.get(i)));
        }
        join(threads);
        Throwable failure = null;
        for (FutureTask<T> task : tasks) {
            Throwable thrown = task.state() == Future.State.SUCCESS ? null : task.exceptionNow();
            if (thrown != null && (failure == null || failure instanceof InterruptedException)) {
                failure = thrown;
            }
        }
        if (failure != null) {
            throw Abreast.<RuntimeException>asThrown(failure);
        }
        return tasks.stream().map(FutureTask::resultNow).toList();
    }

    private <T> T guarded(Callable<T> call) throws Exception {
        boolean isDone = false;
        try {
            if (isStopped()) {
                throw new InterruptedException("another call failed");
            }
            T result = call.call();
            isDone = true;
            return result;
        } finally {
            if (!isDone) {
                stopped.set(true);
            }
        }
    }

    private void join(List<Thread> threads) throws InterruptedException {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    stopped.set(true);
                    threads.forEach(Thread::interrupt);
                }
            }
        }
        if (interrupted) {
            throw new InterruptedException("interrupted while calls were in flight");
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E asThrown(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
