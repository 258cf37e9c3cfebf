// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.ds.PGSimpleDataSource;

/** A transaction of somebody else who does not commit. */
final class LockedElsewhere {
    private LockedElsewhere() {}

    /** Does something meanwhile, behind which no session of this schema may wait for the lock. */
    static void by(javax.sql.DataSource source, String sql, Runnable meanwhile) throws SQLException {
        try (Connection other = source.getConnection();
                Connection watching = source.getConnection();
                Statement statement = other.createStatement();
                Statement watch = watching.createStatement()) {
            other.setAutoCommit(false);
            statement.execute(sql);
            meanwhile.run();
            try (ResultSet waiting = watch.executeQuery("SELECT count(*) FROM pg_stat_activity"
                    + " WHERE wait_event_type = 'Lock' AND application_name = '%s'"
                            .formatted(((PGSimpleDataSource) source).getApplicationName()))) {
                waiting.next();
                assertThat(waiting.getInt(1)).isZero();
            }
            other.rollback();
        }
    }
}
