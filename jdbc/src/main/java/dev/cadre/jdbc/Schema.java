// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Tables that belong together, of which {@code cadre_schema} notes the version.
 *
 * @param part how they are called there
 * @param script a resource that creates them where they are absent
 */
record Schema(String part, String script, int version) {
    static final Schema JOURNAL = new Schema("journal", "journal.sql", 1);
    static final Schema BUDGET = new Schema("budget", "budget.sql", 1);
    static final Schema LIMITS = new Schema("limits", "limits.sql", 1);

    /** Two that create the tables at once can be in each other's way. */
    private static final int MOST_TRIES = 3;

    /** What PostgreSQL and H2 say of a table that is missing; H2 says something else if there is none at all. */
    private static final List<String> MISSING = List.of("42P01", "42S02", "42S04");

    /** @throws IllegalStateException if there are tables of another version, which are left as they are */
    void create(Session session) throws IOException {
        OptionalInt there = found(session);
        if (there.isPresent()) {
            requireVersion(there.getAsInt());
        }
        for (int tried = 1; !isCreated(session, tried == MOST_TRIES); tried++) {
            // once more: whoever was in the way is done
        }
        require(session);
    }

    private boolean isCreated(Session session, boolean isLastTry) throws IOException {
        try {
            return session.call(this::run);
        } catch (SqlFailure e) {
            if (isLastTry) {
                throw e;
            }
            return false;
        }
    }

    private boolean run(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String each : text().split(";")) {
                if (!each.isBlank()) {
                    statement.execute(each);
                }
            }
        }
        return true;
    }

    private String text() {
        try (InputStream text = Objects.requireNonNull(Schema.class.getResourceAsStream(script))) {
            return new String(text.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalStateException if the tables are missing, or of another version */
    void require(Session session) throws IOException {
        int found = found(session)
                .orElseThrow(() -> new IllegalStateException(
                        "the database has no tables for part '%s'; create them, or run %s".formatted(part, script)));
        requireVersion(found);
    }

    private void requireVersion(int found) {
        if (found != version) {
            throw new IllegalStateException("the tables for part '%s' have version %d, and the one known here is %d"
                    .formatted(part, found, version));
        }
    }

    private OptionalInt found(Session session) throws IOException {
        try {
            return session.call(this::found);
        } catch (SqlFailure e) {
            if (MISSING.contains(e.state())) {
                return OptionalInt.empty();
            }
            throw e;
        }
    }

    private OptionalInt found(Connection connection) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT version FROM cadre_schema WHERE part = ?")) {
            select.setString(1, part);
            try (ResultSet found = select.executeQuery()) {
                return found.next() ? OptionalInt.of(found.getInt(1)) : OptionalInt.empty();
            }
        }
    }
}
