// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Makes calls that the operating system may never answer, such as opening a pipe that took the place of a file, on
 * threads of their own, and waits for them until a deadline.
 *
 * <p>Nothing in Java ends such a call. Its thread is left behind and does not keep the process from ending.
 */
public final class BlockingCalls implements AutoCloseable {
    private final ExecutorService threads = Executors.newFixedThreadPool(
            Math.max(2, Runtime.getRuntime().availableProcessors()),
            Thread.ofPlatform().name("reader-", 0).daemon().factory());

    /**
     * Makes one call.
     *
     * @return what it returned, or nothing if the deadline came first
     * @throws IOException if the call threw one
     */
    public <T> Optional<T> call(Callable<T> call, Deadline deadline) throws IOException, InterruptedException {
        return all(List.of(call), deadline).getFirst();
    }

    /**
     * Makes calls, several at a time, and waits for all of them.
     *
     * @return what each returned, in their order, or nothing where the deadline came first
     * @throws IOException if one of them threw one
     */
    <T> List<Optional<T>> all(List<Callable<T>> calls, Deadline deadline) throws IOException, InterruptedException {
        var results = new ArrayList<Optional<T>>();
        for (Future<T> future : threads.invokeAll(calls, deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
            results.add(result(future));
        }
        return results;
    }

    private static <T> Optional<T> result(Future<T> future) throws IOException, InterruptedException {
        try {
            return Optional.of(future.get());
        } catch (CancellationException late) {
            return Optional.empty();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case InterruptedException interrupted -> throw interrupted;
                case null, default -> throw failure("a reader failed", e);
            }
        }
    }

    /**
     * Returns the failure of what somebody else's thread did.
     *
     * @throws OutOfMemoryError if that is what happened there: no defect of anybody
     */
    public static IllegalStateException failure(String what, ExecutionException thrown) {
        if (thrown.getCause() instanceof OutOfMemoryError full) {
            throw full;
        }
        return new IllegalStateException(what, thrown.getCause());
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
