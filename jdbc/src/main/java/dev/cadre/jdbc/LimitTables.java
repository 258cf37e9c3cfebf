// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static dev.cadre.jdbc.SqlRows.time;

import dev.cadre.share.LimitRow;
import dev.cadre.share.ShareAnswer.Limits;
import dev.cadre.share.ShareRequest.Demand;
import dev.cadre.share.ShareRow;
import dev.cadre.share.ShareRows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The rows of shared rate limits within one transaction. Each method is called on the thread of the connection. */
final class LimitTables implements ShareRows {
    private final SqlRows rows;
    private final String clock;

    /** @param clock the expression for the time */
    LimitTables(SqlRows rows, String clock) {
        this.rows = rows;
        this.clock = clock;
    }

    @Override
    public Instant now() {
        return rows.query("SELECT " + clock, row -> time(row, 1)).getFirst();
    }

    @Override
    public LimitRow lock(String limit) {
        List<LimitRow> found = locked(limit);
        if (!found.isEmpty()) {
            return found.getFirst();
        }
        LimitRow made = LimitRow.unknown(limit);
        rows.update(
                "INSERT INTO cadre_limit (reports, requests_per_minute, tokens_per_minute, reported_at, pauses,"
                        + " paused_at, paused_until, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values(made));
        return locked(limit).getFirst();
    }

    private List<LimitRow> locked(String limit) {
        return rows.query(
                "SELECT name, reports, requests_per_minute, tokens_per_minute, reported_at, pauses, paused_at,"
                        + " paused_until FROM cadre_limit WHERE name = ? FOR UPDATE",
                LimitTables::limit,
                limit);
    }

    private static LimitRow limit(ResultSet row) throws SQLException {
        Instant pausedAt = time(row, 7);
        return new LimitRow(
                row.getString(1),
                new Limits(row.getLong(2), row.getLong(3), row.getLong(4)),
                time(row, 5),
                row.getLong(6),
                pausedAt,
                Duration.between(pausedAt, time(row, 8)));
    }

    private static Object[] values(LimitRow limit) {
        return new Object[] {
            limit.limits().version(),
            limit.limits().requestsPerMinute(),
            limit.limits().tokensPerMinute(),
            limit.limitsAt(),
            limit.pauses(),
            limit.pauseFrom(),
            limit.pauseFrom().plus(limit.pauseLength()),
            limit.name()
        };
    }

    @Override
    public List<ShareRow> shares(String limit) {
        return rows.query(
                "SELECT limit_name, holder, sequence, share_ppm, demand_ppm, least_ppm, lease_millis, since, seen_at"
                        + " FROM cadre_limit_share WHERE limit_name = ? ORDER BY holder",
                LimitTables::share,
                limit);
    }

    private static ShareRow share(ResultSet row) throws SQLException {
        return new ShareRow(
                row.getString(1),
                row.getString(2),
                row.getLong(3),
                row.getInt(4),
                new Demand(row.getLong(5), row.getInt(6)),
                Duration.ofMillis(row.getLong(7)),
                time(row, 8),
                time(row, 9));
    }

    @Override
    public void write(LimitRow limit) {
        rows.update(
                "UPDATE cadre_limit SET reports = ?, requests_per_minute = ?, tokens_per_minute = ?, reported_at = ?,"
                        + " pauses = ?, paused_at = ?, paused_until = ? WHERE name = ?",
                values(limit));
    }

    @Override
    public void write(ShareRow share) {
        Object[] values = {
            share.sequence(),
            share.share(),
            share.demand().share(),
            share.demand().least(),
            share.lease().plusNanos(999_999).toMillis(), // others must not take it for shorter
            share.since(),
            share.seenAt(),
            share.limit(),
            share.holder()
        };
        int updated = rows.update(
                "UPDATE cadre_limit_share SET sequence = ?, share_ppm = ?, demand_ppm = ?, least_ppm = ?,"
                        + " lease_millis = ?, since = ?, seen_at = ? WHERE limit_name = ? AND holder = ?",
                values);
        if (updated == 0) {
            rows.update(
                    "INSERT INTO cadre_limit_share (sequence, share_ppm, demand_ppm, least_ppm, lease_millis, since,"
                            + " seen_at, limit_name, holder) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    values);
        }
    }

    @Override
    public void delete(ShareRow share) {
        rows.update("DELETE FROM cadre_limit_share WHERE limit_name = ? AND holder = ?", share.limit(), share.holder());
    }
}
