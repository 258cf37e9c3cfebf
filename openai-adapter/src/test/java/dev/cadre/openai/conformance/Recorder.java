// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.conformance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Takes down what a client sends, byte for byte, and refuses it, so that nobody retries. */
final class Recorder implements AutoCloseable {
    /**
     * One request.
     *
     * @param path below {@code /v1}, such as {@code /responses}
     */
    record Sent(String path, String body) {}

    private static final String BASE = "/v1";
    private static final byte[] REFUSAL = "{\"error\":{\"message\":\"recorded\",\"type\":\"invalid_request_error\"}}"
            .getBytes(StandardCharsets.UTF_8);

    private final HttpServer server;
    private final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();

    Recorder() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(BASE, this::record);
        server.start();
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + BASE;
    }

    /** The one request that came since the last call. */
    Sent only() {
        Sent only = sent.remove();
        if (!sent.isEmpty()) {
            throw new IllegalStateException("a second request came: " + sent);
        }
        return only;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void record(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            sent.add(new Sent(exchange.getRequestURI().getPath().substring(BASE.length()), body));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(400, REFUSAL.length);
            exchange.getResponseBody().write(REFUSAL);
        }
    }
}
