// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/**
 * A site with one form, whose parts lie at known places, and a note of everything that it was asked for; {@code /to?x}
 * redirects to x.
 */
final class FormServer implements AutoCloseable {
    private static final String STYLE = "<meta charset=utf-8><style>body{font:20px sans-serif;margin:20px}"
            + "input,button,a,label{position:absolute;left:40px;width:400px;height:32px;font-size:20px}</style>";

    private final HttpServer server;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> posted = new CopyOnWriteArrayList<>();
    private volatile String extra = "";
    private volatile String answer = "";

    FormServer() throws IOException {
        this(InetAddress.getLoopbackAddress());
    }

    FormServer(InetAddress interfaceAddress) throws IOException {
        server = HttpServer.create(new InetSocketAddress(interfaceAddress, 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    URI address() {
        return address("127.0.0.1");
    }

    URI address(String host) {
        return URI.create("http://%s:%d/".formatted(host, server.getAddress().getPort()));
    }

    /** Adds to the page. */
    FormServer with(String html) {
        extra = html;
        return this;
    }

    /** Adds to all other pages. */
    FormServer answering(String html) {
        answer = html;
        return this;
    }

    /** Takes back what was added, and the notes. */
    void forget() {
        extra = "";
        answer = "";
        asked.clear();
        posted.clear();
    }

    /** Every request's method and path, but for the icon that browsers ask for. */
    List<String> asked() {
        return asked;
    }

    /** The bodies of the forms that were sent. */
    List<String> posted() {
        return posted;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/favicon.ico")) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            asked.add(exchange.getRequestMethod() + " " + path);
            if (path.equals("/to")) {
                exchange.getResponseHeaders()
                        .set("Location", exchange.getRequestURI().getQuery());
                exchange.sendResponseHeaders(302, -1);
                return;
            }
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (exchange.getRequestMethod().equals("POST")) {
                posted.add(body);
            }
            byte[] page = page(path).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
        }
    }

    private String page(String path) {
        return path.equals("/")
                ? STYLE + "<title>Order</title><h1>Order a brush</h1>" + """
                <form method=post action=/order>
                  <input name=name placeholder=Name style=top:100px>
                  <input name=street placeholder=Street style=top:150px>
                  <input name=word type=password placeholder=Password style=top:200px>
                  <label style=top:250px><input type=checkbox name=gift value=yes style="left:0;width:32px">&emsp;&emsp;a gift</label>
                  <button style=top:300px>Send the order</button>
                </form>""" + extra
                : STYLE + "<title>Thanks</title><h1>Thank you: the order is on its way.</h1>" + answer;
    }
}
