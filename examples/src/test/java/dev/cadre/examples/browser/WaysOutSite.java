// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cadre.computer.Action.Point;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** A site whose only page takes every {@link WayOut} at once, each to a port of its own. */
final class WaysOutSite implements AutoCloseable {
    /** Ways to have a name looked up, which may be text of the page. */
    private static final String NAMES = """
            <link rel=dns-prefetch href=//prefetched.invalid><link rel=preconnect href=http://preconnected.invalid>
            <script>const names = new RTCPeerConnection({iceServers: [{urls: 'turn:turn.invalid', username: 'x', credential: 'x'}]});
            names.createDataChannel('x');
            names.createOffer().then(offer => names.setLocalDescription(offer));
            fetch('http://fetched.invalid/').catch(() => {})</script>
            """;

    private static final int LEFT = 40;
    private static final int TOP = 40;
    private static final int HEIGHT = 40;

    private final HttpServer server;
    private final Map<WayOut, Canary> canaries = new EnumMap<>(WayOut.class);
    private final List<WayOut> onClick = new ArrayList<>();

    WaysOutSite() throws IOException {
        for (WayOut way : WayOut.values()) {
            canaries.put(way, Canary.open());
            if (way.place() == WayOut.Place.CLICK) {
                onClick.add(way);
            }
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    URI address() {
        return URI.create("http://" + authority() + "/");
    }

    String authority() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    Canary canary(WayOut way) {
        return canaries.get(way);
    }

    /** Where the page waits for clicks. */
    List<Point> clicks() {
        return onClick.stream()
                .map(way -> new Point(LEFT + 5, TOP + HEIGHT * onClick.indexOf(way) + 5))
                .toList();
    }

    private String host(WayOut way) {
        return "127.0.0.1:" + canary(way).port();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            URI asked = exchange.getRequestURI();
            String query = String.valueOf(asked.getQuery());
            String path = asked.getPath();
            if (path.equals("/redirect")) {
                exchange.getResponseHeaders().set("Location", "http://" + query + "/");
                exchange.sendResponseHeaders(307, -1);
            } else if (path.equals("/worker.js")) {
                send(exchange, "text/javascript", "fetch('http://%s/', {mode: 'no-cors'})".formatted(query));
            } else if (path.equals("/way")) {
                WayOut way = WayOut.valueOf(query);
                way.headers(host(way)).forEach(exchange.getResponseHeaders()::set);
                send(exchange, "text/html", way.html(host(way)));
            } else if (path.equals("/")) {
                send(exchange, "text/html", page());
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private static void send(HttpExchange exchange, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private String page() {
        return canaries.keySet().stream()
                .sorted(Comparator.comparing(way -> way.place() != WayOut.Place.TOP)) // into the head
                .map(this::part)
                .collect(Collectors.joining("\n", "<title>Ways out</title>" + NAMES, ""));
    }

    private String part(WayOut way) {
        return switch (way.place()) {
            case FRAME ->
                "<iframe style='position:absolute;left:600px;width:9px;height:9px' src=/way?%s></iframe>"
                        .formatted(way);
            case TOP -> way.html(host(way));
            case CLICK ->
                "<div style=position:absolute;left:%dpx;top:%dpx>%s</div>"
                        .formatted(LEFT, TOP + HEIGHT * onClick.indexOf(way), way.html(host(way)));
        };
    }

    @Override
    public void close() throws IOException {
        server.stop(0);
        for (Canary canary : canaries.values()) {
            canary.close();
        }
    }
}
