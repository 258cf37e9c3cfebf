// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cadre.RunResult;
import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.Reservation;
import dev.cadre.budget.SharedBudget;
import dev.cadre.budget.Sharing;
import dev.cadre.price.Money;
import dev.cadre.share.BudgetStore;
import dev.cadre.share.BudgetStoreException;
import dev.cadre.share.SyncAnswer;
import dev.cadre.share.SyncRequest;
import dev.cadre.share.SyncRequest.Stay;
import dev.cadre.share.SyncRequest.Totals;
import dev.cadre.share.SyncRequest.Wants;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Shared budgets in a database. */
class JdbcBudgetStoreTest {

    @Nested
    class OnH2 extends Stores {
        @TempDir
        Path directory;

        @Override
        DataSource newSource() {
            var source = new JdbcDataSource();
            source.setURL("jdbc:h2:file:" + directory.resolve("db") + ";DB_CLOSE_DELAY=0");
            return source;
        }
    }

    @Nested
    @ExtendWith(RequiresPostgres.class)
    class OnPostgres extends Stores {
        @Override
        DataSource newSource() {
            return TestPostgres.shared().newSchema();
        }

        @Test
        void processThatStopsBeforeItsCommit_losesItsTransaction() {
            HeldConnections held = new HeldConnections(source);
            var granted = new ArrayList<Money>();
            held.insteadOfCommit(stopped -> {
                granted.add(sync("other", 1, "0", "0", "2").entitled());
                stopped.commit();
            });
            var stopping = JdbcBudgetStore.in(held.source()).within(Duration.ofSeconds(1));

            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> stopping.sync(request("one", 2, "0", "0", "4")))
                    .matches(failed -> failed.kind() == BudgetStoreException.Kind.UNREACHABLE);
            assertThat(granted).containsExactly(Money.usd("2"));
        }

        /** An administrator has changed a limit, and goes to lunch. */
        @Test
        void rowThatSomebodyElseLocks_keepsNoSessionWaitingBehindTheRequest() throws SQLException {
            LockedElsewhere.by(
                    source,
                    "UPDATE cadre_budget SET limit_usd = 30",
                    () -> assertThatExceptionOfType(BudgetStoreException.class)
                            .isThrownBy(() -> JdbcBudgetStore.in(source)
                                    .within(Duration.ofSeconds(1))
                                    .sync(request("one", 1, "0", "0", "4")))
                            .withMessage(
                                    "budget 'acme/search' cannot be reached: PSQLException, SQLState 55P03: another"
                                            + " session has locked it")
                            .matches(failed -> failed.kind() == BudgetStoreException.Kind.UNREACHABLE));
        }

