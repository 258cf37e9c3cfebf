// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Finds an H2 that several processes use. Its driver waits without end for a server that is silent, and who serves a file may
 * change while a session holds a lock of it.
 */
final class H2Sharing {
    private static final String ONE_PROCESS = "H2 serves one process here, and ";

    private H2Sharing() {}

    /** What is wrong; empty if this process alone uses the database. */
    static String of(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet session = statement.executeQuery("SELECT server, DATABASE_PATH()"
                        + " FROM INFORMATION_SCHEMA.SESSIONS WHERE session_id = SESSION_ID()")) {
            if (!session.next()) {
                return "";
            }
            if (session.getString(1) != null) {
                return ONE_PROCESS + "it is reached over a network";
            }
            return isServed(session.getString(2)) ? ONE_PROCESS + "it was opened with AUTO_SERVER" : "";
        }
    }

    /** With AUTO_SERVER there is a file that tells others who serves them. */
    private static boolean isServed(@Nullable String database) {
        if (database == null) {
            return false;
        }
        try (Reader lock = Files.newBufferedReader(Path.of(database + ".lock.db"))) {
            var owner = new Properties();
            owner.load(lock);
            return owner.containsKey("server");
        } catch (IOException | IllegalArgumentException none) {
            return false;
        }
    }
}
