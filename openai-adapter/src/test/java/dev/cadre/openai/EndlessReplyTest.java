// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cadre.model.Batch;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.ConnectionFailed;
import dev.cadre.model.ModelException.MalformedReply;
import dev.cadre.model.ModelRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server whose reply goes on for ever at a place where no byte of its body comes, or none can come. */
@Timeout(120)
class EndlessReplyTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int MOST_SENT = 64_000_000;
    private static final int MOST_TAKEN = 16_000_000; // what lies in the buffers of both sockets included

    enum Place {
        LINE_OF_A_CHUNK("transfer-encoding: chunked\r\n\r\n5;x=", "a"),
        LINE_OF_A_LATER_CHUNK("transfer-encoding: chunked\r\n\r\n3\r\n{  \r\n5;x=", "a"),
        NAME_IN_GZIP("content-encoding: gzip\r\n\r\n\u001f\u008b\b\b\0\0\0\0\0\3", "a"),
        COMMENT_IN_GZIP("content-encoding: gzip\r\n\r\n\u001f\u008b\b\u0010\0\0\0\0\0\3", "a"),
        EMPTY_BLOCKS_IN_GZIP("content-encoding: gzip\r\n\r\n\u001f\u008b\b\0\0\0\0\0\0\3", "\0\0\0\u00ff\u00ff"),
        LENGTH_BELOW_ZERO("content-length: -5\r\n\r\n{}", "a"),
        EARLY_HINTS("HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nx: a\r\n\r\n"),
        HEADER("x: ", "a"),
        HEADERS("", "x: a\r\n"),
        TRAILERS("transfer-encoding: chunked\r\n\r\n2\r\n{ \r\n0\r\n", "x: a\r\n");

        /** OkHttp has a bound of its own for headers, beyond which the connection counts as lost. */
        private static final Set<Place> IN_HEADERS = EnumSet.of(HEADER, HEADERS, TRAILERS);

        private final String beginning;
        private final String endless;

        Place(String beginning, String endless) {
            this.beginning = beginning.startsWith("HTTP")
                    ? beginning
                    : "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" + beginning;
            this.endless = endless;
        }

        private Class<? extends ModelException> end() {
            return IN_HEADERS.contains(this) ? ConnectionFailed.class : MalformedReply.class;
        }
    }

    private ServerSocket server;
    private OpenAiClient client;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        client = OpenAiClient.builder("sk-test")
                .baseUrl("http://127.0.0.1:" + server.getLocalPort() + "/v1")
                .build();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    /** @return the bytes that the client let come */
    private CompletableFuture<Integer> serve(Place place) {
        var sent = new CompletableFuture<Integer>();
        Thread.ofVirtual().start(() -> {
            try (Socket socket = server.accept()) {
                sent.complete(sendUntilRefused(socket, place));
            } catch (IOException e) {
                sent.completeExceptionally(e);
            }
        });
        return sent;
    }

    private static int sendUntilRefused(Socket socket, Place place) throws IOException {
        byte[] endless = place.endless.repeat(10_000).getBytes(ISO_8859_1);
        int sent = 0;
        socket.getInputStream().read();
        OutputStream out = socket.getOutputStream();
        try {
            out.write(place.beginning.getBytes(ISO_8859_1));
            for (; sent < MOST_SENT; sent += endless.length) {
                out.write(endless);
            }
        } catch (IOException refused) {
            return sent;
        }
        return sent;
    }

    @ParameterizedTest
    @EnumSource
    void call_ends_inLittleMemory(Place place) throws Exception {
        var sent = serve(place);
        var context = CallContext.of(LoopbackTest.PURPOSE, LONG);

        assertThatExceptionOfType(place.end())
                .isThrownBy(() -> client.call(ModelRequest.of("gpt-5.4-nano", "", "Hello.", 100), context));
        assertThat(sent.get()).isLessThan(MOST_TAKEN);
    }

    @ParameterizedTest
    @EnumSource
    void stream_ends_inLittleMemory(Place place) throws Exception {
        var sent = serve(place);
        var context = new CallContext(LoopbackTest.PURPOSE, LONG, text -> {});

        assertThatExceptionOfType(place.end())
                .isThrownBy(() -> client.call(ModelRequest.of("gpt-5.4-nano", "", "Hello.", 100), context));
        assertThat(sent.get()).isLessThan(MOST_TAKEN);
    }

    @ParameterizedTest
    @EnumSource
    void answersOfABatch_end_inLittleMemory(Place place) throws Exception {
        var sent = serve(place);
        var bill = new Batch.Bill(Batch.Bill.UNKNOWN, null);
        var batch = new Batch("batch-1", Batch.State.COMPLETED, "", List.of("file-1"), Map.of(), bill, List.of());

        assertThatExceptionOfType(place.end())
                .isThrownBy(() -> client.batches().orElseThrow().read(batch, answer -> true, LONG));
        assertThat(sent.get()).isLessThan(MOST_TAKEN);
    }
}
