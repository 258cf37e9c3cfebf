// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import javax.sql.DataSource;

/**
 * A connection, and the one thread that uses it.
 *
 * <p>A platform thread of its own, because an interrupt closes the socket of a virtual thread that waits for a database, and
 * the files of an H2 that runs in this process; and the threads of a run are interrupted whenever a budget or a caller ends
 * it. Safe for use by many threads.
 */
final class Session implements AutoCloseable {
    /** Something to do with a connection. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /** What a connection is to do at its end. */
    @FunctionalInterface
    interface Ending {
        void run(Connection connection) throws SQLException;
    }

    private final ExecutorService thread;
    private final Connection connection;
    private final boolean autoCommit;
    private final int networkTimeoutMillis;

    private Session(ExecutorService thread, Connection connection, Duration longestSilence) throws SQLException {
        this.thread = thread;
        this.connection = connection;
        this.autoCommit = connection.getAutoCommit();
        this.networkTimeoutMillis = connection.getNetworkTimeout();
        connection.setAutoCommit(true);
        limitSilence((int) longestSilence.toMillis());
    }

    /**
     * Takes a connection, and changes some of its settings until it is given back.
     *
     * @param longestSilence a database that says nothing for so long is lost, where the driver can tell
     */
    static Session open(DataSource source, String name, Duration longestSilence) throws IOException {
        ExecutorService thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("cadre-jdbc-" + name).factory());
        try {
            return call(thread, () -> {
                Connection connection = source.getConnection();
                try {
                    return new Session(thread, connection, longestSilence);
                } catch (SQLException | RuntimeException e) {
                    discard(connection);
                    throw e;
                }
            });
        } catch (IOException | RuntimeException | Error e) {
            thread.close();
            throw e;
        }
    }

    /** Waits until it is done, whether interrupted or not. */
    <T> T call(Work<T> work) throws IOException {
        return call(thread, () -> work.run(connection));
    }

    private interface Step<T> {
        T run() throws SQLException;
    }

    private static <T> T call(ExecutorService thread, Step<T> step) throws IOException {
        var done = new CompletableFuture<T>();
        try {
            thread.execute(() -> complete(done, step));
            return done.join();
        } catch (RejectedExecutionException e) {
            throw new IOException("its connection is closed", e);
        } catch (CompletionException e) {
            var cause = Objects.requireNonNull(e.getCause());
            if (cause instanceof Error error) {
                throw error;
            }
            throw SqlFailure.of(cause);
        }
    }

    private static <T> void complete(CompletableFuture<T> done, Step<T> step) {
        // whoever interrupts every thread in sight must not close the connection
        Thread.interrupted();
        try {
            done.complete(step.run());
        } catch (Throwable e) {
            done.completeExceptionally(e);
        }
    }

    @Override
    public void close() {
        closeAfter(any -> {});
    }

    /** Gives the connection back as it was; if that fails, ends it. */
    void closeAfter(Ending ending) {
        try {
            call(thread, () -> {
                end(ending);
                return true;
            });
        } catch (IOException closedAlready) {
            // nothing is left to be done
        } finally {
            thread.close();
        }
    }

    private void end(Ending ending) {
        try {
            ending.run(connection);
            limitSilence(networkTimeoutMillis);
            connection.setAutoCommit(autoCommit);
            connection.close();
        } catch (SQLException | RuntimeException e) {
            discard(connection);
        }
    }

    private void limitSilence(int millis) throws SQLException {
        try {
            connection.setNetworkTimeout(Runnable::run, millis);
        } catch (SQLFeatureNotSupportedException e) {
            // as in a process of one's own
        }
    }

    /** A pool must not hand out again what may still hold a lock. */
    private static void discard(Connection connection) {
        try (connection) {
            connection.abort(Runnable::run);
        } catch (SQLException | RuntimeException e) {
            // it is of no use to anybody
        }
    }
}
