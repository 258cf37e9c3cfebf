// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.Reservation;
import dev.cadre.budget.SharedBudget;
import dev.cadre.budget.Sharing;
import dev.cadre.price.Money;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What sharing costs, by the real clock. */
@Tag("measure")
@ExtendWith(RequiresPostgres.class)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MeasuredSharedBudgetTest {
    private static final int PROCESSES = 4;
    private static final int SECONDS = 5;
    private static final int LEAST_PER_SECOND = 5_000;
    private static final Money NEED = Money.usd("0.001");
    private static final Money COST = Money.usd("0.0004");
    private static final int CALLS = 200_000;
    private static final int RUNS = 15;

    private final TestAddress address = TestAddress.of(TestPostgres.shared().newSchema());

    private void define() throws Exception {
        JdbcBudgetStore.in(address.source()).createTables();
        try (Connection connection = address.source().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO cadre_budget (name, limit_usd) VALUES ('organisation', 1000000)");
            statement.execute(
                    "INSERT INTO cadre_budget (name, parent, limit_usd) VALUES ('tenant', 'organisation', 500000)");
        }
    }

    @Test
    void slice_costsLessThanAMicrosecondMore_thanABudgetOfOneProcess() throws Exception {
        define();
        var plain = new double[RUNS];
        var leased = new double[RUNS];
        BudgetGuard alone = Budget.usd("500000").open();
        try (SharedBudget shared = SharedBudget.open(JdbcBudgetStore.in(address.source()), "tenant", Sharing.DEFAULT)) {
            for (int run = 0; run < RUNS; run++) {
                plain[run] = nanosOfACall(alone);
                leased[run] = nanosOfACall(shared.guard());
            }
        }
        double ofOne = median(plain);
        double ofASlice = median(leased);
        System.out.printf(
                "a reservation and its settlement: %.0f ns in a budget of one process, %.0f ns in a slice (%.1f times)%n",
                ofOne, ofASlice, ofASlice / ofOne);
        assertThat(ofASlice - ofOne).isLessThan(1_000);
    }

    private static double nanosOfACall(BudgetGuard guard) throws InterruptedException {
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            call(guard);
        }
        return (System.nanoTime() - start) / (double) CALLS;
    }

    private static double median(double[] values) {
        double[] sorted = Arrays.copyOfRange(values, values.length / 3, values.length); // the first ones warm up
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void call(BudgetGuard guard) throws InterruptedException {
        if (guard.reserve(NEED) instanceof Admission.Granted(Reservation reservation)) {
            reservation.settle(COST);
            return;
        }
        var moved = new Semaphore(0);
        try (var watch = guard.watch(moved::release)) {
            while (true) {
                if (guard.reserve(NEED) instanceof Admission.Granted(Reservation reservation)) {
                    reservation.settle(COST);
                    return;
                }
                moved.acquire();
            }
        }
    }

    @Test
    void fourProcesses_reserveThousandsOfTimesASecond() throws Exception {
        define();
        var processes = new ArrayList<Process>();
        long calls = 0;
        try {
            for (int i = 0; i < PROCESSES; i++) {
                processes.add(DoomedProcess.start(Reserving.class, address));
            }
            for (Process process : processes) {
                assertThat(process.inputReader().readLine()).isEqualTo("open");
            }
            for (Process process : processes) {
                process.outputWriter().close();
            }
            for (Process process : processes) {
                calls += Long.parseLong(process.inputReader().readLine());
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
        System.out.printf(
                "%d processes: %d reservations a second, with their settlements%n", PROCESSES, calls / SECONDS);
        assertThat(calls / SECONDS).isGreaterThan(LEAST_PER_SECOND);
    }

    /** Reserves for some seconds, and prints how often it did. */
    static final class Reserving {
        private Reserving() {}

        public static void main(String[] arguments) throws InterruptedException, IOException {
            var store = JdbcBudgetStore.in(TestAddress.parse(arguments).source());
            long calls = 0;
            try (SharedBudget shared = SharedBudget.open(store, "tenant", Sharing.DEFAULT)) {
                System.out.println("open");
                System.in.read(); // until all others are open, too
                long end = System.nanoTime() + SECONDS * 1_000_000_000L;
                while (System.nanoTime() < end) {
                    call(shared.guard());
                    calls++;
                }
            }
            System.out.println(calls);
        }
    }
}
