// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Sends one reply over one connection, with the fault that its script asks for. */
final class LoopbackDelivery {
    private static final int BLOCK_BYTES = 64 * 1024;

    private final LoopbackHttp http;
    private final LoopbackService.Handled handled;
    private volatile boolean isOver;

    LoopbackDelivery(LoopbackHttp http, LoopbackService.Handled handled) {
        this.http = http;
        this.handled = handled;
    }

    private LoopbackReply reply() {
        return handled.reply();
    }

    /** Whether all has been sent that will be: a client that hangs up later did not do so out of impatience. */
    boolean isOver() {
        return isOver;
    }

    void send() throws IOException, InterruptedException {
        switch (reply().fault()) {
            case CLOSE_BEFORE_REPLY -> close();
            case RESET_BEFORE_REPLY -> reset();
            case NO_HTTP -> {
                http.send("\0\1\2 this is not HTTP\r\n\r\n");
                close();
            }
            case STALL_BEFORE_REPLY -> stall();
            case STALL_IN_HEADERS -> {
                http.send("HTTP/1.1 200 OK\r\nContent-Ty");
                stall();
            }
            case NONE, STALL_IN_BODY, RESET_IN_BODY, CLOSE_IN_BODY, CUT_STREAM -> sendBody();
        }
    }

    private void sendBody() throws IOException, InterruptedException {
        switch (handled.answer()) {
            case LoopbackAnswer.Whole whole -> {
                reply().passGate();
                handled.begun().run();
                sendWhole(whole);
            }
            case LoopbackAnswer.Stored(Path file) -> {
                reply().passGate();
                sendFile(file);
            }
            case LoopbackAnswer.Events(List<LoopbackEvent> events) -> sendStream(events);
        }
    }

    private void sendWhole(LoopbackAnswer.Whole whole) throws IOException, InterruptedException {
        byte[] body = whole.body().getBytes(StandardCharsets.UTF_8);
        http.send(head(
                whole.status(),
                Map.of("Content-Type", whole.contentType(), "Content-Length", String.valueOf(body.length))));
        byte[] half = Arrays.copyOf(body, body.length / 2);
        switch (reply().fault()) {
            case STALL_IN_BODY -> {
                http.send(half);
                stall();
            }
            case RESET_IN_BODY -> {
                http.send(half);
                reset();
            }
            case CLOSE_IN_BODY, CUT_STREAM -> {
                http.send(half);
                close();
            }
            default -> {
                isOver = true;
                http.send(body);
            }
        }
    }

    private void sendFile(Path file) throws IOException, InterruptedException {
        long size = Files.size(file);
        http.send(
                head(200, Map.of("Content-Type", "application/octet-stream", "Content-Length", String.valueOf(size))));
        try (InputStream in = Files.newInputStream(file)) {
            byte[] block = new byte[BLOCK_BYTES];
            boolean isFirst = true;
            for (int length = in.read(block); length > 0; length = in.read(block)) {
                http.send(Arrays.copyOf(block, isFirst && endsInBody() ? length / 2 : length));
                if (isFirst && endsEarly()) {
                    return;
                }
                isFirst = false;
            }
        }
        isOver = true;
    }

    private boolean endsInBody() {
        return reply().fault() != LoopbackFault.NONE;
    }

    private void sendStream(List<LoopbackEvent> events) throws IOException, InterruptedException {
        http.send(
                head(200, Map.of("Content-Type", "text/event-stream; charset=utf-8", "Transfer-Encoding", "chunked")));
        int half = events.size() / 2;
        int last = events.size() - 1;
        for (int i = 0; i < last; i++) {
            LoopbackEvent event = events.get(i);
            if (event.isEnd() && isCut()) {
                break;
            }
            if (event.isPiece()) {
                reply().passGate();
                handled.begun().run();
            }
            http.sendChunk(event.text());
            if (i == half && endsEarly()) {
                return;
            }
        }
        handled.begun().run();
        isOver = true;
        http.sendChunk(isCut() ? "" : events.get(last).text());
        if (!isCut()) {
            http.sendChunk("");
        }
    }

    private boolean isCut() {
        return reply().fault() == LoopbackFault.CUT_STREAM;
    }

    private boolean endsEarly() throws IOException, InterruptedException {
        switch (reply().fault()) {
            case STALL_IN_BODY -> stall();
            case RESET_IN_BODY -> reset();
            case CLOSE_IN_BODY -> close();
            default -> {
                return false;
            }
        }
        return true;
    }

    private String head(int status, Map<String, String> ownHeaders) {
        var headers = new LinkedHashMap<>(ownHeaders);
        headers.put("x-request-id", "req_" + handled.request().arrival());
        headers.putAll(reply().headers());
        var head = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return head.append("\r\n").toString();
    }

    private void close() throws IOException {
        isOver = true;
        http.close();
    }

    private void reset() throws IOException {
        isOver = true;
        http.reset();
    }

    /** Falls silent until the client hangs up or the server closes, which both interrupt this thread. */
    private static void stall() throws InterruptedException {
        new CountDownLatch(1).await();
    }
}
