// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static dev.cadre.jdbc.SqlRows.money;
import static dev.cadre.jdbc.SqlRows.time;

import dev.cadre.share.BudgetRow;
import dev.cadre.share.BudgetRows;
import dev.cadre.share.BudgetStoreException;
import dev.cadre.share.BudgetStoreException.Kind;
import dev.cadre.share.BudgetWindow;
import dev.cadre.share.LeaseRow;
import dev.cadre.share.SyncAnswer.Spent;
import dev.cadre.share.SyncAnswer.Sums;
import dev.cadre.share.SyncRequest.Totals;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of budgets and leases within one transaction. Each method is called on the thread of the connection. */
final class BudgetTables implements BudgetRows {
    private static final int DEEPEST = 8;

    private static final String LEASE =
            "SELECT holder, budget, sequence, settled_usd, forfeited_usd, overruns, held_usd, set_aside_usd,"
                    + " renewed_at, expires_at, window_start, counted_settled_usd, counted_forfeited_usd, lost_usd, prepaid_usd"
                    + " FROM cadre_budget_lease";

    private final SqlRows rows;
    private final String clock;
    /** The outermost budget; empty until a chain is locked. */
    private String outermost = "";

    /** @param clock the expression for the time */
    BudgetTables(SqlRows rows, String clock) {
        this.rows = rows;
        this.clock = clock;
    }

    @Override
    public Instant now() {
        return rows.query("SELECT " + clock, row -> time(row, 1)).getFirst();
    }

    @Override
    public List<BudgetRow> lockChain(String budget) {
        List<String> names = chain(budget);
        outermost = names.getFirst();
        return names.stream().map(this::lock).toList();
    }

    /** The outermost first. */
    private List<String> chain(String budget) {
        if (budget.indexOf('\0') >= 0) { // which no text of a database can have
            throw unknown(budget);
        }
        var names = new ArrayList<String>();
        for (@Nullable String at = budget; at != null; at = parent(at).orElse(null)) {
            if (names.contains(at)) {
                throw new BudgetStoreException(
                        Kind.DAMAGED, "budget '%s' is around itself: its parents form a cycle".formatted(at), null);
            }
            names.addFirst(at);
            if (names.size() > DEEPEST) {
                throw new BudgetStoreException(
                        Kind.DAMAGED,
                        "budget '%s' is nested more than %d levels deep".formatted(budget, DEEPEST),
                        null);
            }
        }
        return names;
    }

    private Optional<String> parent(String budget) {
        List<Optional<String>> found = rows.query(
                "SELECT parent FROM cadre_budget WHERE name = ?", row -> Optional.ofNullable(row.getString(1)), budget);
        return found.isEmpty() ? Optional.empty() : found.getFirst();
    }

    @Override
    public BudgetRow lock(String budget) {
        return rows
                .query(
                        "SELECT name, limit_usd, time_window, window_start, settled_usd, forfeited_usd, held_usd,"
                                + " set_aside_usd, breached, alert_percent FROM cadre_budget WHERE name = ? FOR UPDATE",
                        BudgetTables::budget,
                        budget)
                .stream()
                .findFirst()
                .orElseThrow(() -> unknown(budget));
    }

    private static BudgetStoreException unknown(String budget) {
        return new BudgetStoreException(
                Kind.UNKNOWN_BUDGET, "the database has no budget '%.200s'".formatted(budget.replace('\0', '?')), null);
    }

    private static BudgetRow budget(ResultSet row) throws SQLException {
        return new BudgetRow(
                row.getString(1),
                money(row, 2),
                BudgetWindow.valueOf(row.getString(3)),
                row.getObject(4, LocalDate.class),
                new Sums(money(row, 5), money(row, 6), money(row, 7), money(row, 8)),
                row.getBoolean(9),
                row.getInt(10));
    }

    @Override
    public List<LeaseRow> leasesOf(String holder) {
        return rows.query(LEASE + " WHERE holder = ?", BudgetTables::lease, holder);
    }

