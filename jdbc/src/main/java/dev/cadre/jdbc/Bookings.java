// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import dev.cadre.share.BudgetStoreException;
import dev.cadre.share.BudgetStoreException.Kind;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Books requests of processes in a database, each in a transaction of its own on a connection that is given back as it was.
 * Safe for use by many threads.
 *
 * @param schema the tables
 * @param what what they are for, in messages
 * @param clock the database's time
 * @param longestSilence a database that says nothing for so long is lost
 */
record Bookings(Logins logins, Schema schema, String what, Clock clock, Duration longestSilence) {
    /** A process that stops in the middle of a transaction keeps others waiting no longer than this. */
    static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

    /** The expression for the database's time. */
    interface Clock {
        String sql(Dialect dialect);

        /** A transaction of PostgreSQL may have waited for its lock since its CURRENT_TIMESTAMP. */
        Clock OF_THE_DATABASE = dialect -> switch (dialect) {
            case POSTGRESQL -> "clock_timestamp()";
            case H2 -> "CURRENT_TIMESTAMP";
        };
    }

    /** What is decided in the transaction. */
    interface Booking<T> {
        /** @throws BudgetStoreException if the request is refused: nothing is booked then */
        T book(SqlRows rows, String now);
    }

    Bookings withClock(Clock other) {
        return new Bookings(logins, schema, what, other, longestSilence);
    }

    Bookings within(Duration silence) {
        return new Bookings(logins, schema, what, clock, silence);
    }

    void createTables() {
        try (var session = Session.open(logins, "tables", longestSilence)) {
            schema.create(session, requireFit(session), longestSilence);
        } catch (IOException e) {
            throw failed("the tables of %s cannot be created".formatted(what), e);
        } catch (IllegalStateException e) {
            throw new BudgetStoreException(Kind.WRONG_SCHEMA, Objects.requireNonNull(e.getMessage()), e);
        }
    }

    /**
     * Books one request.
     *
     * @param name what it is about, in messages
     * @param sequence the number of the request; the first one of a holder has the tables checked
     */
    <T> T book(String name, long sequence, Booking<T> booking) {
        try (var session = Session.open(logins, schema.part(), longestSilence)) {
            Dialect dialect = sequence == 1 ? requireFit(session) : requireDialect(session);
            return session.call(connection -> answer(connection, dialect, sequence == 1, booking))
                    .orThrow();
        } catch (IOException e) {
            throw failed("%s cannot be reached".formatted(name), e);
        } catch (IllegalStateException e) {
            throw new BudgetStoreException(Kind.WRONG_SCHEMA, Objects.requireNonNull(e.getMessage()), e);
        }
    }

    private Dialect requireFit(Session session) throws IOException {
        Dialect dialect = requireDialect(session);
        String unfitness = session.call(dialect::unfitness);
        if (!unfitness.isEmpty()) {
            throw new IllegalStateException("this database cannot keep %s: %s".formatted(what, unfitness));
        }
        return dialect;
    }

    private Dialect requireDialect(Session session) throws IOException {
        return session.call(Dialect::of)
                .orElseThrow(() -> new IllegalStateException(
                        "%s are kept in PostgreSQL or H2, and this is neither".formatted(what)));
    }

    private static BudgetStoreException failed(String what, IOException e) {
        boolean isWrong = e instanceof SqlFailure failure && failure.isOfWrongTables();
        return new BudgetStoreException(
                isWrong ? Kind.WRONG_SCHEMA : Kind.UNREACHABLE, "%s: %s".formatted(what, e.getMessage()), e);
    }

    /** An answer, or why there is none although the database answers. */
    private record Answered<T>(@Nullable T answer, @Nullable BudgetStoreException refusal) {
        T orThrow() {
            if (refusal != null) {
                throw refusal;
            }
            return Objects.requireNonNull(answer);
        }
    }

    /** In a transaction of its own. */
    private <T> Answered<T> answer(Connection connection, Dialect dialect, boolean isFirst, Booking<T> booking)
            throws SQLException {
        connection.setAutoCommit(false);
        Dialect.Isolation isolation = dialect.readCommitted(connection);
        try {
            Answered<T> answered = answered(connection, dialect, isFirst, booking);
            if (answered.refusal == null) {
                connection.commit();
                dialect.force(connection); // what was granted must be known after a crash
            } else {
                undo(connection);
            }
            connection.setAutoCommit(true);
            return answered;
        } finally {
            isolation.giveBack();
        }
    }

    private <T> Answered<T> answered(Connection connection, Dialect dialect, boolean isFirst, Booking<T> booking)
            throws SQLException {
        try {
            dialect.bound(connection, longestSilence);
            String unfitness = isFirst ? schema.unfitness(connection) : "";
            if (!unfitness.isEmpty()) {
                return new Answered<>(null, new BudgetStoreException(Kind.WRONG_SCHEMA, unfitness, null));
            }
            return new Answered<>(booking.book(new SqlRows(connection), clock.sql(dialect)), null);
        } catch (BudgetStoreException refused) {
            return new Answered<>(null, refused);
        } catch (SqlRows.SqlTrouble trouble) {
            undo(connection);
            throw trouble.cause();
        } catch (RuntimeException | Error broken) {
            undo(connection);
            throw broken;
        }
    }

    /** Before the connection is given back: that commits what is left of a transaction. */
    private static void undo(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException dead) {
            // its session has ended, and the transaction with it
        }
    }
}
