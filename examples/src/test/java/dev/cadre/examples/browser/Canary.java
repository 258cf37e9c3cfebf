// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A port that nobody may reach: its TCP and its UDP socket note the first sign of life. */
final class Canary implements AutoCloseable {
    private static final int TRIES = 20;

    private final ServerSocket connections;
    private final DatagramSocket packets;
    private final CountDownLatch seen = new CountDownLatch(1);

    private Canary(ServerSocket connections, DatagramSocket packets) {
        this.connections = connections;
        this.packets = packets;
        Thread.ofVirtual().start(this::accept);
        Thread.ofVirtual().start(this::receive);
    }

    /** Opens both sockets at one port. */
    static Canary open() throws IOException {
        return at(InetAddress.getLoopbackAddress());
    }

    /** The same at another address of this machine. */
    static Canary at(InetAddress address) throws IOException {
        for (int tries = 1; ; tries++) {
            var connections = new ServerSocket(0, 50, address);
            try {
                return new Canary(
                        connections, new DatagramSocket(new InetSocketAddress(address, connections.getLocalPort())));
            } catch (IOException taken) {
                connections.close();
                if (tries == TRIES) {
                    throw taken;
                }
            }
        }
    }

    int port() {
        return connections.getLocalPort();
    }

    /** Whether a connection or a packet has come, by now or within this time. */
    boolean isReached(int seconds) throws InterruptedException {
        return seen.await(seconds, TimeUnit.SECONDS);
    }

    private void accept() {
        try {
            while (true) {
                try (Socket visitor = connections.accept()) {
                    seen.countDown();
                }
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void receive() {
        try {
            packets.receive(new DatagramPacket(new byte[1], 1));
            seen.countDown();
        } catch (IOException closed) {
            // the test is over
        }
    }

    @Override
    public void close() throws IOException {
        connections.close();
        packets.close();
    }
}