        @Test
        void tablesThatSomebodyElseLocks_keepNoSessionWaitingBehindTheRequest() throws SQLException {
            LockedElsewhere.by(source, "LOCK TABLE cadre_schema", () -> {
                var hasty = JdbcBudgetStore.in(source).within(Duration.ofSeconds(1));
                assertThatExceptionOfType(BudgetStoreException.class)
                        .isThrownBy(() -> hasty.sync(request("one", 1, "0", "0", "4")))
                        .withMessageContaining("SQLState 55P03");
                assertThatExceptionOfType(BudgetStoreException.class)
                        .isThrownBy(hasty::createTables)
                        .withMessage("the tables of budgets cannot be created: PSQLException, SQLState 55P03: another"
                                + " session has locked it");
            });
        }
    }

    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    abstract static class Stores {
        private static final Sharing SHARING =
                Sharing.DEFAULT.withHeartbeat(Duration.ofHours(1)).withLease(Duration.ofHours(3));

        DataSource source;
        private JdbcBudgetStore store;
        private Connection open;

        abstract DataSource newSource();

        @BeforeEach
        void createTables() throws SQLException {
            source = newSource();
            open = source.getConnection(); // H2 closes the database with its last connection
            store = JdbcBudgetStore.in(source).withClock(dialect -> "(SELECT now FROM test_clock)");
            execute("CREATE TABLE test_clock (now TIMESTAMP WITH TIME ZONE)");
            execute("INSERT INTO test_clock VALUES (TIMESTAMP WITH TIME ZONE '2026-11-30 12:00:00+00')");
            store.createTables();
            execute("INSERT INTO cadre_budget (name, limit_usd, time_window) VALUES ('acme', 10, 'MONTH')");
            execute("INSERT INTO cadre_budget (name, parent, limit_usd, time_window) VALUES ('acme/search', 'acme', 5,"
                    + " 'DAY')");
        }

        @AfterEach
        void close() throws SQLException {
            open.close();
        }

        private void execute(String sql) throws SQLException {
            try (Statement statement = open.createStatement()) {
                statement.execute(sql);
            }
        }

        private List<Object> row(String sql) throws SQLException {
            try (Statement statement = open.createStatement();
                    ResultSet found = statement.executeQuery(sql)) {
                assertThat(found.next()).isTrue();
                var row = new ArrayList<Object>();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    Object value = found.getObject(i);
                    row.add(
                            value instanceof BigDecimal number
                                    ? number.stripTrailingZeros().toPlainString()
                                    : value);
                }
                return row;
            }
        }

        private void setTime(String time) throws SQLException {
            execute("UPDATE test_clock SET now = TIMESTAMP WITH TIME ZONE '%s+00'".formatted(time));
        }

        @Test
        void createTables_again_changesNothing() throws SQLException {
            store.createTables();

            assertThat(row("SELECT COUNT(*) FROM cadre_budget")).hasToString("[2]");
        }

        @Test
        void twoProcesses_shareTheLimitOfTheWholeChain() throws Exception {
            execute("INSERT INTO cadre_budget (name, parent, limit_usd) VALUES ('acme/chat', 'acme', 8)");
            try (SharedBudget search = SharedBudget.open(store, "acme/search", SHARING);
                    SharedBudget chat = SharedBudget.open(store, "acme/chat", SHARING)) {
                reserve(search.guard(), "4.00").settle(Money.usd("3.00"));
                Reservation held = reserve(chat.guard(), "6.00");

                assertThat(chat.guard().reserve(Money.usd("2.01"))).isInstanceOf(Admission.Contended.class);
                held.forfeit();
            }
            assertThat(row("SELECT spent_usd, forfeited_usd, held_usd, free_usd FROM cadre_budget_status"
                            + " WHERE name = 'acme'"))
                    .containsExactly("9", "6", "0", "1");
        }

        @Test
        void money_isExactToThePicoDollar() throws Exception {
            execute("UPDATE cadre_budget SET limit_usd = 1234567.000000000001 WHERE parent IS NULL");
            try (SharedBudget acme = SharedBudget.open(store, "acme", SHARING)) {
                assertThat(acme.guard().state().limit()).isEqualTo(Money.usd("1234567.000000000001"));
                reserve(acme.guard(), "0.000000000003").settle(Money.usd("0.000000000002"));
            }
            assertThat(row("SELECT spent_usd, free_usd FROM cadre_budget_status WHERE name = 'acme'"))
                    .containsExactly("0.000000000002", "1234566.999999999999");
        }

        @Test
        void views_showWhoHoldsHowMuchUntilWhen() throws Exception {
            sync("one", 1, "0", "0", "2.5");

            assertThat(row("SELECT budget, held_usd, spent_usd, is_overdue FROM cadre_budget_holder"
                            + " WHERE budget = 'acme/search'"))
                    .containsExactly("acme/search", "2.5", "0", true); // by the clock of the server
        }

        @Test
        void moneySetAside_isShown_andToldToTheOthers() throws Exception {
            sync("one", 1, "0", "0", "2.5");
            store.sync(new SyncRequest(
                    "acme/search",
                    "one",
                    2,
                    Totals.NONE,
                    Money.usd("2.5"),
                    Money.usd("1.5"),
                    Wants.NONE,
                    Duration.ofSeconds(60),
                    Stay.GOES_ON));

            assertThat(row("SELECT held_usd, set_aside_usd FROM cadre_budget_status WHERE name = 'acme'"))
                    .containsExactly("2.5", "1.5");
            assertThat(sync("two", 1, "0", "0", "0").chain())
                    .extracting(standing -> standing.elsewhere().setAside())
                    .containsExactly(Money.usd("1.5"), Money.usd("1.5"));
            setTime("2026-11-30 12:01:01");
            sync("two", 2, "0", "0", "0");
            assertThat(
                            row(
                                    "SELECT forfeited_usd, held_usd, set_aside_usd FROM cadre_budget_status WHERE name = 'acme'"))
                    .containsExactly("2.5", "0", "0");
        }

        @Test
        void leaseThatExpires_isForfeited_andComesBackWithItsHolder() throws Exception {
            sync("one", 1, "0", "0", "2");
            setTime("2026-11-30 12:01:01");
            sync("two", 1, "0", "0", "1");
            assertThat(spentAndHeld()).containsExactly("2", "1");

            SyncAnswer alive = sync("one", 2, "0.5", "1", "0");

            assertThat(alive.hadExpired()).isTrue();
            assertThat(spentAndHeld()).containsExactly("0.5", "2");
        }

        @Test
        void leaseRenewedWhileTheClockWasAhead_expiresOnceTheClockIsRight() throws Exception {
            setTime("2026-11-30 14:00:00");
            sync("one", 1, "0", "0", "2");
            setTime("2026-11-30 12:00:00");
            sync("two", 1, "0", "0", "1");
            setTime("2026-11-30 12:01:01");
            sync("two", 2, "0", "1", "0");

            assertThat(spentAndHeld()).containsExactly("2", "1");
        }

        @Test
        void repeatedAndOldRequests_changeNothing() throws Exception {
            SyncAnswer first = sync("one", 1, "0", "0", "2");
            sync("one", 2, "0.5", "1", "0");

            assertThat(sync("one", 1, "0", "0", "2").sequence()).isEqualTo(2);
            assertThat(first.entitled()).isEqualTo(Money.usd("2"));
            assertThat(spentAndHeld()).containsExactly("0.5", "1");
        }

        @Test
        void windowThatIsOver_isInTheHistory() throws Exception {
            sync("one", 1, "0", "0", "2");
            sync("one", 2, "0.5", "1.5", "0");
            setTime("2026-12-01 00:00:00");
            sync("one", 3, "0.75", "1.25", "0");

            assertThat(row("SELECT window_start, limit_usd, settled_usd FROM cadre_budget_history WHERE budget ="
                            + " 'acme/search'"))
                    .hasToString("[2026-11-30, 5, 0.5]");
            assertThat(spentAndHeld()).containsExactly("0.25", "1.25");
        }

        @Test
        void loweredLimit_grantsNothingMore() throws Exception {
            sync("one", 1, "0", "0", "2");
            execute("UPDATE cadre_budget SET limit_usd = 1 WHERE name = 'acme/search'");

            assertThat(sync("one", 2, "0", "2", "1").entitled()).isEqualTo(Money.usd("2"));
        }

        @Test
        void breach_stopsEverybody_untilSomebodyClearsIt() throws Exception {
            sync("one", 1, "0", "0", "2");
            store.sync(new SyncRequest(
                    "acme/search",
                    "one",
                    2,
                    new Totals(Money.usd("2.5"), Money.ZERO, 1),
                    Money.ZERO,
                    Money.ZERO,
                    Wants.NONE,
                    Duration.ofSeconds(60),
                    Stay.GOES_ON));
            assertThat(sync("two", 1, "0", "0", "1").entitled()).isEqualTo(Money.ZERO);
            assertThat(row("SELECT free_usd FROM cadre_budget_status WHERE name = 'acme'"))
                    .containsExactly("0");

            execute("UPDATE cadre_budget SET breached = FALSE");

            assertThat(sync("two", 2, "0", "0", "1").entitled()).isEqualTo(Money.usd("1"));
        }

        @Test
        void unknownBudget_isRefused() {
            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> SharedBudget.open(store, "nobody", SHARING))
                    .withMessage("the database has no budget 'nobody'")
                    .matches(refused -> refused.kind() == BudgetStoreException.Kind.UNKNOWN_BUDGET);
            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> SharedBudget.open(store, "no\0body", SHARING))
                    .withMessage("the database has no budget 'no?body'");
        }

        @Test
        void tablesOfAnotherVersion_areRefused() throws Exception {
            execute("UPDATE cadre_schema SET version = 2 WHERE part = 'budget'");

            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> SharedBudget.open(store, "acme", SHARING))
                    .withMessageContaining("version 2")
                    .matches(refused -> refused.kind() == BudgetStoreException.Kind.WRONG_SCHEMA);
            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(store::createTables)
                    .matches(refused -> refused.kind() == BudgetStoreException.Kind.WRONG_SCHEMA);
        }

        @Test
        void createTables_besideThoseOfAnotherVersion_changesNothing() throws Exception {
            execute("UPDATE cadre_schema SET version = 2 WHERE part = 'budget'");
            execute("DROP VIEW cadre_budget_holder");
            execute("DROP TABLE cadre_budget_lease");

            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(store::createTables)
                    .matches(refused -> refused.kind() == BudgetStoreException.Kind.WRONG_SCHEMA);
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> row("SELECT COUNT(*) FROM cadre_budget_lease"));
        }

        @Test
        void tablesThatAreGone_areNoticed() throws Exception {
            execute("DROP VIEW cadre_budget_holder");
            execute("DROP TABLE cadre_budget_lease");

            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> sync("one", 1, "0", "0", "1"))
                    .matches(refused -> refused.kind() == BudgetStoreException.Kind.WRONG_SCHEMA);
        }

        @Test
        void rowsThatContradictEachOther_areNoticed() throws Exception {
            sync("one", 1, "0", "0", "2");
            execute("UPDATE cadre_budget SET held_usd = 0");

            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> sync("one", 2, "2", "0", "0"))
                    .withMessage("the sums of budget 'acme/search' in the database contradict each other");
        }

        @Test
        void budgetAroundItself_isNoticed() throws Exception {
            execute("UPDATE cadre_budget SET parent = 'acme/search' WHERE name = 'acme'");

            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> sync("one", 1, "0", "0", "1"))
                    .withMessage("budget 'acme/search' is around itself: its parents form a cycle")
                    .matches(refused -> refused.kind() == BudgetStoreException.Kind.DAMAGED);
        }

        @Test
        void statementThatFails_leavesNothingHalfDone() throws Exception {
            sync("one", 1, "0", "0", "1");
            HeldConnections held = new HeldConnections(source);
            var breaking = JdbcBudgetStore.in(held.source()).withClock(dialect -> "(SELECT now FROM test_clock)");
            held.breakStatements("UPDATE cadre_budget SET");

            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> breaking.sync(request("two", 2, "0", "0", "2")))
                    .withMessage("budget 'acme/search' cannot be reached: SQLException")
                    .matches(failed -> failed.kind() == BudgetStoreException.Kind.UNREACHABLE);

            assertThat(row("SELECT COUNT(*) FROM cadre_budget_lease WHERE holder = 'two'"))
                    .hasToString("[0]");
        }

        @Test
        void connectionOfARequestThatFails_isGivenBackAsItWas() throws Exception {
            HeldConnections held = HeldConnections.pool(source);
            held.isolate(Connection.TRANSACTION_SERIALIZABLE);
            held.breakStatements("UPDATE cadre_budget SET");

            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> JdbcBudgetStore.in(held.source()).sync(request("two", 2, "0", "0", "2")));

            try (Connection given = held.given().getLast()) {
                assertThat(given.getAutoCommit()).isFalse();
                assertThat(given.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
                given.rollback();
            }
        }

        @Test
        void limitThatIsNoAmount_cannotBeWritten() {
            for (String limit : List.of("9223372.036854775808", "-1")) {
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> execute("UPDATE cadre_budget SET limit_usd = " + limit));
            }
        }

        @Test
        void holderThatLeaves_leavesNoRow() throws Exception {
            try (SharedBudget shared = SharedBudget.open(store, "acme", SHARING)) {
                reserve(shared.guard(), "1").settle(Money.usd("0.5"));
            }

            assertThat(row("SELECT COUNT(*) FROM cadre_budget_lease")).hasToString("[0]");
            assertThat(spentAndHeld("acme")).containsExactly("0.5", "0");
        }

        @Test
        void connection_isGivenBackAsItWas() throws Exception {
            HeldConnections held = HeldConnections.pool(source);
            int isolation = open.getTransactionIsolation();

            JdbcBudgetStore.in(held.source()).sync(request("one", 1, "0", "0", "2"));

            try (Connection given = held.given().getLast()) {
                assertThat(given.getAutoCommit()).isFalse();
                assertThat(given.getTransactionIsolation()).isEqualTo(isolation);
                given.rollback();
            }
        }

        @Test
        void lockThatSomebodyKeeps_isNotWaitedForWithoutEnd() throws Exception {
            sync("one", 1, "0", "0", "0");
            try (Connection other = source.getConnection();
                    Statement statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement
                        .executeQuery("SELECT * FROM cadre_budget WHERE name = 'acme' FOR UPDATE")
                        .close();

                assertThatExceptionOfType(BudgetStoreException.class)
                        .isThrownBy(() -> store.within(Duration.ofSeconds(1)).sync(request("one", 2, "0", "0", "2")))
                        .matches(failed -> failed.kind() == BudgetStoreException.Kind.UNREACHABLE);
                other.rollback();
            }
            assertThat(sync("one", 3, "0", "0", "2").entitled()).isEqualTo(Money.usd("2"));
        }

        /** Mergers and rounds ask what is free before they reserve: all of that must be fetched first. */
        @Test
        void goal_underASharedBudget_runsAsUnderAnother() throws Exception {
            RunResult<SharedGoal.Answer> result;
            try (SharedBudget shared = SharedBudget.open(store, "acme/search", SHARING)) {
                result = SharedGoal.run(Budget.usd("0.25").under(shared.guard()));
            }

            assertThat(result.requireComplete()).isEqualTo(SharedGoal.ANSWER);
            assertThat(row("SELECT spent_usd, held_usd FROM cadre_budget_status WHERE name = 'acme/search'"))
                    .containsExactly(result.spend().total().toUsd().replaceAll("0+$", ""), "0");
        }

        /** No heartbeat helps here: the run must say what it waits for. */
        @Test
        void goal_whoseMoneyOthersHold_beginsOnceItIsBack() throws Exception {
            var asked = new Semaphore(0);
            BudgetStore counting = request -> {
                SyncAnswer answer = store.sync(request);
                asked.release();
                return answer;
            };
            try (SharedBudget other = SharedBudget.open(store, "acme/search", SHARING);
                    SharedBudget shared = SharedBudget.open(counting, "acme/search", SHARING)) {
                Reservation held = reserve(other.guard(), "4.999");
                asked.drainPermits();
                var run =
                        new FutureTask<>(() -> SharedGoal.run(Budget.usd("0.25").under(shared.guard())));
                Thread.ofVirtual().start(run);
                asked.acquire(2);

                held.release();
                other.close();

                assertThat(run.get().requireComplete()).isEqualTo(SharedGoal.ANSWER);
            }
        }

        @Test
        void leaseOfABudgetThatWasMovedUnderAnother_isForfeitedOnce() throws Exception {
            execute("UPDATE cadre_budget SET parent = NULL WHERE name = 'acme/search'");
            sync("dead", 1, "0", "0", "2");
            execute("UPDATE cadre_budget SET parent = 'acme' WHERE name = 'acme/search'");
            setTime("2026-11-30 12:01:01");
            sync("new", 1, "0", "0", "1");

            assertThat(spentAndHeld()).containsExactly("2", "1");
            assertThat(spentAndHeld("acme")).containsExactly("0", "1");
        }

        @Test
        void leaseOfABudgetThatWasMovedOut_isForfeitedInBoth_eachByItself() throws Exception {
            sync("dead", 1, "0", "0", "2");
            execute("UPDATE cadre_budget SET parent = NULL WHERE name = 'acme/search'");
            setTime("2026-11-30 12:01:01");
            sync("new", 1, "0", "0", "1");
            assertThat(spentAndHeld()).containsExactly("2", "1");
            assertThat(spentAndHeld("acme")).containsExactly("0", "2");

            sync("acme", "of acme");
            assertThat(spentAndHeld("acme")).containsExactly("2", "0");
        }

        @Test
        void budgetThatWasMovedOut_isNotTouched_byThoseOfTheBudgetThatWasAroundIt() throws Exception {
            sync("dead", 1, "0", "0", "2");
            execute("UPDATE cadre_budget SET parent = NULL WHERE name = 'acme/search'");
            setTime("2026-11-30 12:01:01");
            sync("acme", "of acme");
            assertThat(spentAndHeld("acme")).containsExactly("2", "0");
            assertThat(spentAndHeld()).containsExactly("0", "2");

            sync("new", 1, "0", "0", "1");
            assertThat(spentAndHeld()).containsExactly("2", "1");
        }

        private void sync(String budget, String holder) {
            store.sync(new SyncRequest(
                    budget,
                    holder,
                    1,
                    Totals.NONE,
                    Money.ZERO,
                    Money.ZERO,
                    Wants.NONE,
                    Duration.ofSeconds(60),
                    Stay.GOES_ON));
        }

        private List<Object> spentAndHeld() throws SQLException {
            return spentAndHeld("acme/search");
        }

        private List<Object> spentAndHeld(String budget) throws SQLException {
            return row("SELECT spent_usd, held_usd FROM cadre_budget_status WHERE name = '%s'".formatted(budget));
        }

        SyncAnswer sync(String holder, long sequence, String settled, String keeps, String want) {
            return store.sync(request(holder, sequence, settled, keeps, want));
        }

        static SyncRequest request(String holder, long sequence, String settled, String keeps, String want) {
            Money wanted = Money.usd(want);
            return new SyncRequest(
                    "acme/search",
                    holder,
                    sequence,
                    new Totals(Money.usd(settled), Money.ZERO, 0),
                    Money.usd(keeps),
                    Money.ZERO,
                    new Wants(wanted, wanted, wanted),
                    Duration.ofSeconds(60),
                    Stay.GOES_ON);
        }
    }

    @Test
    void databaseThatDoesNotAnswer_isNamedWithoutItsAddress() {
        var nowhere = new PGSimpleDataSource();
        nowhere.setServerNames(new String[] {"127.0.0.1"});
        nowhere.setPortNumbers(new int[] {1});
        nowhere.setUser("somebody");
        nowhere.setPassword("s3cret");

        assertThatExceptionOfType(BudgetStoreException.class)
                .isThrownBy(() -> SharedBudget.open(JdbcBudgetStore.in(nowhere), "acme", Sharing.DEFAULT))
                .withMessage(
                        "budget 'acme' cannot be reached: PSQLException, SQLState 08001: the connection was lost or"
                                + " refused")
                .matches(failed -> failed.kind() == BudgetStoreException.Kind.UNREACHABLE)
                .matches(failed -> !(failed + " " + failed.getCause()).contains("s3cret"));
    }

    /** Waits for the money as calls do. */
    static Reservation reserve(BudgetGuard guard, String usd) throws InterruptedException {
        BlockingQueue<Boolean> moved = new LinkedBlockingQueue<>();
        try (var watch = guard.watch(() -> moved.add(true))) {
            while (true) {
                switch (guard.reserve(Money.usd(usd))) {
                    case Admission.Granted(Reservation reservation) -> {
                        return reservation;
                    }
                    case Admission.Contended contended -> moved.take();
                    case Admission.Exhausted exhausted -> throw new AssertionError(exhausted.message());
                }
            }
        }
    }
}
