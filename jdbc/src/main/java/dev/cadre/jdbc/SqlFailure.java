// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;

/**
 * A failure of a database, of its driver or of a data source, by its class and its code alone: what they say may quote
 * addresses, passwords and data. The stack trace is theirs.
 */
final class SqlFailure extends IOException {
    private static final long serialVersionUID = 1L;

    /** What PostgreSQL and H2 say of a table, an index, a view or another object of the same name. */
    private static final List<String> EXISTING = List.of("42P07", "42710", "42S01", "42S11", "42P06");

    private static final String WRONG_TABLES = "42";
    private static final String DUPLICATE = "23";

    private final String state;

    private SqlFailure(String state, String message) {
        super(message);
        this.state = state;
    }

    /** With a text of our own. */
    static SqlFailure saying(String text) {
        return new SqlFailure("", text);
    }

    static SqlFailure of(Throwable thrown) {
        String type = thrown.getClass().getSimpleName();
        String state = thrown instanceof SQLException sql ? Objects.requireNonNullElse(sql.getSQLState(), "") : "";
        // five letters and digits by the standard; a driver may put anything there
        boolean isCode = state.matches("[0-9A-Z]{5}");
        var failure = new SqlFailure(
                isCode ? state : "", isCode ? "%s, SQLState %s%s".formatted(type, state, meaning(state)) : type);
        failure.setStackTrace(thrown.getStackTrace());
        return failure;
    }

    private static String meaning(String state) {
        if (EXISTING.contains(state)) {
            return ": it exists already";
        }
        if (List.of("23503", "23506").contains(state)) {
            return ": what it belongs to was deleted";
        }
        return switch (state.substring(0, 2)) {
            case "08" -> ": the connection was lost or refused";
            case "23" -> ": another session wrote this too";
            case "25" -> ": the session may only read";
            case "28" -> ": the login was refused";
            case "42" -> ": a table is missing or may not be used";
            case "40" -> ": another session was in the way";
            case "53", "54" -> ": the database has not enough room";
            case "55" -> ": another session has locked it";
            case "57" -> ": the database ended it";
            default -> "";
        };
    }

    /** Whether two sessions have written the same row, or created the same table. */
    boolean isOfTwoAtOnce() {
        return EXISTING.contains(state) || state.startsWith(DUPLICATE);
    }

    /** Whether a table is missing, is another one than is expected, or may not be used. */
    boolean isOfWrongTables() {
        return state.startsWith(WRONG_TABLES) && !EXISTING.contains(state);
    }

    /** The SQLState; empty if there is none. */
    String state() {
        return state;
    }
}
