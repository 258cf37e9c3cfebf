// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.BatchClient;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelException.MalformedReply;
import dev.cadre.model.ModelRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server whose replies are 3 MB long and 3.1 GB when they are decompressed. */
@Timeout(120)
class ReplySizeTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int BLOCK_BYTES = 1_000_000;
    private static final int BLOCKS = 3_100;
    private static final long MAX_FILE_BYTES = 50_000_000;
    private static final long MUCH_MEMORY = 200_000_000;

    private static final String ANSWER = "{\"custom_id\":\"%s\",\"response\":{\"status_code\":400,\"body\":{\"error\":"
            + "{\"message\":\"no\"}}}}\n";

    @TempDir
    Path folder;

    private HttpServer server;
    private OpenAiClient client;
    private volatile int status = 200;
    private volatile String contentType = "application/json";
    private volatile String beginning = "{\"id\":\"";
    private volatile String endless = "a";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().add("Content-Type", contentType);
            exchange.getResponseHeaders().add("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(status, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                compressed(beginning, endless, out);
            }
        });
        server.start();
        client = OpenAiClient.builder("sk-test")
                .baseUrl("http://127.0.0.1:" + server.getAddress().getPort() + "/v1")
                .maxFileBytes(MAX_FILE_BYTES)
                .responses()
                .build();
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    /** The text, then 3.1 GB of another one: one compressed block, over and over. */
    private static void compressed(String text, String endless, OutputStream out) throws IOException {
        out.write(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 0});
        var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        byte[] filler = endless.repeat(BLOCK_BYTES / endless.length()).getBytes(UTF_8);
        out.write(block(deflater, text.getBytes(UTF_8)));
        out.write(block(deflater, filler));
        byte[] again = block(deflater, filler); // refers to letters before it only
        for (int i = 0; i < BLOCKS; i++) {
            out.write(again);
        }
        deflater.end();
    }

    private static byte[] block(Deflater deflater, byte[] content) {
        deflater.setInput(content);
        var bytes = new ByteArrayOutputStream();
        var buffer = new byte[8_192];
        int length;
        do {
            length = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
            bytes.write(buffer, 0, length);
        } while (length == buffer.length);
        return bytes.toByteArray();
    }

    private static ModelRequest request() {
        return ModelRequest.of("gpt-5.4-nano", "", "Hello.", 100);
    }

    private static CallContext context() {
        return CallContext.of(LoopbackTest.PURPOSE, LONG);
    }

    interface Asking {
        void ask() throws InterruptedException;
    }

    private Map<String, Asking> everything() throws IOException {
        BatchClient batches = client.batches().orElseThrow();
        Path lines = Files.writeString(folder.resolve("lines"), "{}\n");
        var all = new LinkedHashMap<String, Asking>();
        all.put("call", () -> client.call(request(), context()));
        all.put("count", () -> client.count(request(), context()));
        all.put("models", () -> client.models(LONG));
        all.put("upload", () -> batches.upload(lines, LONG));
        all.put("create", () -> batches.create("file-1", Map.of(), LONG));
        all.put("retrieve", () -> batches.retrieve("batch-1", LONG));
        all.put("cancel", () -> batches.cancel("batch-1", LONG));
        all.put("discard", () -> batches.discard("file-1", LONG));
        all.put("list", () -> batches.list(batch -> true, LONG));
        return all;
    }

    @Test
    void everyReply_thatExpandsWithoutEnd_isMalformed() throws Exception {
        everything()
                .forEach((name, asking) ->
                        assertThatExceptionOfType(MalformedReply.class).as(name).isThrownBy(asking::ask));
    }

    @Test
    void everyRefusal_thatExpandsWithoutEnd_isToldByItsStatus() throws Exception {
        status = 400;
        beginning = "{\"error\":{\"message\":\"";
        everything()
                .forEach((name, asking) ->
                        assertThatExceptionOfType(InvalidRequest.class).as(name).isThrownBy(asking::ask));
    }

    /** What takes a byte or two of the reply takes a hundred of memory, and many times that while it is read. */
    @Test
    void everyReply_ofMoreValuesThanAnyHolds_isMalformed_inLittleMemory() throws Exception {
        beginning = "{\"of_a_later_version\":[";
        endless = "{},";
        for (var each : everything().entrySet()) {
            long before = allocated();
            assertThatExceptionOfType(MalformedReply.class)
                    .as(each.getKey())
                    .isThrownBy(each.getValue()::ask)
                    .withMessageEndingWith("Token count (250001) exceeds the maximum allowed (250000)");
            assertThat(allocated() - before).as(each.getKey()).isLessThan(MUCH_MEMORY);
        }
    }

    @Test
    void everyRefusal_ofMoreValuesThanAnyHolds_isToldByItsStatus_inLittleMemory() throws Exception {
        status = 400;
        beginning = "{\"error\":{\"of_a_later_version\":[";
        endless = "{},";
        for (var each : everything().entrySet()) {
            long before = allocated();
            assertThatExceptionOfType(InvalidRequest.class).as(each.getKey()).isThrownBy(each.getValue()::ask);
            assertThat(allocated() - before).as(each.getKey()).isLessThan(MUCH_MEMORY);
        }
    }

    @Test
    void stream_thatExpandsWithoutEnd_isMalformed() {
        contentType = "text/event-stream";
        beginning = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"";
        var streaming = new CallContext(LoopbackTest.PURPOSE, LONG, text -> {});
        assertThatExceptionOfType(MalformedReply.class).isThrownBy(() -> client.call(request(), streaming));
    }

    @Test
    void answersOfABatch_areReadUpToTheLimit_inLittleMemoryAndNoMoreDisk() throws Exception {
        beginning = ANSWER.formatted("first") + ANSWER.formatted("second");
        contentType = "application/octet-stream";
        var answers = new ArrayList<String>();
        var batch = new Batch(
                "batch-1",
                Batch.State.COMPLETED,
                "",
                List.of("file-1"),
                Map.of(),
                new Batch.Bill(Batch.Bill.UNKNOWN, null),
                List.of());

        long before = allocated();
        boolean isWhole = client.batches()
                .orElseThrow()
                .read(
                        batch,
                        (BatchAnswer answer) -> {
                            answers.add(answer.customId());
                            return true;
                        },
                        LONG);

        assertThat(isWhole).isFalse();
        assertThat(answers).containsExactly("first", "second");
        assertThat(allocated() - before).isLessThan(10 * MAX_FILE_BYTES);
    }

    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getTotalThreadAllocatedBytes();
    }
}