    @Override
    public List<LeaseRow> overdue(String root, Instant now) {
        return rows
                .query(
                        LEASE + " WHERE outermost = ? AND holder IN (SELECT holder FROM cadre_budget_lease"
                                + " WHERE outermost = ? AND held_usd > 0 AND (expires_at < ? OR renewed_at > ?))"
                                + " ORDER BY holder, budget",
                        BudgetTables::lease,
                        root,
                        root,
                        now,
                        now)
                .stream()
                .filter(lease -> chain(lease.budget()).getFirst().equals(root)) // others are not locked
                .toList();
    }

    @Override
    public void adoptLeases(List<String> chain) {
        for (String budget : chain) {
            rows.update(
                    "UPDATE cadre_budget_lease SET outermost = ? WHERE budget = ? AND outermost <> ?",
                    chain.getFirst(),
                    budget,
                    chain.getFirst());
        }
    }

    private static LeaseRow lease(ResultSet row) throws SQLException {
        return new LeaseRow(
                row.getString(1),
                row.getString(2),
                row.getLong(3),
                new Totals(money(row, 4), money(row, 5), row.getLong(6)),
                money(row, 7),
                money(row, 8),
                new LeaseRow.Term(time(row, 9), time(row, 10)),
                new LeaseRow.Counted(
                        Objects.requireNonNull(row.getObject(11, LocalDate.class)),
                        new Spent(money(row, 12), money(row, 13)),
                        money(row, 14)),
                money(row, 15));
    }

    @Override
    public void write(BudgetRow budget) {
        rows.update(
                "UPDATE cadre_budget SET window_start = ?, settled_usd = ?, forfeited_usd = ?, held_usd = ?, set_aside_usd = ?,"
                        + " breached = ? WHERE name = ?",
                budget.windowStart(),
                budget.sums().settled(),
                budget.sums().forfeited(),
                budget.sums().held(),
                budget.sums().setAside(),
                budget.breached(),
                budget.name());
    }

    @Override
    public void write(LeaseRow lease) {
        Object[] values = {
            outermost,
            lease.sequence(),
            lease.totals().settled(),
            lease.totals().forfeited(),
            lease.totals().overruns(),
            lease.held(),
            lease.setAside(),
            lease.term().renewedAt(),
            lease.term().expiresAt(),
            lease.counted().window(),
            lease.counted().spent().settled(),
            lease.counted().spent().forfeited(),
            lease.counted().lost(),
            lease.prepaid(),
            lease.holder(),
            lease.budget()
        };
        int updated = rows.update(
                "UPDATE cadre_budget_lease SET outermost = ?, sequence = ?, settled_usd = ?, forfeited_usd = ?,"
                        + " overruns = ?, held_usd = ?, set_aside_usd = ?, renewed_at = ?, expires_at = ?, window_start = ?,"
                        + " counted_settled_usd = ?, counted_forfeited_usd = ?, lost_usd = ?, prepaid_usd = ? WHERE holder = ? AND budget = ?",
                values);
        if (updated == 0) {
            rows.update(
                    "INSERT INTO cadre_budget_lease (outermost, sequence, settled_usd, forfeited_usd, overruns, held_usd,"
                            + " set_aside_usd, renewed_at, expires_at, window_start, counted_settled_usd, counted_forfeited_usd, lost_usd,"
                            + " prepaid_usd, holder, budget) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    values);
        }
    }

    @Override
    public void forget(String holder) {
        rows.update("DELETE FROM cadre_budget_lease WHERE holder = ?", holder);
    }

    @Override
    public void keep(BudgetRow ended) {
        rows.update(
                "INSERT INTO cadre_budget_history (budget, window_start, limit_usd, settled_usd, forfeited_usd)"
                        + " VALUES (?, ?, ?, ?, ?)",
                ended.name(),
                ended.windowStart(),
                ended.limit(),
                ended.sums().settled(),
                ended.sums().forfeited());
    }

    @Override
    public void forgetLeases(String root, Instant endedBefore) {
        rows.update(
                "DELETE FROM cadre_budget_lease WHERE outermost = ? AND held_usd = 0 AND expires_at < ?",
                root,
                endedBefore);
    }
}
