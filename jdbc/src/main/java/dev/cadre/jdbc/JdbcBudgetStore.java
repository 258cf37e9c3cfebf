// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import dev.cadre.share.Books;
import dev.cadre.share.BudgetStore;
import dev.cadre.share.BudgetStoreException;
import dev.cadre.share.BudgetStoreException.Kind;
import dev.cadre.share.SyncAnswer;
import dev.cadre.share.SyncRequest;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The budgets that processes share, in a database: PostgreSQL, or an H2 of this process alone. Administered by SQL: a row of {@code cadre_budget} is a
 * budget, {@code cadre_budget_status} shows what is spent, {@code cadre_budget_holder} who holds how much.
 *
 * <p>Each request takes a connection of the data source, which should be a pool, for one transaction of some milliseconds. What
 * a driver or a data source says about a failure is not repeated, because it may quote addresses and passwords. Safe for use by
 * many threads.
 */
public final class JdbcBudgetStore implements BudgetStore {
    /** A process that stops in the middle of a transaction keeps others waiting no longer than this. */
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

    private static final String WRONG_TABLES = "42";

    private final Logins logins;
    private final Clock clock;
    private final Duration longestSilence;

    private JdbcBudgetStore(Logins logins, Clock clock, Duration longestSilence) {
        this.logins = logins;
        this.clock = clock;
        this.longestSilence = longestSilence;
    }

    /** The expression for the database's time. */
    interface Clock {
        String sql(Dialect dialect);

        /** A transaction of PostgreSQL may have waited for its lock since its CURRENT_TIMESTAMP. */
        Clock OF_THE_DATABASE = dialect -> switch (dialect) {
            case POSTGRESQL -> "clock_timestamp()";
            case H2 -> "CURRENT_TIMESTAMP";
        };
    }

    /** The budgets in the database of a data source. Does not connect. */
    public static JdbcBudgetStore in(DataSource source) {
        return new JdbcBudgetStore(new Logins(source), Clock.OF_THE_DATABASE, LONGEST_SILENCE);
    }

    JdbcBudgetStore withClock(Clock clock) {
        return new JdbcBudgetStore(logins, clock, longestSilence);
    }

    JdbcBudgetStore within(Duration silence) {
        return new JdbcBudgetStore(logins, clock, silence);
    }

    /**
     * Creates the tables where they are absent, by the script {@code dev/cadre/jdbc/budget.sql} of this artifact, which may as
     * well be run by other means. Waits for the database.
     *
     * @throws BudgetStoreException if the database does not answer, is neither PostgreSQL nor H2, or has tables of another
     *     version
     */
    public void createTables() {
        try (var session = Session.open(logins, "tables", longestSilence)) {
            requireFit(session);
            Schema.BUDGET.create(session);
        } catch (IOException e) {
            throw failed("the tables of budgets cannot be created", e);
        } catch (IllegalStateException e) {
            throw new BudgetStoreException(Kind.WRONG_SCHEMA, Objects.requireNonNull(e.getMessage()), e);
        }
    }

    /** {@inheritDoc} Gives up if the database is silent for 10 seconds, or the data source has no connection for so long. */
    @Override
    public SyncAnswer sync(SyncRequest request) {
        try (var session = Session.open(logins, "budget", longestSilence)) {
            Dialect dialect = request.sequence() == 1 ? requireFit(session) : requireDialect(session);
            if (request.sequence() == 1) {
                Schema.BUDGET.require(session);
            }
            return session.call(connection -> answer(connection, dialect, request))
                    .orThrow();
        } catch (IOException e) {
            throw failed("budget '%s' cannot be reached".formatted(request.budget()), e);
        } catch (IllegalStateException e) {
            throw new BudgetStoreException(Kind.WRONG_SCHEMA, Objects.requireNonNull(e.getMessage()), e);
        }
    }

    private static Dialect requireFit(Session session) throws IOException {
        Dialect dialect = requireDialect(session);
        String unfitness = session.call(dialect::unfitness);
        if (!unfitness.isEmpty()) {
            throw new IllegalStateException("this database cannot keep budgets: " + unfitness);
        }
        return dialect;
    }

    private static Dialect requireDialect(Session session) throws IOException {
        return session.call(Dialect::of)
                .orElseThrow(
                        () -> new IllegalStateException("budgets are kept in PostgreSQL or H2, and this is neither"));
    }

    private static BudgetStoreException failed(String what, IOException e) {
        boolean isWrong = e instanceof SqlFailure failure && failure.state().startsWith(WRONG_TABLES);
        return new BudgetStoreException(
                isWrong ? Kind.WRONG_SCHEMA : Kind.UNREACHABLE, "%s: %s".formatted(what, e.getMessage()), e);
    }

    /** An answer, or why there is none although the database answers. */
    private record Answered(
            @Nullable SyncAnswer answer, @Nullable BudgetStoreException refusal) {
        SyncAnswer orThrow() {
            if (refusal != null) {
                throw refusal;
            }
            return Objects.requireNonNull(answer);
        }
    }

    /** In a transaction of its own. */
    private Answered answer(Connection connection, Dialect dialect, SyncRequest request) throws SQLException {
        connection.setAutoCommit(false);
        Dialect.Isolation isolation = dialect.readCommitted(connection);
        try {
            Answered answered = answered(connection, dialect, request);
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

    private Answered answered(Connection connection, Dialect dialect, SyncRequest request) throws SQLException {
        try {
            boundSilence(connection, dialect);
            return booked(new BudgetTables(connection, clock.sql(dialect)), request);
        } catch (BudgetTables.SqlTrouble trouble) {
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

    private static Answered booked(BudgetTables tables, SyncRequest request) {
        try {
            return new Answered(Books.sync(tables, request), null);
        } catch (BudgetStoreException refused) {
            return new Answered(null, refused);
        } catch (ArithmeticException | IllegalArgumentException impossible) {
            return new Answered(
                    null,
                    new BudgetStoreException(
                            Kind.DAMAGED,
                            "the sums of budget '%s' in the database contradict each other".formatted(request.budget()),
                            impossible));
        }
    }

    /**
     * For this transaction: a process may stop, be paused or lose its network while it holds the lock, and a commit returns
     * no sooner than it is durable.
     */
    private void boundSilence(Connection connection, Dialect dialect) throws SQLException {
        if (dialect == Dialect.POSTGRESQL) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT set_config('idle_in_transaction_session_timeout', '%d', true),"
                                .formatted(longestSilence.toMillis())
                        + " CASE current_setting('synchronous_commit')"
                        + " WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END");
            }
        }
    }
}
