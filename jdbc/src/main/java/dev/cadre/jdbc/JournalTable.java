// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import dev.cadre.jdbc.JournalRows.Row;
import dev.cadre.journal.Location;
import dev.cadre.journal.RecordStore;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * The records of one journal as rows of a table.
 *
 * <p>Each gets the number behind the last one that this session knows, which no two sessions can both use: whoever lost the
 * lock adds nothing beside the next holder.
 */
final class JournalTable implements RecordStore {
    private final String name;
    private final Session session;
    private final Dialect dialect;
    private final Dialect.Lock lock;
    private final JournalRows rows;
    /** The number of the next record; one thread at a time uses it. */
    private long next;

    /** Takes rows in their order. */
    interface Reader {
        void take(Row row) throws IOException;
    }

    JournalTable(String name, Session session, Dialect dialect, Dialect.Lock lock, JournalRows rows) {
        this.name = name;
        this.session = session;
        this.dialect = dialect;
        this.lock = lock;
        this.rows = rows;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void scan(Visitor visitor) throws IOException {
        next = scan(session, rows, row -> {
            byte[] record = row.record();
            visitor.visit(record, new Location(row.number(), record.length));
        });
    }

    /** Reads all rows; returns the number behind the last one. */
    static long scan(Session session, JournalRows rows, Reader reader) throws IOException {
        long next = 0;
        while (true) {
            long from = next;
            List<Row> page = session.call(connection -> rows.page(connection, from));
            if (page.isEmpty()) {
                return next;
            }
            for (Row row : page) {
                reader.take(row);
            }
            next = page.getLast().number() + 1;
        }
    }

    @Override
    public List<Location> append(List<byte[]> records) throws IOException {
        List<Location> added = session.call(connection -> added(connection, records));
        next += added.size();
        return added;
    }

    private List<Location> added(Connection connection, List<byte[]> records) throws SQLException {
        connection.setAutoCommit(false);
        try {
            List<Location> locations = rows.insert(connection, next, records);
            connection.commit();
            connection.setAutoCommit(true);
            dialect.force(connection);
            return locations;
        } catch (SQLException | RuntimeException e) {
            endTransaction(connection);
            throw e;
        }
    }

    /** For those who go on reading, if the connection is not lost. */
    private static void endTransaction(Connection connection) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException | RuntimeException e) {
            // every later use says so
        }
    }

    @Override
    public byte[] read(Location location) throws IOException {
        return session.call(connection -> rows.read(connection, location));
    }

    @Override
    public long number(Location location) {
        return location.offset();
    }

    @Override
    public void close() {
        session.closeAfter(lock::release);
    }
}
