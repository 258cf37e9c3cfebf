// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;

/** A connection that one thread uses, and gives back as it was. Safe for use by many threads. */
final class Session implements AutoCloseable {
    /** Something to do with a connection. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException, SqlFailure;
    }

    /** What is to be done before a connection is given back. */
    @FunctionalInterface
    interface Ending {
        void run() throws SQLException;
    }

    private final SqlThread thread;
    private final Connection connection;
    private final boolean autoCommit;
    private final int networkTimeoutMillis;
    /** Used by the thread alone. */
    private Ending settings = () -> {};

    private Session(SqlThread thread, Connection connection, Duration longestSilence) throws SQLException {
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
     * @param longestSilence a database that says nothing for so long is lost, where the driver can tell, and no connection
     *     is waited for longer
     */
    static Session open(Logins logins, String name, Duration longestSilence) throws IOException {
        var thread = new SqlThread(name);
        try {
            return thread.call(() -> {
                Connection connection = logins.connect(longestSilence);
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
        return thread.call(() -> work.run(connection));
    }

    /**
     * Has the server end statements that wait for a lock or run for nearly as long as is waited here. Not for sessions that a
     * proxy gives to several clients in turn.
     */
    void bound(Dialect dialect, Duration longestSilence) throws IOException {
        thread.call(() -> settings = dialect.boundSession(connection, longestSilence));
    }

    @Override
    public void close() {
        closeAfter(() -> {});
    }

    /** Gives the connection back; ends it instead if it cannot be given back as it was. */
    void closeAfter(Ending ending) {
        try {
            thread.call(() -> {
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
            ending.run();
            settings.run();
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
    static void discard(Connection connection) {
        try (connection) {
            connection.abort(Runnable::run);
        } catch (SQLException | RuntimeException e) {
            // it is of no use to anybody
        }
    }
}
