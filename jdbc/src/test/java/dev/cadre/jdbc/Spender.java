// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.Reservation;
import dev.cadre.budget.SharedBudget;
import dev.cadre.budget.Sharing;
import dev.cadre.price.Money;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A process that spends shared budgets call by call, each until its calls are made or the budget has nothing more for it. */
final class Spender {
    static final Money WORST_CASE = Money.usd("0.01");
    static final String CLOCK = "(clock_timestamp() + (SELECT ahead FROM test_clock))";

    private static final int THREADS = 2;

    private Spender() {}

    /**
     * Address of the database, port of the server that bills, calls for each budget, milliseconds of a lease. Reads the name of
     * a budget, and begins to spend it when it has read another line.
     */
    public static void main(String[] arguments) throws InterruptedException, IOException {
        int port = Integer.parseInt(arguments[3]);
        int calls = Integer.parseInt(arguments[4]);
        Duration lease = Duration.ofMillis(Long.parseLong(arguments[5]));
        var store = JdbcBudgetStore.in(TestAddress.parse(arguments).source()).withClock(dialect -> CLOCK);
        Sharing sharing = Sharing.DEFAULT.withHeartbeat(lease.dividedBy(8)).withLease(lease);
        var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String budget = orders.readLine(); budget != null; budget = orders.readLine()) {
            try (SharedBudget shared = SharedBudget.open(store, budget, sharing)) {
                System.out.println("open");
                orders.readLine();
                spend(shared.guard(), new AtomicInteger(calls), port);
            }
            System.out.println("done");
        }
    }

    private static void spend(BudgetGuard guard, AtomicInteger calls, int port) throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> spendOneByOne(guard, calls, port)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void spendOneByOne(BudgetGuard guard, AtomicInteger calls, int port) {
        var moved = new Semaphore(0);
        try (var watch = guard.watch(moved::release)) {
            while (calls.getAndDecrement() > 0) {
                Admission answer = guard.reserve(WORST_CASE);
                while (answer instanceof Admission.Contended) {
                    moved.acquire();
                    moved.drainPermits();
                    answer = guard.reserve(WORST_CASE);
                }
                if (answer instanceof Admission.Granted(Reservation reservation)) {
                    call(port);
                    reservation.settle(WORST_CASE);
                }
            }
        } catch (InterruptedException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The provider bills it when it has read a byte, and answers with another one. */
    private static void call(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(1);
            if (socket.getInputStream().read() < 0) {
                throw new IOException("no answer");
            }
        }
    }
}
