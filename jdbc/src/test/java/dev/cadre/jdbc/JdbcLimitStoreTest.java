// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static dev.cadre.share.ShareRequest.WHOLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cadre.budget.Budget;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.SharedLimits;
import dev.cadre.share.BudgetStoreException;
import dev.cadre.share.BudgetStoreException.Kind;
import dev.cadre.share.ShareAnswer;
import dev.cadre.share.ShareAnswer.Limits;
import dev.cadre.share.ShareAnswer.Other;
import dev.cadre.share.ShareAnswer.Pause;
import dev.cadre.share.ShareRequest;
import dev.cadre.share.ShareRequest.Demand;
import dev.cadre.share.ShareRequest.Heard;
import dev.cadre.share.ShareRequest.Silent;
import dev.cadre.share.SyncRequest.Stay;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
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

/** Shared rate limits in a database. */
class JdbcLimitStoreTest {
    private static final Duration LEASE = Duration.ofSeconds(20);

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
            ask("one", 1, 0);
            HeldConnections held = new HeldConnections(source);
            var granted = new ArrayList<Integer>();
            held.insteadOfCommit(stopped -> {
                granted.add(ask("other", 1, 0).share());
                stopped.commit();
            });
            var stopping = JdbcLimitStore.in(held.source()).within(Duration.ofSeconds(1));

            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> stopping.share(request("one", 2, 0, 0, List.of(), Heard.NOTHING)))
                    .matches(failed -> failed.kind() == Kind.UNREACHABLE);
            assertThat(granted).as("its share was not given back").containsExactly(0);
        }

        @Test
        void rowThatSomebodyElseLocks_keepsNoSessionWaitingBehindTheRequest() throws SQLException {
            ask("one", 1, 0);
            LockedElsewhere.by(
                    source,
                    "SELECT * FROM cadre_limit FOR UPDATE",
                    () -> assertThatExceptionOfType(BudgetStoreException.class)
                            .isThrownBy(() -> JdbcLimitStore.in(source)
                                    .within(Duration.ofSeconds(1))
                                    .share(request("one", 2, 0, 0, List.of(), Heard.NOTHING)))
                            .withMessage(
                                    "limit 'gpt' cannot be reached: PSQLException, SQLState 55P03: another session has"
                                            + " locked it")
                            .matches(failed -> failed.kind() == Kind.UNREACHABLE));
        }
    }

    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    abstract static class Stores {
        DataSource source;
        private JdbcLimitStore store;
        private Connection open;

        abstract DataSource newSource();

        @BeforeEach
        void createTables() throws SQLException {
            source = newSource();
            open = source.getConnection(); // H2 closes the database with its last connection
            store = JdbcLimitStore.in(source).withClock(dialect -> "(SELECT now FROM test_clock)");
            execute("CREATE TABLE test_clock (now TIMESTAMP WITH TIME ZONE)");
            execute("INSERT INTO test_clock VALUES (TIMESTAMP WITH TIME ZONE '2026-11-30 12:00:00+00')");
            store.createTables();
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

        private void setTime(String time) throws SQLException {
            execute("UPDATE test_clock SET now = TIMESTAMP WITH TIME ZONE '%s+00'".formatted(time));
        }

        private List<String> row(String sql) throws SQLException {
            try (Statement statement = open.createStatement();
                    ResultSet found = statement.executeQuery(sql)) {
                assertThat(found.next()).isTrue();
                var row = new ArrayList<String>();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    Object value = found.getObject(i);
                    row.add(
                            value instanceof BigDecimal number
                                    ? number.stripTrailingZeros().toPlainString()
                                    : String.valueOf(value));
                }
                return row;
            }
        }

        ShareRequest request(String holder, long sequence, int keeps, long demand, List<Silent> silent, Heard heard) {
            return new ShareRequest(
                    "gpt", holder, sequence, keeps, new Demand(demand, 0), silent, heard, LEASE, Stay.GOES_ON);
        }

        ShareAnswer ask(String holder, long sequence, int keeps) {
            return store.share(request(holder, sequence, keeps, WHOLE, List.of(), Heard.NOTHING));
        }

        private ShareAnswer hear(String holder, long sequence, Heard heard) {
            return store.share(request(holder, sequence, 0, WHOLE, List.of(), heard));
        }

        @Test
        void createTables_again_changesNothing() throws SQLException {
            ask("one", 1, 0);
            store.createTables();

            assertThat(row("SELECT COUNT(*) FROM cadre_limit_share")).containsExactly("1");
        }

        @Test
        void tablesOfBudgets_mayBeBesideThem() throws SQLException {
            JdbcBudgetStore.in(source).createTables();

            assertThat(row("SELECT COUNT(*) FROM cadre_schema")).containsExactly("2");
        }

        @Test
        void shares_moveFromOneToTheOther() {
            assertThat(ask("one", 1, 0).share()).isEqualTo(WHOLE);
            assertThat(ask("two", 1, 0).share()).isZero();
            assertThat(ask("one", 2, WHOLE).due()).isEqualTo(WHOLE / 2);
            assertThat(ask("one", 3, WHOLE / 2).share()).isEqualTo(WHOLE / 2);
            ShareAnswer answer = ask("two", 2, 0);

            assertThat(answer)
                    .isEqualTo(new ShareAnswer(
                            2, WHOLE / 2, WHOLE / 2, List.of(new Other("one", 3, LEASE)), Limits.NONE, Pause.NONE));
        }

        @Test
        void repeatedAndOldRequests_changeNothing() throws SQLException {
            ask("one", 1, 0);
            ask("one", 2, 400_000);

            assertThat(ask("one", 1, 0).sequence()).isEqualTo(2);
            assertThat(row("SELECT sequence, share_ppm FROM cadre_limit_share")).containsExactly("2", "1000000");
        }

        @Test
        void holderThatLeavesAndOwes_keepsItsShare_untilAnotherHasSeenThatItIsPaid() throws SQLException {
            ask("one", 1, 0);
            store.share(new ShareRequest(
                    "gpt",
                    "one",
                    2,
                    WHOLE,
                    Demand.NONE,
                    List.of(),
                    Heard.NOTHING,
                    Duration.ofNanos(1_500_000),
                    Stay.LEAVES));
            setTime("2027-11-30 12:00:00");
            assertThat(ask("two", 1, 0).others())
                    .containsExactly(new Other("one", Long.MAX_VALUE, Duration.ofMillis(2)));
            assertThat(row("SELECT holder, share_percent, lease_millis FROM cadre_limit_holder ORDER BY holder"))
                    .containsExactly("one", "100", "2");

            var half = List.of(new Silent("one", Long.MAX_VALUE, Duration.ofMillis(1)));
            assertThat(store.share(request("two", 2, 0, WHOLE, half, Heard.NOTHING))
                            .share())
                    .isZero();
            assertThat(row("SELECT lease_millis FROM cadre_limit_holder ORDER BY holder"))
                    .containsExactly("1");
            var paid = List.of(new Silent("one", Long.MAX_VALUE, Duration.ZERO));
            assertThat(store.share(request("two", 3, 0, WHOLE, paid, Heard.NOTHING))
                            .share())
                    .isEqualTo(WHOLE);
        }

        @Test
        void silentHolder_isForgotten_andKeepsNothingWhenItComesBack() throws SQLException {
            ask("one", 1, 0);
            ShareRequest knows =
                    request("two", 1, 0, WHOLE, List.of(new Silent("one", 1, Duration.ZERO)), Heard.NOTHING);
            assertThat(store.share(knows).share()).isEqualTo(WHOLE);

            assertThat(ask("one", 2, WHOLE).share()).isZero();
            assertThat(row("SELECT SUM(share_ppm), COUNT(*) FROM cadre_limit_share"))
                    .containsExactly("1000000", "2");
        }

        @Test
        void holderThatLeaves_isForgotten() throws SQLException {
            ask("one", 1, 0);
            store.share(
                    new ShareRequest("gpt", "one", 2, 0, Demand.NONE, List.of(), Heard.NOTHING, LEASE, Stay.LEAVES));

            assertThat(row("SELECT COUNT(*) FROM cadre_limit_share")).containsExactly("0");
        }

        @Test
        void whatOneWasTold_isKnownToTheNext_withItsAge() throws SQLException {
            hear("one", 1, new Heard(500, -1, Duration.ofMillis(30_500)));
            setTime("2026-11-30 12:00:10");

            ShareAnswer next = ask("two", 1, 0);

            assertThat(next.limits()).isEqualTo(new Limits(1, 500, -1));
            assertThat(next.pause()).isEqualTo(new Pause(1, Duration.ofMillis(20_500)));
        }

        @Test
        void views_showWhoHasWhichShare_sinceWhen_andWhatWasReported() throws SQLException {
            hear("one", 1, new Heard(500, 200_000, Duration.ofSeconds(30)));
            setTime("2026-11-30 12:00:10");
            ask("two", 1, 0);
            ask("one", 2, 250_000);

            assertThat(row("SELECT name, requests_per_minute, tokens_per_minute, holders, shared_percent,"
                            + " reported_at = TIMESTAMP WITH TIME ZONE '2026-11-30 12:00:00+00',"
                            + " paused_until = TIMESTAMP WITH TIME ZONE '2026-11-30 12:00:30+00'"
                            + " FROM cadre_limit_status"))
                    .map(String::toLowerCase)
                    .map(value -> value.equals("t") ? "true" : value)
                    .containsExactly("gpt", "500", "200000", "2", "50", "true", "true");
            assertThat(row("SELECT limit_name, share_percent, demand_percent, lease_millis,"
                            + " since = TIMESTAMP WITH TIME ZONE '2026-11-30 12:00:10+00'"
                            + " FROM cadre_limit_holder WHERE holder = 'one'"))
                    .map(value -> value.equals("t") ? "true" : value)
                    .containsExactly("gpt", "50", "100", "20000", "true");
        }

        @Test
        void unknownLimits_areNullInTheView() throws SQLException {
            ask("one", 1, 0);

            assertThat(row("SELECT requests_per_minute, tokens_per_minute, reported_at, paused_until FROM"
                            + " cadre_limit_status"))
                    .containsOnly("null");
        }

        @Test
        void newName_thatManyNameAtOnce_isMadeOnce() throws Exception {
            int many = 6;
            var barrier = new CyclicBarrier(many);
            var asks = new ArrayList<FutureTask<ShareAnswer>>();
            for (int i = 0; i < many; i++) {
                String holder = "holder" + i;
                asks.add(new FutureTask<>(() -> {
                    barrier.await();
                    return ask(holder, 1, 0);
                }));
            }
            asks.forEach(ask -> Thread.ofPlatform().start(ask));
            int sum = 0;
            for (FutureTask<ShareAnswer> ask : asks) {
                sum += ask.get().share();
            }

            assertThat(sum).isEqualTo(WHOLE);
            assertThat(row("SELECT COUNT(*), (SELECT COUNT(*) FROM cadre_limit_share) FROM cadre_limit"))
                    .containsExactly("1", "6");
        }

        @Test
        void tablesOfAnotherVersion_areRefused() throws SQLException {
            execute("UPDATE cadre_schema SET version = 2 WHERE part = 'limits'");

            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> SharedLimits.open(store, "gpt"))
                    .withMessageContaining("version 2")
                    .matches(refused -> refused.kind() == Kind.WRONG_SCHEMA);
        }

        @Test
        void tablesThatAreMissing_areNamed() throws SQLException {
            execute("DELETE FROM cadre_schema WHERE part = 'limits'");

            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> SharedLimits.open(store, "gpt"))
                    .withMessage("the database has no tables for part 'limits'; create them, or run limits.sql");
        }

        @Test
        void rowsThatContradictEachOther_areNoticed() throws SQLException {
            ask("one", 1, 0);
            execute("UPDATE cadre_limit_share SET least_ppm = -1");

            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> ask("two", 1, 0))
                    .withMessage("the shares of limit 'gpt' in the database contradict each other")
                    .matches(refused -> refused.kind() == Kind.DAMAGED);
        }

        @Test
        void pool_sendsWithItsShare_andGivesItBack() throws Exception {
            try (SharedLimits shared = SharedLimits.open(store, "gpt")) {
                var pool = Sender.pool(
                        (request, context) -> ModelReply.of("small", "ok", TokenUsage.of(1, 1)), shared, 6_000);
                var purpose = new CallPurpose(CallPurpose.Kind.WORK, "run", "task", "type", "{}", Tier.NANO);
                long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
                var terms = CallTerms.of(Budget.usd("1").open(), purpose, deadline);
                pool.call(ModelRequest.of("small", "system", "user", 10), terms);

                assertThat(shared.partsPerMillion()).isEqualTo(WHOLE);
                assertThat(row("SELECT shared_percent FROM cadre_limit_status")).containsExactly("100");
            }
            assertThat(row("SELECT holders, shared_percent FROM cadre_limit_status"))
                    .containsExactly("0", "0");
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
                .isThrownBy(() -> SharedLimits.open(JdbcLimitStore.in(nowhere), "gpt"))
                .withMessage("limit 'gpt' cannot be reached: PSQLException, SQLState 08001: the connection was lost or"
                        + " refused")
                .matches(failed -> failed.kind() == Kind.UNREACHABLE)
                .matches(failed -> !(failed + " " + failed.getCause()).contains("s3cret"));
    }
}
