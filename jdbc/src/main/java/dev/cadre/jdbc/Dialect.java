// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What one database does differently from another. Each method is called on the thread of the connection. */
enum Dialect {
    /** Locks by an advisory lock of the session that writes: it ends with the session, and a transaction does not end it. */
    POSTGRESQL("PostgreSQL") {
        @Override
        Optional<Lock> lock(Another another, Connection writing, int journal) throws SQLException {
            // by the table too: there may be such tables in several schemas
            String arguments = "(CAST(CAST('cadre_journal' AS regclass) AS oid)::integer, ?)";
            if (!isTrue(writing, "SELECT pg_try_advisory_lock" + arguments, journal)) {
                return Optional.empty();
            }
            boolean isChanged = flushesNow(writing);
            return Optional.of(() -> {
                // the session may live on in a pool
                try (var statement = writing.createStatement()) {
                    if (isChanged) {
                        statement.execute("SET synchronous_commit TO off"); // as it was
                    }
                }
                isTrue(writing, "SELECT pg_advisory_unlock" + arguments, journal);
            });
        }

        @Override
        String unfitness(Connection connection) {
            return "";
        }

        @Override
        String unfitnessForJournals(Connection connection) throws SQLException {
            try (var statement = connection.createStatement();
                    ResultSet answer = statement.executeQuery("SHOW server_encoding")) {
                return answer.next() && answer.getString(1).equals("UTF8") ? "" : "its encoding is not UTF8";
            }
        }

        @Override
        Isolation readCommitted(Connection connection) throws SQLException {
            // of this transaction alone: a proxy may give the next one to another session
            try (var statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
            }
            return () -> {};
        }

        @Override
        void bound(Connection connection, Duration longestSilence) throws SQLException {
            // a commit returns no sooner than it is durable
            query(
                    connection,
                    "SELECT %s, set_config('idle_in_transaction_session_timeout', '%d', true),"
                                    .formatted(waits(longestSilence, true), longestSilence.toMillis())
                            + " CASE current_setting('synchronous_commit')"
                            + " WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END");
        }

        @Override
        Session.Ending boundSession(Connection connection, Duration longestSilence) throws SQLException {
            List<String> before =
                    query(connection, "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')");
            query(connection, "SELECT " + waits(longestSilence, false));
            return () -> query(
                    connection,
                    "SELECT set_config('lock_timeout', '%s', false), set_config('statement_timeout', '%s', false)"
                            .formatted(before.toArray()));
        }

        @Override
        void lockTables(Connection connection) throws SQLException {
            query(connection, "SELECT CAST(pg_advisory_xact_lock(%d) AS text)".formatted(LOCK_OF_TABLES));
        }

        @Override
        void force(Connection writing) {
            // a commit does it
        }
    },

    /** Locks by a row lock of a second connection, for nothing else outlives the transactions of the one that writes. */
    H2("H2") {
        @Override
        Optional<Lock> lock(Another another, Connection writing, int journal) throws SQLException, SqlFailure {
            Connection locking = another.connection();
            try {
                boolean autoCommit = locking.getAutoCommit();
                locking.setAutoCommit(false);
                try (PreparedStatement select =
                        locking.prepareStatement("SELECT id FROM cadre_journal WHERE id = ? FOR UPDATE NOWAIT")) {
                    select.setInt(1, journal);
                    select.executeQuery().close();
                }
                return Optional.of(() -> {
                    try (locking) {
                        locking.rollback();
                        locking.setAutoCommit(autoCommit);
                    }
                });
            } catch (SQLException e) {
                locking.close();
                if (e.getErrorCode() == LOCKED_IN_H2) {
                    return Optional.empty();
                }
                throw e;
            }
        }

        @Override
        String unfitness(Connection connection) throws SQLException {
            return H2Sharing.of(connection);
        }

        @Override
        String unfitnessForJournals(Connection connection) throws SQLException {
            return unfitness(connection);
        }

        @Override
        Isolation readCommitted(Connection connection) throws SQLException {
            int before = connection.getTransactionIsolation();
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            return () -> connection.setTransactionIsolation(before);
        }

        @Override
        void bound(Connection connection, Duration longestSilence) {
            // its sessions are of this process, and wait for a lock for some seconds
        }

        @Override
        Session.Ending boundSession(Connection connection, Duration longestSilence) {
            return () -> {};
        }

        @Override
        void lockTables(Connection connection) {
            // its sessions are of this process, where one at a time creates tables
        }

        @Override
        void force(Connection writing) throws SQLException {
            // a commit is on the disk half a second later, unless this is asked for
            try (var statement = writing.createStatement()) {
                statement.execute("CHECKPOINT SYNC");
            }
        }
    };

