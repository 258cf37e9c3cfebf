// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A process of its own that answers every response request after 200 ms; its CPU time is not the client's. */
final class SlowServer {
    static final int MILLIS = 200;

    private static final byte[] REPLY = """
            {"id":"resp_1","object":"response","created_at":1790000000,"status":"completed","model":"gpt-5.4-nano",\
            "service_tier":"default","error":null,"incomplete_details":null,"output":[{"type":"message","id":"msg_1",\
            "status":"completed","role":"assistant","content":[{"type":"output_text","text":"Fine.","annotations":[]}]}],\
            "usage":{"input_tokens":10,"output_tokens":3,"total_tokens":13}}""".getBytes(StandardCharsets.UTF_8);

    private SlowServer() {}

    private static HttpServer secure(InetSocketAddress address, Path store)
            throws IOException, GeneralSecurityException {
        var server = HttpsServer.create(address, 2_000);
        server.setHttpsConfigurator(new HttpsConfigurator(GatewayTest.context(store)));
        return server;
    }

    /**
     * Prints its port, and the most requests in flight when asked for {@code /peak}; ends with its standard input. With
     * a key store as its argument it speaks TLS.
     */
    public static void main(String... store) throws IOException, GeneralSecurityException {
        var inFlight = new AtomicInteger();
        var peak = new AtomicInteger();
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        HttpServer server = store.length == 0 ? HttpServer.create(address, 2_000) : secure(address, Path.of(store[0]));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/responses", exchange -> {
            peak.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            exchange.getRequestBody().readAllBytes();
            try {
                Thread.sleep(MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            inFlight.decrementAndGet();
            exchange.sendResponseHeaders(200, REPLY.length);
            exchange.getResponseBody().write(REPLY);
            exchange.close();
        });
        server.createContext("/peak", exchange -> {
            byte[] body = String.valueOf(peak.get()).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        System.out.println(server.getAddress().getPort());
        while (System.in.read() >= 0) {}
        System.exit(0);
    }
}
