// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.StoredJournal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.NoSuchElementException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The journals in a database: PostgreSQL, or an H2 of this process alone. Each has a name, and all are in the same tables.
 *
 * <p>What a driver or a data source says about a failure is not repeated, because it may quote addresses, passwords and
 * data: messages have the SQLState and the class of the exception. Outputs are stored in clear. Safe for use by many threads.
 */
public final class JdbcJournals {
    private static final int MOST_CHARS_OF_A_NAME = 200;
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(30);

    private final Logins logins;
    private final Duration longestSilence;

    private JdbcJournals(Logins logins, Duration longestSilence) {
        this.logins = logins;
        this.longestSilence = longestSilence;
    }

    /**
     * The journals in the database of a data source. Does not connect.
     *
     * <p>An open journal keeps a connection of its own, with H2 two, and gives it back when it is closed. With PostgreSQL a
     * proxy between must not give one connection to several clients in turn.
     */
    public static JdbcJournals in(DataSource source) {
        return new JdbcJournals(new Logins(source), LONGEST_SILENCE);
    }

    JdbcJournals within(Duration silence) {
        return new JdbcJournals(logins, silence);
    }

    /**
     * Creates the tables where they are absent, by the script {@code dev/cadre/jdbc/journal.sql} of this artifact, which may
     * as well be run by other means. Waits for the database.
     *
     * @throws UncheckedIOException if that fails
     * @throws IllegalStateException if there are tables of another version, or the database cannot keep journals
     */
    public void createTables() {
        try (var session = Session.open(logins, "tables", longestSilence)) {
            Schema.JOURNAL.create(session, requireFit(session), longestSilence);
        } catch (IOException e) {
            throw new UncheckedIOException("the tables of journals cannot be created: " + e.getMessage(), e);
        }
    }

    /**
     * Creates a journal, or opens one to go on with it. Reads all of its records, and waits for the database.
     *
     * <p>Nobody else can open it until it is closed or its session with the database has ended, as it does when the process is
     * killed. If the session ends before that, the journal takes nothing more. The same holds if the database is silent
     * for 30 seconds; so long is waited for a connection.
     *
     * @param name 1 to 200 characters, none of them a control character or half of a surrogate pair
     * @throws JournalException.Locked if it is open already, here or elsewhere
     * @throws JournalException.Damaged if a record is not what was written
     * @throws JournalException.NewerVersion if it was written by a newer version of the format
     * @throws JournalException.WriteFailed if it cannot be written
     * @throws UncheckedIOException if the database fails
     * @throws IllegalStateException if the tables are missing or of another version, or the database cannot keep journals
     */
    public Journal open(String name) {
        return StoredJournal.over(table(requireName(name)), InstantSource.system());
    }

    private JournalTable table(String name) {
        try {
            var session = Session.open(logins, name, longestSilence);
            try {
                return table(name, session);
            } catch (IOException | RuntimeException | Error e) {
                session.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("journal %s cannot be opened: %s".formatted(name, e.getMessage()), e);
        }
    }

    private JournalTable table(String name, Session session) throws IOException {
        Dialect dialect = requireFit(session);
        Schema.JOURNAL.require(session);
        JournalRows rows = session.call(connection -> JournalRows.findOrCreate(connection, name));
        Dialect.Lock lock = session.call(connection -> lock(dialect, connection, rows))
                .orElseThrow(() -> new JournalException.Locked(name, "another session of the database"));
        return new JournalTable(name, session, dialect, lock, rows);
    }

    private Optional<Dialect.Lock> lock(Dialect dialect, Connection writing, JournalRows rows)
            throws SQLException, SqlFailure {
        return dialect.lock(() -> logins.connect(longestSilence), writing, rows.journal());
    }

    /**
     * Writes a journal as the file that it would be, which {@code FileJournal} and {@code cadre report} read: also while it is
     * open elsewhere, then up to what is durable. Holds about a megabyte of it at a time. Changes nothing, and leaves the
     * stream open.
     *
     * @throws IOException if the stream fails
     * @throws NoSuchElementException if there is no such journal
     * @throws UncheckedIOException if the database fails
     * @throws IllegalStateException if the tables are missing or of another version
     */
    public void export(String name, OutputStream out) throws IOException {
        requireName(name);
        try (var session = Session.open(logins, name, longestSilence)) {
            requireFit(session);
            Schema.JOURNAL.require(session);
            JournalRows rows = session.call(connection -> JournalRows.find(connection, name))
                    .orElseThrow(() -> new NoSuchElementException("there is no journal " + name));
            JournalTable.scan(session, rows, row -> out.write(row.record()));
        } catch (SqlFailure e) {
            throw new UncheckedIOException("journal %s cannot be read: %s".formatted(name, e.getMessage()), e);
        }
    }

    private static String requireName(String name) {
        if (name.isBlank()
                || name.length() > MOST_CHARS_OF_A_NAME
                || name.codePoints().anyMatch(JdbcJournals::isNoText)) {
            throw new IllegalArgumentException("no name of a journal: '%.40s'".formatted(name));
        }
        return name;
    }

    /** A control character, or half of a pair: a code point that is a surrogate has no partner. */
    private static boolean isNoText(int codePoint) {
        return Character.isISOControl(codePoint) || Character.getType(codePoint) == Character.SURROGATE;
    }

    private Dialect requireFit(Session session) throws IOException {
        Dialect dialect = session.call(Dialect::of)
                .orElseThrow(
                        () -> new IllegalStateException("journals are kept in PostgreSQL or H2, and this is neither"));
        String unfitness = session.call(dialect::unfitnessForJournals);
        if (!unfitness.isEmpty()) {
            throw new IllegalStateException("this database cannot keep journals: " + unfitness);
        }
        session.bound(dialect, longestSilence);
        return dialect;
    }
}
