// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** What the loopback server saw and billed. Safe for use by many threads. */
final class LoopbackLog {
    /** Long enough for a slow machine; a test that waits longer has failed. */
    private static final long PATIENCE_SECONDS = 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private final List<LoopbackRequest> requests = new ArrayList<>();
    private final List<LoopbackCharge> charges = new ArrayList<>();
    private int arrivals;
    private int inFlight;
    private int peakInFlight;
    private int closedByClient;
    private int connections;

    LoopbackRequest arrived(LoopbackHttp.Message message, Map<String, String> headers) {
        return locked(() -> {
            var request =
                    new LoopbackRequest(++arrivals, message.method(), message.path(), "", headers, message.text());
            requests.add(request);
            return request;
        });
    }

    /** Its answer is made up, as far as it depends on what came before; it is in flight until it has {@link #ended}. */
    void begun() {
        locked(() -> {
            peakInFlight = Math.max(peakInFlight, ++inFlight);
            return inFlight;
        });
    }

    int nextArrival() {
        return locked(() -> ++arrivals);
    }

    void ended() {
        locked(() -> inFlight--);
    }

    void closedByClient() {
        locked(() -> closedByClient++);
    }

    void connected() {
        locked(() -> connections++);
    }

    void disconnected() {
        locked(() -> connections--);
    }

    int connections() {
        return locked(() -> connections);
    }

    boolean awaitConnections(int count) throws InterruptedException {
        return await(() -> connections, count);
    }

    void bill(LoopbackCharge charge) {
        locked(() -> charges.add(charge));
    }

    void forget() {
        locked(() -> {
            requests.clear();
            charges.clear();
            arrivals = 0;
            peakInFlight = inFlight;
            closedByClient = 0;
            return true;
        });
    }

    List<LoopbackRequest> requests() {
        return locked(() -> List.copyOf(requests));
    }

    List<LoopbackCharge> charges() {
        return locked(() -> List.copyOf(charges));
    }

    int inFlight() {
        return locked(() -> inFlight);
    }

    int peakInFlight() {
        return locked(() -> peakInFlight);
    }

    int clientCloses() {
        return locked(() -> closedByClient);
    }

    boolean awaitInFlight(int count) throws InterruptedException {
        return await(() -> inFlight, count);
    }

    boolean awaitClientCloses(int count) throws InterruptedException {
        return await(() -> closedByClient, count);
    }

    private boolean await(IntSupplier value, int expected) throws InterruptedException {
        long nanos = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        lock.lock();
        try {
            while (value.getAsInt() != expected) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = changed.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            T result = action.get();
            changed.signalAll();
            return result;
        } finally {
            lock.unlock();
        }
    }
}
