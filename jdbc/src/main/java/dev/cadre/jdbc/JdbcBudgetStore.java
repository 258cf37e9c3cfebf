// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import dev.cadre.share.Books;
import dev.cadre.share.BudgetStore;
import dev.cadre.share.BudgetStoreException;
import dev.cadre.share.BudgetStoreException.Kind;
import dev.cadre.share.SyncAnswer;
import dev.cadre.share.SyncRequest;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * The budgets that processes share, in a database: PostgreSQL, or an H2 of this process alone. Administered by SQL: a row of {@code cadre_budget} is a
 * budget, {@code cadre_budget_status} shows what is spent, {@code cadre_budget_holder} who holds how much.
 *
 * <p>Each request takes a connection of the data source, which should be a pool, for one transaction of some milliseconds. What
 * a driver or a data source says about a failure is not repeated, because it may quote addresses and passwords. Safe for use by
 * many threads.
 */
public final class JdbcBudgetStore implements BudgetStore {
    private final Bookings bookings;

    private JdbcBudgetStore(Bookings bookings) {
        this.bookings = bookings;
    }

    /** The budgets in the database of a data source. Does not connect. */
    public static JdbcBudgetStore in(DataSource source) {
        return new JdbcBudgetStore(new Bookings(
                new Logins(source),
                Schema.BUDGET,
                "budgets",
                Bookings.Clock.OF_THE_DATABASE,
                Bookings.LONGEST_SILENCE));
    }

    JdbcBudgetStore withClock(Bookings.Clock clock) {
        return new JdbcBudgetStore(bookings.withClock(clock));
    }

    JdbcBudgetStore within(Duration silence) {
        return new JdbcBudgetStore(bookings.within(silence));
    }

    /**
     * Creates the tables where they are absent, by the script {@code dev/cadre/jdbc/budget.sql} of this artifact, which may as
     * well be run by other means. Waits for the database.
     *
     * @throws BudgetStoreException if the database does not answer, is neither PostgreSQL nor H2, or has tables of another
     *     version
     */
    public void createTables() {
        bookings.createTables();
    }

    /** {@inheritDoc} Gives up if the database is silent for 10 seconds, or the data source has no connection for so long. */
    @Override
    public SyncAnswer sync(SyncRequest request) {
        return bookings.book(
                "budget '%s'".formatted(request.budget()),
                request.sequence(),
                (rows, now) -> booked(new BudgetTables(rows, now), request));
    }

    private static SyncAnswer booked(BudgetTables tables, SyncRequest request) {
        try {
            return Books.sync(tables, request);
        } catch (ArithmeticException | IllegalArgumentException impossible) {
            throw new BudgetStoreException(
                    Kind.DAMAGED,
                    "the sums of budget '%s' in the database contradict each other".formatted(request.budget()),
                    impossible);
        }
    }
}
