// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tables that belong together, of which {@code cadre_schema} notes the version.
 *
 * @param part how they are called there
 * @param script a resource that creates them where they are absent
 */
record Schema(String part, String script, int version) {
    static final Schema JOURNAL = new Schema("journal", "journal.sql", 1);
    static final Schema BUDGET = new Schema("budget", "budget.sql", 1);
    static final Schema LIMITS = new Schema("limits", "limits.sql", 1);

    /** An H2 breaks if two of its sessions create tables at once, and all of them are of this process. */
    private static final ReentrantLock CREATING = new ReentrantLock();

    /** Whoever runs the scripts by hand at the same time locks nobody out. */
    private static final int MOST_TRIES = 3;

    /** What PostgreSQL and H2 say of a table that is missing; H2 says something else if there is none at all. */
    private static final List<String> MISSING = List.of("42P01", "42S02", "42S04");

    /**
     * Creates the tables in one transaction, while nobody else does so.
     *
     * @throws IllegalStateException if there are tables of another version, which are left as they are
     */
    void create(Session session, Dialect dialect, Duration longestSilence) throws IOException {
        CREATING.lock();
        try {
            createLocked(session, dialect, longestSilence);
        } finally {
            CREATING.unlock();
        }
    }

    private void createLocked(Session session, Dialect dialect, Duration longestSilence) throws IOException {
        for (int tried = 1; ; tried++) {
            try {
                requireNone(session.call(connection -> created(connection, dialect, longestSilence)));
                return;
            } catch (SqlFailure e) {
                if (!e.isOfTwoAtOnce() || tried == MOST_TRIES) {
                    throw e;
                }
                // once more: whoever was in the way is done
            }
        }
    }

    /** Returns why not, or nothing. */
    private String created(Connection connection, Dialect dialect, Duration longestSilence) throws SQLException {
        connection.setAutoCommit(false);
        Dialect.Isolation isolation = dialect.readCommitted(connection);
        try {
            dialect.bound(connection, longestSilence);
            dialect.lockTables(connection);
            String unfitness = isThere(connection) ? unfitness(connection) : "";
            if (unfitness.isEmpty()) {
                run(connection);
            }
            connection.commit();
            connection.setAutoCommit(true);
            return unfitness;
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            isolation.giveBack();
        }
    }

    private boolean isThere(Connection connection) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            return found(connection).isPresent();
        } catch (SQLException e) {
            if (!isMissing(e)) {
                throw e;
            }
            connection.rollback(before);
            return false;
        }
    }

    private void run(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String each : text().split(";")) {
                if (!each.isBlank()) {
                    statement.execute(each);
                }
            }
        }
    }

    private String text() {
        try (InputStream text = Objects.requireNonNull(Schema.class.getResourceAsStream(script))) {
            return new String(text.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalStateException if the tables are missing, or of another version */
    void require(Session session) throws IOException {
        requireNone(session.call(this::unfitness));
    }

    private static void requireNone(String unfitness) {
        if (!unfitness.isEmpty()) {
            throw new IllegalStateException(unfitness);
        }
    }

    /** Why the tables are none that can be used; empty if they are. Where they are missing, it ends the transaction. */
    String unfitness(Connection connection) throws SQLException {
        OptionalInt found;
        try {
            found = found(connection);
        } catch (SQLException e) {
            if (!isMissing(e)) {
                throw e;
            }
            found = OptionalInt.empty();
        }
        if (found.isEmpty()) {
            return "the database has no tables for part '%s'; create them, or run %s".formatted(part, script);
        }
        return found.getAsInt() == version
                ? ""
                : "the tables for part '%s' have version %d, and the one known here is %d"
                        .formatted(part, found.getAsInt(), version);
    }

    private static boolean isMissing(SQLException e) {
        return MISSING.contains(e.getSQLState());
    }

    private OptionalInt found(Connection connection) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT version FROM cadre_schema WHERE part = ?")) {
            select.setString(1, part);
            try (ResultSet found = select.executeQuery()) {
                return found.next() ? OptionalInt.of(found.getInt(1)) : OptionalInt.empty();
            }
        }
    }
}
