// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that uses a connection.
 *
 * <p>A platform thread of its own, because an interrupt closes the socket of a virtual thread that waits for a database, and
 * the files of an H2 that runs in this process; and the threads of a run are interrupted whenever a budget or a caller ends
 * it. Safe for use by many threads.
 */
final class SqlThread implements AutoCloseable {
    /** Something to do with a database. */
    @FunctionalInterface
    interface Step<T> {
        T run() throws SQLException, SqlFailure;
    }

    /** Which lets no interrupt of an idle thread reach what it runs next. */
    private final ExecutorService executor;

    private volatile @Nullable Thread thread;

    SqlThread(String name) {
        executor = Executors.newSingleThreadExecutor(work -> {
            Thread made =
                    Thread.ofPlatform().daemon().name("cadre-jdbc-" + name).unstarted(work);
            thread = made;
            return made;
        });
    }

    /**
     * Waits until it is done, whether interrupted or not.
     *
     * @throws SqlFailure for whatever it throws but errors of the virtual machine
     * @throws IOException if this is closed
     */
    <T> T call(Step<T> step) throws IOException {
        var done = new CompletableFuture<T>();
        try {
            executor.execute(() -> complete(done, step));
            return done.join();
        } catch (RejectedExecutionException e) {
            throw new IOException("its connection is closed", e);
        } catch (CompletionException e) {
            var cause = Objects.requireNonNull(e.getCause());
            if (cause instanceof VirtualMachineError error) {
                throw error;
            }
            if (cause instanceof SqlFailure failure) {
                throw failure;
            }
            throw SqlFailure.of(cause);
        }
    }

    private static <T> void complete(CompletableFuture<T> done, Step<T> step) {
        try {
            done.complete(step.run());
        } catch (Throwable e) {
            done.completeExceptionally(e);
        }
    }

    /** Waits for the end of the thread, which ends what it has begun. */
    @Override
    public void close() {
        executor.shutdown();
        boolean interrupted = false;
        for (Thread started = thread; started != null && started.isAlive(); ) {
            try {
                started.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
