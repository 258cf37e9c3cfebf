// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * Takes connections of a data source, and waits for none without end: a driver may wait for ever for a network that falls
 * silent during a login. Safe for use by many threads.
 */
final class Logins {
    /** Each keeps a thread. */
    private static final int MOST_HANGING = 4;

    private final DataSource source;
    /** Attempts that nobody waits for any more and that have not ended. */
    private final AtomicInteger hanging = new AtomicInteger();

    Logins(DataSource source) {
        this.source = source;
    }

    /**
     * Takes a connection. One that comes later is ended; until then the attempt keeps a thread of its own, which no interrupt
     * reaches: it would close the files of an H2 in this process.
     *
     * @throws SqlFailure if there is none in time, or too many earlier attempts have not ended
     */
    Connection connect(Duration longestWait) throws SQLException, SqlFailure {
        int behind = hanging.get();
        if (behind >= MOST_HANGING) {
            throw SqlFailure.saying("%d earlier attempts to connect have not ended; a login timeout of the data source"
                            .formatted(behind)
                    + " would end them");
        }
        var login = new CompletableFuture<Connection>();
        Thread.ofPlatform().daemon().name("cadre-jdbc-login").start(() -> attempt(login));
        try {
            return login.orTimeout(longestWait.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException failed) {
            switch (Objects.requireNonNull(failed.getCause())) {
                case SQLException sql -> throw sql;
                case RuntimeException broken -> throw broken;
                case Error broken -> throw broken;
                case TimeoutException late -> {
                    hanging.incrementAndGet();
                    throw SqlFailure.saying("there was no connection within " + longestWait);
                }
                default -> throw failed;
            }
        }
    }

    private void attempt(CompletableFuture<Connection> login) {
        Connection connection;
        try {
            connection = source.getConnection();
        } catch (Throwable failure) {
            if (!login.completeExceptionally(failure)) {
                hanging.decrementAndGet();
            }
            return;
        }
        if (!login.complete(connection)) {
            hanging.decrementAndGet();
            Session.discard(connection);
        }
    }
}
