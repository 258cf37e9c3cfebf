// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import dev.cadre.share.BudgetStoreException;
import dev.cadre.share.BudgetStoreException.Kind;
import dev.cadre.share.LimitStore;
import dev.cadre.share.ShareAnswer;
import dev.cadre.share.ShareBooks;
import dev.cadre.share.ShareRequest;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * The rate limits that processes share, in a database: PostgreSQL, or an H2 of this process alone. There is nothing to administer; {@code
 * cadre_limit_status} shows what the provider has reported, {@code cadre_limit_holder} who has which share.
 *
 * <p>Each request takes a connection of the data source, which should be a pool, for one transaction of some milliseconds. What
 * a driver or a data source says about a failure is not repeated, because it may quote addresses and passwords. Safe for use by
 * many threads.
 */
public final class JdbcLimitStore implements LimitStore {
    private final Bookings bookings;

    private JdbcLimitStore(Bookings bookings) {
        this.bookings = bookings;
    }

    /** The limits in the database of a data source. Does not connect. */
    public static JdbcLimitStore in(DataSource source) {
        return new JdbcLimitStore(new Bookings(
                new Logins(source), Schema.LIMITS, "limits", Bookings.Clock.OF_THE_DATABASE, Bookings.LONGEST_SILENCE));
    }

    JdbcLimitStore withClock(Bookings.Clock clock) {
        return new JdbcLimitStore(bookings.withClock(clock));
    }

    JdbcLimitStore within(Duration silence) {
        return new JdbcLimitStore(bookings.within(silence));
    }

    /**
     * Creates the tables where they are absent, by the script {@code dev/cadre/jdbc/limits.sql} of this artifact, which may as
     * well be run by other means. Waits for the database.
     *
     * @throws BudgetStoreException if the database does not answer, is neither PostgreSQL nor H2, or has tables of another
     *     version
     */
    public void createTables() {
        bookings.createTables();
    }

    /** {@inheritDoc} Gives up if the database is silent for 10 seconds. */
    @Override
    public ShareAnswer share(ShareRequest request) {
        try {
            return book(request);
        } catch (BudgetStoreException failed) {
            if (failed.getCause() instanceof SqlFailure failure && failure.isOfTwoAtOnce()) {
                return book(request); // another process has just made the row of a new name
            }
            throw failed;
        }
    }

    private ShareAnswer book(ShareRequest request) {
        return bookings.book(
                "limit '%s'".formatted(request.limit()),
                request.sequence(),
                (rows, now) -> booked(new LimitTables(rows, now), request));
    }

    private static ShareAnswer booked(LimitTables tables, ShareRequest request) {
        try {
            return ShareBooks.share(tables, request);
        } catch (ArithmeticException | IllegalArgumentException impossible) {
            throw new BudgetStoreException(
                    Kind.DAMAGED,
                    "the shares of limit '%s' in the database contradict each other".formatted(request.limit()),
                    impossible);
        }
    }
}
