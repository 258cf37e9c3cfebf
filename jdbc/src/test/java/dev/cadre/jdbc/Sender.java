// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import dev.cadre.budget.Budget;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.LeaseTimes;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.SharedLimits;
import dev.cadre.price.Price;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;

/** A process that calls a model as often as its share of the limits allows, until its input ends. */
final class Sender {
    static final String LIMIT = "loopback/small";

    private static final int THREADS = 16;
    private static final String MODEL = "small";

    private Sender() {}

    /** Address of the database, port of the server, requests per minute, milliseconds of a lease. */
    public static void main(String[] arguments) throws InterruptedException, IOException {
        int port = Integer.parseInt(arguments[3]);
        Duration lease = Duration.ofMillis(Long.parseLong(arguments[5]));
        var store = JdbcLimitStore.in(TestAddress.parse(arguments).source());
        LeaseTimes times = LeaseTimes.DEFAULT.withHeartbeat(lease.dividedBy(10)).withLease(lease);
        try (SharedLimits shared = SharedLimits.open(store, LIMIT, times)) {
            ModelPool pool = pool(client(port), shared, Long.parseLong(arguments[4]));
            for (int i = 0; i < THREADS; i++) {
                Thread.ofVirtual().start(() -> callWithoutEnd(pool));
            }
            System.out.println("open");
            System.in.read();
        }
        System.out.println("closed");
        System.exit(0);
    }

    static ModelPool pool(ModelClient client, SharedLimits shared, long requestsPerMinute) {
        return ModelPool.builder(client, MODEL)
                .price(Price.perMillionTokens("0.1", "0.1", "0.1"))
                .requestsPerMinute(requestsPerMinute)
                .sharedLimits(shared)
                .build();
    }

    /** The provider counts a call when it has read a byte, and answers with another one. */
    private static ModelClient client(int port) {
        return (request, context) -> {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream().write(1);
                if (socket.getInputStream().read() < 0) {
                    throw new IOException("no answer");
                }
                return ModelReply.of(MODEL, "ok", TokenUsage.of(1, 1));
            } catch (IOException e) {
                throw new ModelException.ConnectionFailed("the server is gone", ModelException.Charge.UNKNOWN, e);
            }
        };
    }

    private static void callWithoutEnd(ModelPool pool) {
        var budget = Budget.usd("1000").open();
        var purpose = new CallPurpose(CallPurpose.Kind.WORK, "run", "task", "type", "{}", Tier.NANO);
        try {
            while (true) {
                long deadline = System.nanoTime() + Duration.ofHours(1).toNanos();
                pool.call(ModelRequest.of(MODEL, "system", "user", 10), CallTerms.of(budget, purpose, deadline));
            }
        } catch (InterruptedException | ModelException e) {
            throw new IllegalStateException(e);
        }
    }
}
