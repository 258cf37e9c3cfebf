// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The DevTools protocol over a web socket: commands with answers, for one page. Safe for use by many threads. */
final class DevTools implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SECONDS_TO_ANSWER = 15;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<Integer, CompletableFuture<JsonNode>> open = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final ReentrantLock sending = new ReentrantLock();
    private final WebSocket socket;
    private volatile String session = "";

    private DevTools(URI address) {
        socket = http.newWebSocketBuilder().buildAsync(address, new Listener()).join();
    }

    /** Connects to a browser and opens a page in it. */
    static DevTools connect(URI address) throws IOException, InterruptedException {
        var tools = new DevTools(address);
        try {
            String page = tools.call("Target.createTarget", Map.of("url", "about:blank"))
                    .path("targetId")
                    .asText();
            tools.session = tools.call("Target.attachToTarget", Map.of("targetId", page, "flatten", true))
                    .path("sessionId")
                    .asText();
            return tools;
        } catch (IOException | InterruptedException | RuntimeException failure) {
            tools.close();
            throw failure;
        }
    }

    /** Sends a command and waits for its answer. */
    JsonNode call(String method, Map<String, ?> parameters) throws IOException, InterruptedException {
        int id = ids.incrementAndGet();
        var answered = new CompletableFuture<JsonNode>();
        open.put(id, answered);
        try {
            send(id, method, parameters);
            JsonNode answer = answered.get(SECONDS_TO_ANSWER, TimeUnit.SECONDS);
            if (answer.has("error")) {
                throw new IOException("%s: %s"
                        .formatted(method, answer.path("error").path("message").asText()));
            }
            return answer.path("result");
        } catch (ExecutionException | TimeoutException lost) {
            throw new IOException(method + " has no answer", lost);
        } finally {
            open.remove(id);
        }
    }

    private void send(int id, String method, Map<String, ?> parameters) throws IOException {
        var message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        String text = JSON.writeValueAsString(message);
        sending.lock(); // one message at a time may be on its way
        try {
            socket.sendText(text, true).join();
        } finally {
            sending.unlock();
        }
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
        lose(new IOException("the browser was closed"));
    }

    private void lose(Throwable cause) {
        open.values().forEach(answer -> answer.completeExceptionally(cause));
    }

    private void received(String text) throws JsonProcessingException {
        JsonNode message = JSON.readTree(text);
        CompletableFuture<JsonNode> answer = open.remove(message.path("id").asInt());
        if (answer != null) {
            answer.complete(message);
        } else if (message.path("method").asText().equals("Page.javascriptDialogOpening")) {
            Thread.startVirtualThread(this::dismissDialog); // a page with an open dialog answers nothing
        }
    }

    private void dismissDialog() {
        try {
            send(ids.incrementAndGet(), "Page.handleJavaScriptDialog", Map.of("accept", false));
        } catch (IOException gone) {
            lose(gone);
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence piece, boolean last) {
            text.append(piece);
            if (last) {
                String whole = text.toString();
                text.setLength(0);
                try {
                    received(whole);
                } catch (JsonProcessingException broken) {
                    lose(broken);
                }
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            lose(new IOException("the browser closed the connection"));
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            lose(error);
        }
    }
}
