// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The DevTools protocol over two pipes, each message ended by a zero byte: commands with answers, for one page. Safe for use
 * by many threads.
 */
final class DevTools implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int END_OF_MESSAGE = 0;
    /** Twice what a screenshot has that cannot be compressed. */
    private static final int MAX_BYTES_OF_A_MESSAGE = 8 * 1024 * 1024;

    private static final long SECONDS_TO_START = 60;
    private static final long SECONDS_TO_ANSWER = 15;

    private final InputStream answers;
    private final OutputStream commands;
    private final Map<Integer, CompletableFuture<JsonNode>> open = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final ReentrantLock sending = new ReentrantLock();
    private volatile String session = "";
    private volatile String page = "";
    private volatile boolean lost;

    /** An answer that says why a command was not done, such as in a page that has just gone. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;

        private RefusedException(String message) {
            super(message);
        }
    }

    private DevTools(InputStream answers, OutputStream commands) {
        this.answers = new BufferedInputStream(answers);
        this.commands = commands;
    }

    /** Waits until a browser listens, and opens a page in it. */
    static DevTools connect(InputStream answers, OutputStream commands) throws IOException, InterruptedException {
        var tools = new DevTools(answers, commands);
        Thread.ofVirtual().name("devtools").start(tools::listen);
        try {
            tools.call("Target.setDiscoverTargets", Map.of("discover", true), SECONDS_TO_START);
            // of the browser, not of a page: a frame from elsewhere has a session of its own
            tools.call("Fetch.enable", Redirects.WATCHED);
            tools.openPage();
            return tools;
        } catch (IOException | InterruptedException | RuntimeException failure) {
            tools.close();
            throw failure;
        }
    }

    /** Opens a page, which the commands go to from then on. */
    void openPage() throws IOException, InterruptedException {
        session = "";
        page = call("Target.createTarget", Map.of("url", "about:blank"), SECONDS_TO_START)
                .path("targetId")
                .asText();
        session = call("Target.attachToTarget", Map.of("targetId", page, "flatten", true))
                .path("sessionId")
                .asText();
    }

    /** The page, which is also its main frame. */
    String page() {
        return page;
    }

    /** A value as a script would write it. */
    static String json(Object value) {
        return JSON.valueToTree(value).toString();
    }

    /** Sends a command and waits for its answer. */
    JsonNode call(String method, Map<String, ?> parameters) throws IOException, InterruptedException {
        return call(method, parameters, SECONDS_TO_ANSWER);
    }

    private JsonNode call(String method, Map<String, ?> parameters, long seconds)
            throws IOException, InterruptedException {
        int id = ids.incrementAndGet();
        var answered = new CompletableFuture<JsonNode>();
        open.put(id, answered);
        try {
            if (lost) {
                throw new IOException("the browser is gone");
            }
            send(id, session, method, parameters);
            JsonNode answer = answered.get(seconds, TimeUnit.SECONDS);
            if (answer.has("error")) {
                throw new RefusedException("%s: %s"
                        .formatted(method, answer.path("error").path("message").asText()));
            }
            return answer.path("result");
        } catch (ExecutionException | TimeoutException unanswered) {
            throw new IOException(method + " has no answer", unanswered);
        } finally {
            open.remove(id);
        }
    }

    /** @param to the session of a page; empty for the browser itself */
    private void send(int id, String to, String method, Map<String, ?> parameters) throws IOException {
        var message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        if (!to.isEmpty()) {
            message.put("sessionId", to);
        }
        byte[] bytes = JSON.writeValueAsBytes(message);
        sending.lock(); // one message at a time may be on its way
        try {
            commands.write(bytes);
            commands.write(END_OF_MESSAGE);
            commands.flush();
        } finally {
            sending.unlock();
        }
    }

    private void listen() {
        var message = new ByteArrayOutputStream();
        boolean isReadOver = false;
        try {
            for (int next = answers.read(); next >= 0; next = answers.read()) {
                if (next == END_OF_MESSAGE) {
                    if (!isReadOver) {
                        received(message.toString(StandardCharsets.UTF_8));
                    }
                    isReadOver = false;
                    message.reset();
                } else if (message.size() < MAX_BYTES_OF_A_MESSAGE) {
                    message.write(next);
                } else if (!isReadOver) {
                    readOver(message.toByteArray());
                    isReadOver = true;
                }
            }
        } catch (IOException | Error broken) {
            lose(broken); // whoever waits is told of an Error, too
        } finally {
            lose(new IOException("the browser is gone"));
        }
    }

    /** Who sees a command that is not answered will not be left waiting: it is in the map before this is set, or sees it. */
    private void lose(Throwable cause) {
        lost = true;
        open.values().forEach(answer -> answer.completeExceptionally(cause));
    }

    /** An answer to a page repeats the form that the page has sent, which may be as long as it likes: it goes on unread. */
    private void readOver(byte[] message) throws IOException {
        String id = Redirects.idIn(message)
                .orElseThrow(() -> new IOException(
                        "the browser sent a message of more than " + MAX_BYTES_OF_A_MESSAGE + " bytes"));
        tell("", "Fetch.continueResponse", Map.of("requestId", id));
    }

    private void received(String text) throws JsonProcessingException {
        JsonNode message = JSON.readTree(text);
        CompletableFuture<JsonNode> answer = open.remove(message.path("id").asInt());
        if (answer != null) {
            answer.complete(message);
            return;
        }
        switch (message.path("method").asText()) {
            // a page with an open dialog answers nothing
            case "Page.javascriptDialogOpening" ->
                tell(session, "Page.handleJavaScriptDialog", Map.of("accept", false));
            case "Fetch.requestPaused" -> {
                JsonNode waiting = message.path("params");
                tell(message.path("sessionId").asText(), Redirects.command(waiting), Redirects.parameters(waiting));
            }
            // nor does one behind another
            case "Target.targetCreated" -> closeIfAnotherPage(message.at("/params/targetInfo"));
            default -> {}
        }
    }

    /** Whatever comes beside our page was opened by it, also where nobody is named as its opener. */
    private void closeIfAnotherPage(JsonNode target) {
        if (!session.isEmpty()
                && target.path("type").asText().equals("page")
                && !target.path("targetId").asText().equals(page)) {
            tell(
                    "",
                    "Target.closeTarget",
                    Map.of("targetId", target.path("targetId").asText()));
            tell(session, "Page.bringToFront", Map.of());
        }
    }

    /** Sends a command whose answer nobody waits for, not on the thread that listens: the pipe may be full. */
    private void tell(String to, String method, Map<String, ?> parameters) {
        Thread.startVirtualThread(() -> {
            try {
                send(ids.incrementAndGet(), to, method, parameters);
            } catch (IOException gone) {
                lose(gone);
            }
        });
    }

    /** Lets nobody wait any longer. The pipes end with the process. */
    @Override
    public void close() {
        lose(new IOException("the browser was closed"));
    }
}
