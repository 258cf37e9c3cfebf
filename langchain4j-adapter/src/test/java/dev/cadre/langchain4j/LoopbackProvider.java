// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A provider on the loopback address, which answers each request by a rule of the test. */
final class LoopbackProvider implements AutoCloseable {
    /** A reply with its status, headers and body. */
    record Reply(int status, Map<String, String> headers, String body, boolean ends) {
        Reply(int status, Map<String, String> headers, String body) {
            this(status, headers, body, true);
        }

        static Reply json(String body) {
            return json(200, body);
        }

        static Reply json(int status, String body) {
            return new Reply(status, Map.of("content-type", "application/json"), body);
        }

        static Reply events(String body) {
            return new Reply(200, Map.of("content-type", "text/event-stream"), body);
        }

        /** A stream that the server leaves open until it is closed. */
        static Reply endless(String body) {
            return new Reply(200, Map.of("content-type", "text/event-stream"), body, false);
        }
    }

    /** A request as it was received. */
    record Request(String path, String body) {}

    final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private LoopbackProvider(HttpServer server) {
        this.server = server;
    }

    static LoopbackProvider answering(Function<Request, Reply> rule) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var provider = new LoopbackProvider(server);
        server.createContext("/", exchange -> provider.answer(exchange, rule));
        server.setExecutor(provider.threads);
        server.start();
        return provider;
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange, Function<Request, Reply> rule) throws IOException {
        try (exchange) {
            var request = new Request(
                    exchange.getRequestURI().toString(),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            requests.add(request);
            Reply reply = rule.apply(request);
            reply.headers().forEach(exchange.getResponseHeaders()::add);
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), !reply.ends() ? 0 : body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            if (!reply.ends()) {
                exchange.getResponseBody().flush();
                closed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
        threads.close();
    }
}