    private static final int LOCKED_IN_H2 = 50200;
    /** An arbitrary number: "cadre". */
    private static final long LOCK_OF_TABLES = 0x6361647265L;

    private final String product;

    Dialect(String product) {
        this.product = product;
    }

    /** Takes a second connection to the same database. */
    interface Another {
        Connection connection() throws SQLException, SqlFailure;
    }

    /** The right to be the only session of a journal. */
    interface Lock {
        void release() throws SQLException;
    }

    /** The isolation that a connection had before a transaction. */
    interface Isolation {
        void giveBack() throws SQLException;
    }

    /** Empty if this database is none of them. */
    static Optional<Dialect> of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return Arrays.stream(values())
                .filter(dialect -> dialect.product.equals(product))
                .findFirst();
    }

    /** Takes the lock of a journal for the connection that writes it; empty if another session has it. Does not wait. */
    abstract Optional<Lock> lock(Another another, Connection writing, int journal) throws SQLException, SqlFailure;

    /** Why this database cannot keep budgets; empty if it can. */
    abstract String unfitness(Connection connection) throws SQLException;

    /** Why this database cannot keep journals; empty if it can. */
    abstract String unfitnessForJournals(Connection connection) throws SQLException;

    /** Has a transaction that begins read again behind a lock what it has read before. */
    abstract Isolation readCommitted(Connection connection) throws SQLException;

    /**
     * For this transaction: has the server end it if a statement waits for a lock or runs for nearly as long as the client has
     * patience, or if the client says nothing for so long. The session of a client that has gone would wait for the lock
     * all the same; and a process may stop, be paused or lose its network while it holds one.
     *
     * @param longestSilence the client's patience
     */
    abstract void bound(Connection connection, Duration longestSilence) throws SQLException;

    /** The same for all statements until the ending, but for the silence of the client. */
    abstract Session.Ending boundSession(Connection connection, Duration longestSilence) throws SQLException;

    /** Until the end of the transaction no other process creates tables: two that do so at once are in each other's way. */
    abstract void lockTables(Connection connection) throws SQLException;

    /** Returns once what was committed is on the disk. */
    abstract void force(Connection writing) throws SQLException;

    private static String waits(Duration longestSilence, boolean isOfTheTransaction) {
        return "set_config('lock_timeout', '%1$d', %3$s), set_config('statement_timeout', '%2$d', %3$s)"
                .formatted(longestSilence.toMillis() / 2, longestSilence.toMillis() * 3 / 4, isOfTheTransaction);
    }

    /** The columns of a single row. */
    private static List<String> query(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            var columns = new ArrayList<String>();
            for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                columns.add(String.valueOf(row.getString(i)));
            }
            return columns;
        }
    }

    private static boolean isTrue(Connection connection, String question, int journal) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(question)) {
            statement.setInt(1, journal);
            try (ResultSet answer = statement.executeQuery()) {
                return answer.next() && answer.getBoolean(1);
            }
        }
    }

    /** Has a commit return no sooner than it is durable; whether that was different before. */
    private static boolean flushesNow(Connection postgres) throws SQLException {
        try (var statement = postgres.createStatement();
                ResultSet changed = statement.executeQuery("SELECT set_config('synchronous_commit', 'on', false)"
                        + " WHERE current_setting('synchronous_commit') = 'off'")) {
            return changed.next();
        }
    }
}
