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

/** Takes down what a client sends, byte for byte, and refuses it, so that nobody retries; takes files in silence. */
final class Recorder implements AutoCloseable {
    /**
     * One request.
     *
     * @param path below {@code /v1}, such as {@code /responses}
     */
    record Sent(String path, String body) {}

    private static final String BASE = "/v1";
    private static final String FILES = BASE + "/files";
    private static final String REFUSAL = "{\"error\":{\"message\":\"recorded\",\"type\":\"invalid_request_error\"}}";
    private static final String FILE = """
            {"id":"file-1","object":"file","bytes":1,"created_at":1790000000,"filename":"f","purpose":"batch"}""";

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
        String path = exchange.getRequestURI().getPath();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (path.equals(FILES)) {
            answer(exchange, 200, FILE);
        } else {
            sent.add(new Sent(path.substring(BASE.length()), body));
            answer(exchange, 400, REFUSAL);
        }
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        try (exchange) {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
