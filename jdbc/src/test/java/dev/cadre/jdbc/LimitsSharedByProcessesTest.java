// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Four processes send as much as their shares allow; one of them is killed. The calls are counted outside of them. */
@Tag("nightly")
@ExtendWith(RequiresPostgres.class)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LimitsSharedByProcessesTest {
    private static final int PROCESSES = 4;
    private static final int PER_MINUTE = 3_000;
    private static final double PER_SECOND = PER_MINUTE / 60.0;
    private static final int LEASE_MILLIS = 3_000;
    private static final int WARM = 150;
    private static final int KILL = 500;
    private static final int HEALED = 900;
    private static final int END = 1_300;
    /** Three seconds' worth, of the ten that a burst has: a busy computer sends what has come together meanwhile. */
    private static final double LATENESS = 3 * PER_SECOND;

    private final List<Process> processes = new ArrayList<>();
    private final long[] times = new long[END + 1];
    private final CountDownLatch done = new CountDownLatch(1);
    private TestAddress address;
    private BillingServer server;

    @BeforeEach
    void start() throws IOException {
        server = new BillingServer();
        address = TestAddress.of(TestPostgres.shared().newSchema());
        JdbcLimitStore.in(address.source()).createTables();
    }

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
        server.close();
    }

    @Test
    void fourProcesses_sendWhatOneMay_whenOneIsKilledToo() throws Exception {
        server.begin(this::count);
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(DoomedProcess.start(
                    Sender.class,
                    address,
                    String.valueOf(server.port()),
                    String.valueOf(PER_MINUTE),
                    String.valueOf(LEASE_MILLIS)));
        }
        done.await();
        String shares = shares();
        for (Process process : processes) {
            process.outputWriter().close();
        }
        for (Process process : processes.subList(1, PROCESSES)) {
            assertThat(process.inputReader().lines()).contains("closed");
        }

        double before = rate(WARM, KILL);
        double after = rate(HEALED, END);
        double excess = excess();
        System.out.printf(
                "%d processes with %.0f calls a second: %.1f before one was killed, %.1f after its lease; %.1f calls ahead at"
                        + " most; shares in percent: %s%n",
                PROCESSES, PER_SECOND, before, after, excess, shares);
        assertThat(before).isBetween(0.9 * PER_SECOND, 1.1 * PER_SECOND);
        assertThat(after).isBetween(0.9 * PER_SECOND, 1.1 * PER_SECOND);
        assertThat(excess).isLessThan(LATENESS);
        assertThat(shares()).as("of those that have left").isEqualTo("[]");
    }

    private void count(int call) {
        if (call <= END) {
            times[call] = System.nanoTime();
        }
        if (call == KILL) {
            processes.getFirst().toHandle().destroyForcibly();
        }
        if (call == END) {
            done.countDown();
        }
    }

    private double rate(int from, int to) {
        return (to - from) * 1e9 / (times[to] - times[from]);
    }

    /** By how many calls any stretch of time has more than its part of a minute. */
    private double excess() {
        double most = 0;
        double level = 0;
        for (int call = 2; call <= END; call++) {
            level = Math.max(0, level - (times[call] - times[call - 1]) * PER_SECOND / 1e9) + 1;
            most = Math.max(most, level);
        }
        return most;
    }

    private String shares() throws SQLException {
        try (Connection connection = address.source().getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(
                        "SELECT ROUND(share_percent, 1) FROM cadre_limit_holder ORDER BY share_percent")) {
            var shares = new ArrayList<String>();
            while (found.next()) {
                shares.add(found.getString(1));
            }
            return shares.toString();
        }
    }
}
