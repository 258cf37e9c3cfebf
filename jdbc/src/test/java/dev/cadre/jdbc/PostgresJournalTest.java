// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;

@ExtendWith(RequiresPostgres.class)
class PostgresJournalTest extends DatabaseJournalTest {
    private final PGSimpleDataSource source = TestPostgres.shared().newSchema();

    @Override
    DataSource source() {
        return source;
    }

    @Override
    void takeLock(HeldConnections held) throws SQLException {
        answer(held.given().getFirst(), "SELECT pg_advisory_unlock_all()");
    }

    @Override
    void endSession(HeldConnections held) {
        TestPostgres.shared()
                .execute("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name = '%s'"
                        .formatted(source.getApplicationName()));
    }

    private static String answer(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(question)) {
            answer.next();
            return answer.getString(1);
        }
    }

    @Test
    void journalDeletedWhileItIsOpen_takesNothingMore_andSaysWhy() throws SQLException {
        try (Journal journal = open();
                Connection other = source().getConnection();
                Statement statement = other.createStatement()) {
            statement.execute("DELETE FROM cadre_journal");

            assertThatExceptionOfType(JournalException.WriteFailed.class)
                    .isThrownBy(() -> journal.append(item(0)))
                    .withStackTraceContaining("SQLState 23503: what it belongs to was deleted");
        }
    }

    @Test
    void commits_areDurable_whateverTheDatabaseIsSetTo() throws SQLException {
        source.setOptions("-c synchronous_commit=off");
        var pool = HeldConnections.pool(source);
        try (Journal journal = JdbcJournals.in(pool.source()).open("labels")) {
            journal.append(item(1));
            assertThat(answer(pool.given().getFirst(), "SHOW synchronous_commit"))
                    .isEqualTo("on");
        }
        try (Connection givenBack = pool.given().getFirst()) {
            assertThat(answer(givenBack, "SHOW synchronous_commit")).isEqualTo("off");
        }
    }

    @Test
    void connectionWhoseLockCannotBeReleased_isEnded_soThatNoPoolKeepsTheLock() throws SQLException {
        var pool = HeldConnections.pool(source);
        Journal journal = JdbcJournals.in(pool.source()).open("labels");
        pool.breakStatements("pg_advisory_unlock");
        journal.close();

        assertThat(pool.given().getFirst().isClosed()).isTrue();
    }

    @Test
    void databaseThatFallsSilent_failsTheJournalInABoundedTime() throws Exception {
        try (var wire = SilentWire.to(source)) {
            Journal journal =
                    JdbcJournals.in(wire.source()).within(Duration.ofSeconds(1)).open("labels");
            journal.append(item(1));
            wire.fallSilent();

            assertThatExceptionOfType(JournalException.WriteFailed.class)
                    .isThrownBy(() -> journal.append(item(2)))
                    .withMessageContaining("SQLState 08006: the connection was lost or refused");
            assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> has(journal, 1));
            journal.close();
        }
    }

    /** A session that waits keeps the lock of its journal, also when its process has gone. */
    @Test
    void tableThatSomebodyElseLocks_keepsNoSessionWaitingBehindTheJournal() throws SQLException {
        var pool = HeldConnections.pool(source);
        var hasty = JdbcJournals.in(pool.source()).within(Duration.ofSeconds(1));
        try (Journal journal = hasty.open("labels")) {
            LockedElsewhere.by(
                    source,
                    "LOCK TABLE cadre_journal_record",
                    () -> assertThatExceptionOfType(JournalException.WriteFailed.class)
                            .isThrownBy(() -> journal.append(item(1)))
                            .withStackTraceContaining("SQLState 55P03: another session has locked it"));
        }
        try (Connection givenBack = pool.given().getFirst()) {
            assertThat(answer(givenBack, "SHOW lock_timeout")).isEqualTo("0");
            assertThat(answer(givenBack, "SHOW statement_timeout")).isEqualTo("0");
        }
    }

    @Test
    void databaseWithAnotherEncoding_isRefused() {
        TestPostgres.shared()
                .execute("CREATE DATABASE %s ENCODING 'LATIN1' TEMPLATE template0"
                        .formatted(source.getApplicationName()));
        source.setDatabaseName(source.getApplicationName());

        assertThatIllegalStateException()
                .isThrownBy(() -> JdbcJournals.in(source).createTables())
                .withMessage("this database cannot keep journals: its encoding is not UTF8");
    }

    /** The query of the guide. */
    @Test
    void record_isJsonToTheDatabase() throws SQLException {
        try (Journal journal = open()) {
            journal.append(item(1));
            journal.append(item(2));
        }

        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet kinds = statement.executeQuery(
                        "SELECT line::jsonb ->> 'kind' AS kind, count(*) FROM cadre_journal_record GROUP BY kind")) {
            var counts = new TreeMap<String, Long>();
            while (kinds.next()) {
                counts.put(kinds.getString(1), kinds.getLong(2));
            }
            assertThat(counts).isEqualTo(Map.of("journal", 1L, "ended", 2L));
        }
    }

    @Test
    void tablesOfAnotherSchema_haveLocksOfTheirOwn() {
        var other = JdbcJournals.in(TestPostgres.shared().newSchema());
        other.createTables();
        try (Journal journal = open();
                Journal same = other.open("labels")) {
            journal.append(item(1));
            assertThat(has(same, 1)).isFalse();
        }
    }

    @Test
    void tables_thatAnotherSessionIsCreating_areThoseThatAreThere() throws Exception {
        var fresh = TestPostgres.shared().newSchema();
        try (Connection other = fresh.getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("CREATE TABLE cadre_schema (part VARCHAR(40) PRIMARY KEY, version INTEGER NOT NULL)");
            var created = CompletableFuture.runAsync(
                    () -> JdbcJournals.in(fresh).createTables(),
                    task -> Thread.ofPlatform().start(task));
            String waiting =
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = '%s'"
                            .formatted(fresh.getApplicationName());
            try (Connection watching = source.getConnection()) {
                while (answer(watching, waiting).equals("0")) {
                    Thread.onSpinWait();
                }
            }
            other.commit();
            created.join();
        }
        JdbcJournals.in(fresh).open("labels").close();
    }
}
