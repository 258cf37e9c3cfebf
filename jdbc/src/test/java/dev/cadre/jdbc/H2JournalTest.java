// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

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
}
