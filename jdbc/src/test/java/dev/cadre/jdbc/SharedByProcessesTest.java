// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.SharedBudget;
import dev.cadre.budget.Sharing;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Four processes offer 400 calls to a budget of 50, while something happens to them or to the database. The bill is counted
 * outside of them.
 */
@Tag("slow")
@ExtendWith(RequiresPostgres.class)
@Timeout(value = 1_800, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedByProcessesTest {
    private static final int PROCESSES = 4;
    private static final int CALLS_OF_EACH = 100;
    private static final int CALLS_PAID = 50;
    /** 95 % of them, rounded up. */
    private static final int CALLS_USED = 48;

    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final int SAMPLE = 4;
    private static final int ALL = 100;

    /** What may happen to a round. */
    private enum Trouble {
        KILL,
        KILL_TWICE,
        RESTART,
        JUMP
    }

    private final long seed = new SplittableRandom().nextLong();
    private final SplittableRandom dice = new SplittableRandom(seed);
    private final List<Process> processes = new ArrayList<>();
    private TestPostgres server;
    private TestAddress address;
    private BillingServer billing;

    @BeforeEach
    void start() throws IOException {
        server = TestPostgres.ofOnesOwn();
        billing = new BillingServer();
        address = TestAddress.of(server.newSchema());
        JdbcBudgetStore.in(address.source()).createTables();
        execute("CREATE TABLE test_clock (ahead INTERVAL)");
        execute("INSERT INTO test_clock VALUES (INTERVAL '0')");
        execute("INSERT INTO cadre_budget (name, limit_usd) VALUES ('organisation', 1000)");
    }

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
        billing.close();
        server.stop();
    }

    @Test
    void oneOfEach_sample() throws Exception {
        rounds(SAMPLE, Trouble.KILL, Trouble.KILL_TWICE, Trouble.RESTART, Trouble.JUMP);
    }

    @Test
    @Tag("nightly")
    void processesThatAreKilled() throws Exception {
        rounds(ALL, Trouble.KILL, Trouble.KILL_TWICE);
    }

    @Test
    @Tag("nightly")
    void databaseThatIsRestarted() throws Exception {
        rounds(ALL / 4, Trouble.RESTART);
    }

    @Test
    @Tag("nightly")
    void clockThatJumps() throws Exception {
        rounds(ALL / 4, Trouble.JUMP);
    }

    private void rounds(int count, Trouble... troubles) throws Exception {
        var billed = new TreeMap<Integer, Integer>();
        for (int i = 0; i < count; i++) {
            int calls = round(i, troubles[i % troubles.length]);
            billed.merge(calls, 1, Integer::sum);
        }
        System.out.printf(
                "%s: calls billed of %d, and in how many rounds: %s%n", List.of(troubles), CALLS_PAID, billed);
    }

    private int round(int number, Trouble trouble) throws Exception {
        String tenant = "tenant-" + number;
        execute("INSERT INTO cadre_budget (name, parent, limit_usd) VALUES ('%s', 'organisation', %s)"
                .formatted(tenant, Spender.WORST_CASE.times(CALLS_PAID).toUsd()));
        int first = 1 + dice.nextInt(CALLS_PAID - 10);
        int second = first + 1 + dice.nextInt(5);
        String where = "seed %d, round %d: %s at calls %d and %d".formatted(seed, number, trouble, first, second);
        startMissing();
        billing.begin(call -> {
            if (call == first || call == second) {
                happen(trouble, call == second);
            }
        });
        for (Process process : processes) {
            tell(process, tenant);
            assertThat(process.inputReader().readLine()).as(where).isEqualTo("open");
        }
        for (Process process : processes) {
            tell(process, "go");
        }
        for (Process process : processes) {
            assertThat(process.inputReader().readLine()).as(where).isIn("done", null); // null: it was killed
        }
        int calls = billing.calls();
        assertThat(calls).as(where).isBetween(CALLS_USED, CALLS_PAID);
        assertNothingIsHeld(tenant, where);
        return calls;
    }

    private void startMissing() throws IOException {
        processes.removeIf(process -> !process.isAlive());
        while (processes.size() < PROCESSES) {
            processes.add(DoomedProcess.start(
                    Spender.class,
                    address,
                    String.valueOf(billing.port()),
                    String.valueOf(CALLS_OF_EACH),
                    String.valueOf(LEASE.toMillis())));
        }
    }

    private static void tell(Process process, String line) {
        try {
            process.outputWriter().write(line + "\n");
            process.outputWriter().flush();
        } catch (IOException e) {
            assertThat(process.isAlive()).isFalse(); // another one that was told before has made calls
        }
    }

    private void happen(Trouble trouble, boolean isSecond) {
        switch (trouble) {
            case KILL -> {
                if (!isSecond) {
                    kill();
                }
            }
            case KILL_TWICE -> kill();
            case RESTART -> {
                if (!isSecond) {
                    server.restart();
                }
            }
            case JUMP -> execute("UPDATE test_clock SET ahead = INTERVAL '%d minutes'".formatted(isSecond ? -90 : 60));
        }
    }

    private void kill() {
        List<Process> alive = processes.stream().filter(Process::isAlive).toList();
        alive.get(dice.nextInt(alive.size()))
                .toHandle() // its output is still to be read
                .destroyForcibly();
    }

    /** Whoever speaks next after a lease has expired has it booked. */
    private void assertNothingIsHeld(String tenant, String where) throws SQLException {
        execute("UPDATE test_clock SET ahead = ahead + INTERVAL '1 minute'");
        var store = JdbcBudgetStore.in(address.source()).withClock(dialect -> Spender.CLOCK);
        SharedBudget.open(store, tenant, Sharing.DEFAULT).close();
        try (Connection connection = address.source().getConnection();
                Statement statement = connection.createStatement();
                ResultSet held = statement.executeQuery(
                        "SELECT SUM(held_usd), (SELECT SUM(held_usd) FROM cadre_budget_lease) FROM cadre_budget")) {
            assertThat(held.next()).isTrue();
            assertThat(held.getBigDecimal(1)).as(where).isZero();
            assertThat(held.getBigDecimal(2)).as(where).isZero();
        }
    }

    private void execute(String sql) {
        try (Connection connection = address.source().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
