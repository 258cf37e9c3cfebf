// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;

/** Counts the calls that reach it, whatever becomes of those who make them. */
final class BillingServer implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private IntConsumer onCall = call -> {};
    private int calls;

    BillingServer() throws IOException {
        threads.execute(this::serve);
    }

    /**
     * Begins to count at zero.
     *
     * @param onCall is told how many calls there were, one at a time, before the call is answered
     */
    synchronized void begin(IntConsumer onCall) {
        this.onCall = onCall;
        calls = 0;
    }

    int port() {
        return socket.getLocalPort();
    }

    synchronized int calls() {
        return calls;
    }

    private void serve() {
        try {
            while (true) {
                Socket caller = socket.accept();
                threads.execute(() -> answer(caller));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void answer(Socket caller) {
        try (caller) {
            if (caller.getInputStream().read() >= 0) {
                bill();
                caller.getOutputStream().write(1);
            }
        } catch (IOException killed) {
            // it is billed all the same
        }
    }

    private synchronized void bill() {
        calls++;
        onCall.accept(calls);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.close();
    }
}
