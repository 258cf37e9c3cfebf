// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cadre.task.RunClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** {@code cadre mcp} on a thread, and the pipes of its client. */
final class McpPipe implements AutoCloseable {
    static final String INITIALIZE = """
            {"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-06-18",\
            "capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""";
    static final String INITIALIZED = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int PATIENCE_SECONDS = 60;

    private final PipedOutputStream toServer = new PipedOutputStream();
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> status = new CompletableFuture<>();

    McpPipe(Map<String, String> environment, String... options) throws IOException {
        var in = new PipedInputStream(toServer, 1 << 16);
        var terminal = new Terminal(
                new PrintStream(new Lines(lines), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false,
                false);
        var cadre = new Cadre(terminal, InstantSource.system(), RunClock.SYSTEM, in, environment);
        var arguments = new ArrayList<>(List.of("mcp"));
        arguments.addAll(List.of(options));
        Thread.ofPlatform().daemon().start(() -> status.complete(cadre.run(arguments.toArray(String[]::new))));
    }

    /** What the server prints, line by line. */
    private static final class Lines extends OutputStream {
        private final BlockingQueue<String> lines;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Lines(BlockingQueue<String> lines) {
            this.lines = lines;
        }

        @Override
        public void write(int b) {
            if (b == '\n') {
                lines.add(line.toString(StandardCharsets.UTF_8));
                line.reset();
            } else {
                line.write(b);
            }
        }
    }

    /** Says hello. */
    McpPipe greeted() throws Exception {
        send(INITIALIZE);
        assertThat(answer("hello")
                        .path("result")
                        .path("serverInfo")
                        .path("name")
                        .asText())
                .isEqualTo("cadre");
        send(INITIALIZED);
        return this;
    }

    void send(String line) throws IOException {
        toServer.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        toServer.flush();
    }

    /** Calls a tool. */
    void call(String id, String tool, String arguments) throws IOException {
        send(
                "{\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"method\":\"tools/call\",\"params\":{\"name\":\"%s\",\"arguments\":%s,\"_meta\":{\"progressToken\":\"%s\"}}}"
                        .formatted(id, tool, arguments, id));
    }

    void cancel(String id) throws IOException {
        send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"%s\"}}"
                .formatted(id));
    }

    /** The next message; a line that is none fails the test. */
    JsonNode next() throws Exception {
        String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(line).as("a line of the server; it said %s", err).isNotNull();
        return message(line);
    }

    private static JsonNode message(String line) throws JsonProcessingException {
        JsonNode message = MAPPER.readTree(line);
        assertThat(message.path("jsonrpc").asText()).as(line).isEqualTo("2.0");
        return message;
    }

    /** The next answer, which has to be that of this request; news is passed over. */
    JsonNode answer(String id) throws Exception {
        JsonNode message = next();
        while (message.has("method")) {
            message = next();
        }
        assertThat(message.path("id").asText()).as(message.toString()).isEqualTo(id);
        return message;
    }

    /** The result of a call, which has to be the next answer. */
    JsonNode result(String id) throws Exception {
        return answer(id).path("result");
    }

    /** Ends the input, and returns the status once the command has ended. */
    int end() throws Exception {
        toServer.close();
        return status.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** What came and was not read. */
    List<JsonNode> rest() throws JsonProcessingException {
        var rest = new ArrayList<JsonNode>();
        for (String line : lines) {
            rest.add(message(line));
        }
        return rest;
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws Exception {
        end();
    }
}
