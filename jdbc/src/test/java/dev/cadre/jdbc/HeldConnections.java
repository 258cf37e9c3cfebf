// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** A data source that remembers the connections that it gave, so that a test can take them away. */
final class HeldConnections implements DataSource {
    private final DataSource source;
    private final List<Connection> given = new ArrayList<>();

    HeldConnections(DataSource source) {
        this.source = source;
    }

    /** In the order in which they were given. */
    synchronized List<Connection> given() {
        return List.copyOf(given);
    }

    @Override
    public synchronized Connection getConnection() throws SQLException {
        Connection connection = source.getConnection();
        given.add(connection);
        return connection;
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return source.getConnection(user, password);
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return source.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        source.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        source.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return source.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger("");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return source.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return source.isWrapperFor(type);
    }
}
