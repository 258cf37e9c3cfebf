// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cadre.journal.JournalException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

class H2JournalTest extends DatabaseJournalTest {
    @Override
    DataSource source() {
        var source = new JdbcDataSource();
        source.setURL("jdbc:h2:file:" + directory.resolve("db"));
        source.setUser("sa");
        return source;
    }

    @Override
    void takeLock(HeldConnections held) throws SQLException {
        held.given().get(1).close();
    }

    @Override
    void endSession(HeldConnections held) throws SQLException {
        held.given().get(0).close();
        takeLock(held);
    }

    @Test
    void userWhoMayNotForceTheDisk_isRefused() throws SQLException {
        try (Connection connection = source().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE USER plain PASSWORD 'geheim'");
            statement.execute("GRANT ALL ON cadre_schema, cadre_journal, cadre_journal_record TO plain");
        }
        var plain = (JdbcDataSource) source();
        plain.setUser("plain");
        plain.setPassword("geheim");

        assertThatExceptionOfType(JournalException.WriteFailed.class)
                .isThrownBy(() -> JdbcJournals.in(plain).open("labels"))
                .withMessageContaining("SQLState 90040");
    }
}
