// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cadre.journal.Location;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The rows of one journal. Each method is called on the thread of the connection. */
record JournalRows(int journal) {
    /** No journal writes a longer record. */
    private static final int MOST_BYTES_OF_A_RECORD = 16 * 1024 * 1024;

    private static final int MOST_ROWS_AT_ONCE = 1_000;
    private static final int MOST_BYTES_AT_ONCE = 1024 * 1024;

    private static final String UNIQUENESS = "23505";

    /**
     * A record under its number.
     *
     * @param line without its line feed; empty where no record can be that long
     */
    record Row(long number, String line) {
        byte[] record() {
            return (line + "\n").getBytes(UTF_8);
        }
    }

    /** Empty if there is no journal with that name. */
    static Optional<JournalRows> find(Connection connection, String name) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT id FROM cadre_journal WHERE name = ?")) {
            select.setString(1, name);
            try (ResultSet found = select.executeQuery()) {
                return found.next() ? Optional.of(new JournalRows(found.getInt(1))) : Optional.empty();
            }
        }
    }

    static JournalRows findOrCreate(Connection connection, String name) throws SQLException {
        Optional<JournalRows> known = find(connection, name);
        if (known.isEmpty()) {
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO cadre_journal (name) VALUES (?)")) {
                insert.setString(1, name);
                insert.executeUpdate();
            } catch (SQLException e) {
                if (!UNIQUENESS.equals(e.getSQLState())) {
                    throw e;
                }
                // another session was faster
            }
            known = find(connection, name);
        }
        return known.orElseThrow(() -> new SQLException("the journal is gone again"));
    }

    /** Some records in their order, the first of them this one or the next that is there; none behind the last one. */
    List<Row> page(Connection connection, long from) throws SQLException {
        long last = lastOfPage(connection, from);
        if (last < from) {
            return List.of();
        }
        try (PreparedStatement select =
                connection.prepareStatement("SELECT n, CASE WHEN OCTET_LENGTH(line) < ? THEN line END"
                        + " FROM cadre_journal_record WHERE journal = ? AND n BETWEEN ? AND ? ORDER BY n")) {
            select.setInt(1, MOST_BYTES_OF_A_RECORD);
            select.setInt(2, journal);
            select.setLong(3, from);
            select.setLong(4, last);
            try (ResultSet found = select.executeQuery()) {
                var rows = new ArrayList<Row>();
                while (found.next()) {
                    rows.add(new Row(found.getLong(1), Objects.requireNonNullElse(found.getString(2), "")));
                }
                return rows;
            }
        }
    }

    /** Up to where they may be held in memory; less than that if there are none. */
    private long lastOfPage(Connection connection, long from) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT n, OCTET_LENGTH(line)"
                + " FROM cadre_journal_record WHERE journal = ? AND n >= ? ORDER BY n FETCH FIRST ? ROWS ONLY")) {
            select.setInt(1, journal);
            select.setLong(2, from);
            select.setInt(3, MOST_ROWS_AT_ONCE);
            try (ResultSet found = select.executeQuery()) {
                long last = from - 1;
                for (long bytes = 0; bytes < MOST_BYTES_AT_ONCE && found.next(); ) {
                    last = found.getLong(1);
                    bytes += found.getLong(2);
                }
                return last;
            }
        }
    }

    /** Empty if it is not there, or longer than that. */
    byte[] read(Connection connection, Location location) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT line FROM cadre_journal_record WHERE journal = ? AND n = ? AND OCTET_LENGTH(line) < ?")) {
            select.setInt(1, journal);
            select.setLong(2, location.offset());
            select.setInt(3, location.length());
            try (ResultSet found = select.executeQuery()) {
                return found.next() ? new Row(location.offset(), found.getString(1)).record() : new byte[0];
            }
        }
    }

    /** Adds records in one transaction with others. */
    List<Location> insert(Connection connection, long first, List<byte[]> records) throws SQLException {
        var locations = new ArrayList<Location>(records.size());
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO cadre_journal_record (journal, n, line) VALUES (?, ?, ?)")) {
            long bytes = 0;
            for (byte[] record : records) {
                var location = new Location(first + locations.size(), record.length);
                locations.add(location);
                insert.setInt(1, journal);
                insert.setLong(2, location.offset());
                // without the line feed
                insert.setString(3, new String(record, 0, record.length - 1, UTF_8));
                insert.addBatch();
                bytes += record.length;
                if (bytes >= MOST_BYTES_AT_ONCE) {
                    insert.executeBatch();
                    bytes = 0;
                }
            }
            insert.executeBatch();
        }
        return locations;
    }
}
