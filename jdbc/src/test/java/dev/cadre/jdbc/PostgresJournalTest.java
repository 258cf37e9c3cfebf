// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.journal.Journal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
    void commits_areDurable_whateverTheDatabaseIsSetTo() throws SQLException {
        source.setOptions("-c synchronous_commit=off");
        var pool = HeldConnections.pool(source);
        try (Journal journal = JdbcJournals.in(pool.source()).open("labels")) {
            journal.append(item(1));
            assertThat(answer(pool.given().getFirst(), "SHOW synchronous_commit")).isEqualTo("on");
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
}
