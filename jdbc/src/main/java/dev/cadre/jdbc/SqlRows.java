// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import dev.cadre.price.Money;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes rows within one transaction. Each method is called on the thread of the connection. */
final class SqlRows {
    private static final int DECIMALS = 12;

    private final Connection connection;

    SqlRows(Connection connection) {
        this.connection = connection;
    }

    /** Carries the exception of a driver through the books. */
    static final class SqlTrouble extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final SQLException sql;

        private SqlTrouble(SQLException sql) {
            super(sql);
            this.sql = sql;
        }

        SQLException cause() {
            return sql;
        }
    }

    /** Makes a value of a row. */
    interface Reading<T> {
        T read(ResultSet row) throws SQLException;
    }

    <T> List<T> query(String sql, Reading<T> reading, Object... values) {
        try (PreparedStatement select = prepared(sql, values);
                ResultSet found = select.executeQuery()) {
            var all = new ArrayList<T>();
            while (found.next()) {
                all.add(reading.read(found));
            }
            return all;
        } catch (SQLException e) {
            throw new SqlTrouble(e);
        }
    }

    int update(String sql, Object... values) {
        try (PreparedStatement statement = prepared(sql, values)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new SqlTrouble(e);
        }
    }

    private PreparedStatement prepared(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, stored(values[i]));
            }
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    private static Object stored(Object value) {
        return switch (value) {
            case Money money -> BigDecimal.valueOf(money.picoUsd(), DECIMALS);
            case Instant time -> time.atOffset(ZoneOffset.UTC);
            default -> value;
        };
    }

    static Money money(ResultSet row, int column) throws SQLException {
        return Money.ofPico(row.getBigDecimal(column).movePointRight(DECIMALS).longValueExact());
    }

    static Instant time(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
