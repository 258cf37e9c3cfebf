// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/** Remembers the connections that a data source gave, and stands in the way of their commits. */
final class HeldConnections {
    /** Instead of a commit. */
    interface Committing {
        void commit(Connection connection) throws SQLException;
    }

    private final List<Connection> given = new ArrayList<>();
    private final AtomicReference<Committing> committing = new AtomicReference<>(Connection::commit);
    private final DataSource source;
    private final boolean isPool;
    private volatile String broken = "";
    private volatile int isolation = Connection.TRANSACTION_NONE;

    HeldConnections(DataSource real) {
        this(real, false);
    }

    /** Closes none, as a pool does, which gives them without auto-commit. */
    static HeldConnections pool(DataSource real) {
        return new HeldConnections(real, true);
    }

    private HeldConnections(DataSource real, boolean isPool) {
        this.isPool = isPool;
        source = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    Object result = invoke(() -> method.invoke(real, arguments));
                    return result instanceof Connection connection ? held(connection) : result;
                });
    }

    private interface Call {
        Object run() throws ReflectiveOperationException;
    }

    private static Object invoke(Call call) throws Throwable {
        try {
            return call.run();
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private synchronized Connection held(Connection real) throws SQLException {
        given.add(real);
        if (isolation != Connection.TRANSACTION_NONE) {
            real.setTransactionIsolation(isolation);
        }
        real.setAutoCommit(!isPool);
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        committing.get().commit(real);
                        return null;
                    }
                    if (method.getName().equals("prepareStatement") && isBroken(arguments[0])) {
                        throw new SQLException("it breaks");
                    }
                    if (isPool && method.getName().equals("close")) {
                        return null;
                    }
                    return invoke(() -> method.invoke(real, arguments));
                });
    }

    DataSource source() {
        return source;
    }

    /** The real ones, in the order in which they were given. */
    synchronized List<Connection> given() {
        return List.copyOf(given);
    }

    private boolean isBroken(Object sql) {
        return !broken.isEmpty() && sql.toString().contains(broken);
    }

    /** Statements with this text from now on. */
    void breakStatements(String text) {
        broken = text;
    }

    /** All that are given from now on. */
    void isolate(int level) {
        isolation = level;
    }

    /** From now on. */
    void insteadOfCommit(Committing other) {
        committing.set(other);
    }
}
