// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.KEY;
import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static dev.cadre.openai.LoopbackTest.streamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.ConnectionFailed;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that close idle connections, announced or not, and what a loss on a reused connection costs. */
class ReusedConnectionsTest {
    private static final int CALLS = 20;
    private static final int PARALLEL = 24;
    private static final String JSON = "application/json";

    private static OpenAiClient client(RawServer server) {
        return OpenAiClient.builder(KEY)
                .baseUrl(server.baseUrl())
                .chatCompletions()
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connection_closedBehindAReply_losesNoCall(boolean isStream) throws Exception {
        var closed = new Semaphore(0);
        try (var server = RawServer.start(peer -> {
                    peer.read();
                    reply(peer, isStream);
                    peer.socket().close();
                    closed.release();
                });
                var client = client(server)) {
            for (int i = 0; i < CALLS; i++) {
                assertThat(client.call(REQUEST, context(isStream)).text()).isEqualTo("Fine.");
                closed.acquire();
            }
            assertThat(server.requests()).hasSize(CALLS);
        }
    }

    /** The close is on its way when the next request is written: nobody can know that it was not read. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connection_closedInTheFaceOfARequest_costsOneCallAtMost(boolean isStream) throws Exception {
        try (var server = RawServer.start(peer -> {
                    peer.read();
                    reply(peer, isStream);
                    peer.awaitByte();
                    peer.reset();
                });
                var client = client(server)) {
            var lost = new ArrayList<Throwable>();
            for (int i = 0; i < CALLS; i++) {
                Throwable failure = catchThrowable(() -> client.call(REQUEST, context(isStream)));
                if (failure != null) {
                    lost.add(failure);
                }
            }
            assertThat(lost)
                    .singleElement()
                    .isInstanceOfSatisfying(
                            ConnectionFailed.class,
                            failure -> assertThat(failure.charge()).isEqualTo(Charge.UNKNOWN));
            assertThat(server.requests()).hasSize(CALLS - 1);
        }
    }

    /** All of them reuse a connection before any loss is known. */
    @ParameterizedTest
    @CsvSource({"1, true", "1, false", "2, false", "3, false"})
    void connections_droppedAfterSoManyRequests_costOneOfManyCallsAtOnce(int most, boolean isStream) throws Exception {
        try (var server = RawServer.start(peer -> {
                    for (int i = 0; i < most && peer.read(); i++) {
                        reply(peer, isStream);
                    }
                    peer.read();
                    peer.reset();
                });
                var client = client(server)) {
            int lost = 0;
            for (int wave = 0; wave < 5; wave++) {
                lost += lostOf(PARALLEL, client, isStream);
            }
            assertThat(lost).isEqualTo(1);
        }
    }

    /** A server that keeps its connections has them used again. */
    @Test
    void connections_thatAreKept_areReusedByManyCallsAtOnce() throws Exception {
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        reply(peer, false);
                    }
                });
                var client = client(server)) {
            for (int wave = 0; wave < 20; wave++) {
                lostOf(PARALLEL, client, false);
            }
            assertThat(server.requests()).hasSize(20 * PARALLEL);
            assertThat(server.connections()).isLessThan(6 * PARALLEL);
        }
    }

    /** Calls all at once; returns how many were lost. */
    private static int lostOf(int calls, OpenAiClient client, boolean isStream) throws InterruptedException {
        var lost = new AtomicInteger();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < calls; i++) {
                executor.submit(() -> {
                    if (catchThrowable(() -> client.call(REQUEST, context(isStream))) != null) {
                        lost.incrementAndGet();
                    }
                });
            }
        }
        return lost.get();
    }

    @ParameterizedTest
    @CsvSource({"timeout=0, 3", "'timeout=600, max=100', 1", "max=5, 1", "'max=100, Timeout=\"0\"', 3"})
    void keepAlive_bounds_theIdleTime(String announced, int connections) throws Exception {
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        peer.reply(JSON, RawServer.CHAT_REPLY, "Keep-Alive: " + announced);
                    }
                });
                var client = client(server)) {
            for (int i = 0; i < 3; i++) {
                client.call(REQUEST, plain());
            }
            assertThat(server.connections()).isEqualTo(connections);
        }
    }

    /** Whatever OkHttp or the SDK could repeat: a repeat could be billed again. */
    @ParameterizedTest
    @ValueSource(strings = {"responses", "chat", "stream", "models", "batch"})
    void request_lostAfterItWasRead_isSentOnce(String kind) throws Exception {
        try (var server = RawServer.start(peer -> {
                    peer.read();
                    peer.reset();
                });
                var chat = client(server);
                var responses =
                        OpenAiClient.builder(KEY).baseUrl(server.baseUrl()).build()) {
            Throwable failure = catchThrowable(() -> {
                switch (kind) {
                    case "responses" -> responses.call(REQUEST, plain());
                    case "chat" -> chat.call(REQUEST, plain());
                    case "stream" -> chat.call(REQUEST, streamed(text -> {}));
                    case "models" -> chat.models(Duration.ofSeconds(20));
                    default -> responses.batches().orElseThrow().retrieve("batch_1", Duration.ofSeconds(20));
                }
            });

            assertThat(failure).isInstanceOf(ConnectionFailed.class);
            assertThat(server.requests()).hasSize(1);
        }
    }

    /** OkHttp repeats these statuses for some requests by itself. */
    @ParameterizedTest
    @CsvSource({"503, Retry-After: 0", "408, Retry-After: 0", "421, X-Nothing: 1", "307, Location: /v1/other"})
    void status_isNeverAnsweredByOkHttp(int status, String header) throws Exception {
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        peer.reply(status, JSON, "{}", header);
                    }
                });
                var client = client(server)) {
            assertThat(catchThrowable(() -> client.call(REQUEST, plain()))).isInstanceOf(ModelException.class);
            assertThat(catchThrowable(() -> client.models(Duration.ofSeconds(20))))
                    .isInstanceOf(ModelException.class);
            assertThat(server.requests()).hasSize(2);
        }
    }

    /** A second reply in the same packet would be taken for that of the next request, and so on for ever. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void replyThatNobodyAskedFor_isNeverTakenForAnother(boolean isTls, @TempDir Path directory) throws Exception {
        var asked = new AtomicInteger();
        ServerSocketFactory sockets =
                isTls ? GatewayTest.tls(directory).getServerSocketFactory() : ServerSocketFactory.getDefault();
        try (var server = RawServer.start(sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress()), peer -> {
                    while (peer.read()) {
                        int number = asked.incrementAndGet();
                        String own = http(RawServer.CHAT_REPLY.replace("Fine.", "answer " + number));
                        peer.send(number == 1 ? own + http(RawServer.CHAT_REPLY.replace("Fine.", "stale")) : own);
                    }
                });
                var client = (isTls ? trusting(directory) : OpenAiClient.builder(KEY))
                        .baseUrl((isTls ? "https" : "http") + "://127.0.0.1:" + server.port() + "/v1")
                        .chatCompletions()
                        .build()) {
            assertThat(client.call(REQUEST, plain()).text()).isEqualTo("answer 1");
            Throwable lost = catchThrowable(() -> client.call(REQUEST, plain()));
            assertThat(lost)
                    .isInstanceOfSatisfying(
                            ModelException.MalformedReply.class,
                            failure -> assertThat(failure.charge()).isEqualTo(Charge.UNKNOWN))
                    .hasMessageContaining("answered before it was asked");
            for (int i = 3; i < 6; i++) {
                assertThat(client.call(REQUEST, plain()).text()).isEqualTo("answer " + i);
            }
        }
    }

    private static OpenAiClient.Builder trusting(Path directory) {
        return OpenAiClient.builder(KEY).trustedCertificates(directory.resolve("ca.pem"));
    }

    private static String http(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(body.length(), body);
    }

    private static void reply(RawServer.Peer peer, boolean isStream) throws IOException {
        if (isStream) {
            peer.stream(RawServer.CHAT_STREAM);
        } else {
            peer.reply(JSON, RawServer.CHAT_REPLY);
        }
    }

    private static CallContext context(boolean isStream) {
        return isStream ? streamed(text -> {}) : plain();
    }
}
