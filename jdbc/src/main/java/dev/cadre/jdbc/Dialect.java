// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
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
        void force(Connection writing) throws SQLException {
            // a commit is on the disk half a second later, unless this is asked for
            try (var statement = writing.createStatement()) {
                statement.execute("CHECKPOINT SYNC");
            }
        }
    };

    private static final int LOCKED_IN_H2 = 50200;

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

    /** Returns once what was committed is on the disk. */
    abstract void force(Connection writing) throws SQLException;

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
