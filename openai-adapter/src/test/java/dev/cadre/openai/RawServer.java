// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server on the loopback interface whose every byte and close is the test's. */
final class RawServer implements AutoCloseable {
    static final String CHAT_REPLY = """
            {"id":"c1","object":"chat.completion","created":1790000000,"model":"gpt-5.4-nano","choices":[{"index":0,\
            "message":{"role":"assistant","content":"Fine."},"finish_reason":"stop"}],\
            "usage":{"prompt_tokens":10,"completion_tokens":3,"total_tokens":13}}""";
    private static final String CHUNK = """
            {"id":"c1","object":"chat.completion.chunk","created":1790000000,"model":"gpt-5.4-nano","choices":[%s]%s}""";
    static final String CHAT_STREAM = "data: "
            + CHUNK.formatted("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Fine.\"}}", "")
            + "\n\ndata: " + CHUNK.formatted("{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}", "")
            + "\n\ndata: "
            + CHUNK.formatted("", ",\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3,\"total_tokens\":13}")
            + "\n\ndata: [DONE]\n\n";

    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: (\\d+)");

    /** What happens on a connection. */
    @FunctionalInterface
    interface Script {
        void run(Peer peer) throws IOException;
    }

    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    private RawServer(ServerSocket listener) {
        this.listener = listener;
    }

    static RawServer start(Script script) throws IOException {
        return start(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script);
    }

    static RawServer start(ServerSocket listener, Script script) {
        var server = new RawServer(listener);
        Thread.ofVirtual().start(() -> server.accept(script));
        return server;
    }

    private void accept(Script script) {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(script, socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Script script, Socket socket) {
        try (socket) {
            script.run(new Peer(socket));
        } catch (IOException gone) {
            // the client's end of it
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    String baseUrl() {
        return "http://127.0.0.1:" + port() + "/v1";
    }

    int connections() {
        return connections.get();
    }

    /** Heads and bodies of the requests that were read, in their order. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One connection. */
    final class Peer {
        private final Socket socket;
        private final InputStream in;
        private String last = "";

        Peer(Socket socket) throws IOException {
            this.socket = socket;
            in = socket.getInputStream();
        }

        /** Reads a whole request; false at the end of the connection. */
        boolean read() throws IOException {
            String head = head();
            if (head.isEmpty()) {
                return false;
            }
            Matcher length = LENGTH.matcher(head);
            String body = length.find()
                    ? new String(in.readNBytes(Integer.parseInt(length.group(1))), StandardCharsets.UTF_8)
                    : "";
            last = head + body;
            requests.add(last);
            return true;
        }

        /** The request that was read last. */
        String request() {
            return last;
        }

        /** Waits for the first byte of a request. */
        boolean awaitByte() throws IOException {
            return in.read() >= 0;
        }

        private String head() throws IOException {
            var head = new ByteArrayOutputStream();
            int next;
            while ((next = in.read()) >= 0) {
                head.write(next);
                String text = head.toString(StandardCharsets.ISO_8859_1);
                if (text.endsWith("\r\n\r\n")) {
                    return text;
                }
            }
            return "";
        }

        void reply(String contentType, String body, String... headers) throws IOException {
            reply(200, contentType, body, headers);
        }

        void reply(int status, String contentType, String body, String... headers) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            var head = new StringBuilder("HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n"
                    .formatted(status, status == 200 ? "OK" : "No", contentType, bytes.length));
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            send(head + "\r\n");
            socket.getOutputStream().write(bytes);
        }

        /** A stream in one chunk, after whose end the connection seems to stay open. */
        void stream(String events) throws IOException {
            int length = events.getBytes(StandardCharsets.UTF_8).length;
            send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + Integer.toHexString(length).toUpperCase(Locale.ROOT) + "\r\n" + events + "\r\n0\r\n\r\n");
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        }

        Socket socket() {
            return socket;
        }

        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }
}
