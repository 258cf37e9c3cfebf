// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.ConnectionFailed;
import dev.cadre.model.ModelException.ContextTooLong;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelException.MalformedReply;
import dev.cadre.model.ModelException.QuotaExhausted;
import dev.cadre.model.ModelException.RateLimited;
import dev.cadre.model.ModelException.ServerFailed;
import dev.cadre.model.ModelException.TimedOut;
import dev.cadre.model.ModelException.Unreachable;
import dev.cadre.model.ModelRequest;
import dev.cadre.openai.testing.LoopbackFault;
import dev.cadre.openai.testing.LoopbackReply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that fail, and replies with status 200 that are none. */
class LostReplyTest extends LoopbackTest {
    private static final LoopbackReply LONG = LoopbackReply.text("x".repeat(10_000));

    @ParameterizedTest
    @EnumSource(
            value = LoopbackFault.class,
            names = {"CLOSE_BEFORE_REPLY", "RESET_BEFORE_REPLY", "RESET_IN_BODY", "CLOSE_IN_BODY"})
    void connection_lost_mayHaveBeenBilled(LoopbackFault fault) {
        ConnectionFailed failure = failure(ConnectionFailed.class, LONG.fault(fault));

        assertThat(failure.charge()).isEqualTo(Charge.UNKNOWN);
        assertThat(failure).hasMessageStartingWith("the connection to " + server.baseUrl() + " was lost, gpt-5.4-nano");
        assertThat(server.billed()).containsKey(MODEL);
    }

    @ParameterizedTest
    @EnumSource(
            value = LoopbackFault.class,
            names = {"STALL_BEFORE_REPLY", "STALL_IN_HEADERS", "STALL_IN_BODY"})
    void silence_timesOutAndClosesTheExchange(LoopbackFault fault) throws InterruptedException {
        TimedOut failure = failure(TimedOut.class, CallContext.of(PURPOSE, Duration.ofMillis(300)), LONG.fault(fault));

        assertThat(failure.charge()).isEqualTo(Charge.UNKNOWN);
        assertThat(failure).hasMessage("gpt-5.4-nano gave no whole reply in time");
        assertThat(server.awaitClientCloses(1)).isTrue();
    }

    @Test
    void request_thatNobodyReads_timesOut() throws IOException {
        ModelRequest long32Mb = ModelRequest.of(MODEL, "Answer.", "x".repeat(32 << 20), 64);

        TimedOut failure = silenceOf("http", long32Mb);

        assertThat(failure.charge()).isEqualTo(Charge.UNKNOWN);
    }

    @Test
    void tls_withASilentServer_timesOutFree() throws IOException {
        assertThat(silenceOf("https", REQUEST).charge()).isEqualTo(Charge.FREE);
    }

    /** What ends a call of a server that takes connections and nothing else. */
    private static TimedOut silenceOf(String scheme, ModelRequest request) throws IOException {
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var lost = OpenAiClient.builder(KEY)
                        .baseUrl(scheme + "://127.0.0.1:" + silent.getLocalPort() + "/v1")
                        .build()) {
            Throwable failure =
                    catchThrowable(() -> lost.call(request, CallContext.of(PURPOSE, Duration.ofMillis(300))));
            assertThat(failure).isInstanceOf(TimedOut.class);
            return (TimedOut) failure;
        }
    }

    @Test
    void timeout_shorterThanAMillisecond_isATimeout() {
        server.onAny().replies(LONG.fault(LoopbackFault.STALL_BEFORE_REPLY));

        assertThat(catchThrowable(() -> client.call(REQUEST, CallContext.of(PURPOSE, Duration.ofNanos(1)))))
                .isInstanceOf(TimedOut.class);
    }

    @Test
    void connection_refused_isFree() throws IOException {
        int free;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        try (var lost = OpenAiClient.builder(KEY)
                .baseUrl("http://127.0.0.1:" + free + "/v1")
                .build()) {
            assertThat(catchThrowable(() -> lost.call(REQUEST, plain())))
                    .isInstanceOfSatisfying(
                            ConnectionFailed.class,
                            failure -> assertThat(failure.charge()).isEqualTo(Charge.FREE))
                    .hasMessageStartingWith("the connection to http://127.0.0.1:" + free + "/v1 failed");
        }
    }

    @Test
    void tls_withAServerThatSpeaksNone_isUnreachable() {
        String secure = server.baseUrl().replace("http:", "https:");
        try (var lost = OpenAiClient.builder(KEY).baseUrl(secure).build()) {
            assertThat(catchThrowable(() -> lost.call(REQUEST, plain())))
                    .isInstanceOf(Unreachable.class)
                    .hasMessageStartingWith("no secure connection to " + secure
                            + ": gpt-5.4-nano: Unsupported or unrecognized SSL message");
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void tls_withAnUntrustedCertificate_isUnreachable(@TempDir Path directory) throws Exception {
        var offered = new CompletableFuture<List<String>>();
        try (var untrusted = untrusted(directory)) {
            Thread.ofVirtual().start(() -> shakeHands(untrusted, offered));
            String url = "https://127.0.0.1:" + untrusted.getLocalPort() + "/v1";
            try (var lost = OpenAiClient.builder(KEY).baseUrl(url).build()) {
                assertThat(catchThrowable(() -> lost.call(REQUEST, plain())))
                        .isInstanceOf(Unreachable.class)
                        .hasMessageStartingWith("no secure connection to " + url)
                        .hasMessageContaining("certification path")
                        .hasMessageEndingWith("in SSL_CERT_FILE or by trustedCertificates");
            }
        }
        assertThat(offered.get()).containsExactly("http/1.1"); // of HTTP/2, OkHttp reads headers without a bound
    }

    /** A TLS server whose certificate nobody has signed but itself. */
    private static ServerSocket untrusted(Path directory) throws Exception {
        Path file = directory.resolve("untrusted.p12");
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor()).isZero();
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(file.toFile(), "changeit".toCharArray()), "changeit".toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private static void shakeHands(ServerSocket listener, CompletableFuture<List<String>> protocols) {
        try (var socket = (SSLSocket) listener.accept()) {
            socket.setHandshakeApplicationProtocolSelector((shaking, offered) -> {
                protocols.complete(List.copyOf(offered));
                return offered.getFirst();
            });
            socket.startHandshake();
        } catch (IOException e) {
            // the client does not trust it
        }
    }

    @Test
    void bytes_thatAreNotHttp_areMalformed() {
        failure(MalformedReply.class, LONG.fault(LoopbackFault.NO_HTTP));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"text\"",
                "42",
                "{}",
                "{\"status\":",
                "{\"status\":\"in_progress\"}",
                "{\"status\":\"queued\"}",
                "{\"status\":\"mystery\"}",
                "{\"status\":7}",
                "not json at all"
            })
    void body_thatIsNoReply_isMalformed(String body) {
        assertThat(failure(MalformedReply.class, LoopbackReply.raw(200, "application/json", body))
                        .charge())
                .isEqualTo(Charge.UNKNOWN);
    }

    @Test
    void status204_isMalformed() {
        failure(MalformedReply.class, LoopbackReply.raw(204, "application/json", ""));
    }

    @Test
    void page_insteadOfAReply_isNamed() {
        String page = "\n<!DOCTYPE html><html><head><title>Log in\n to %s</title></head></html>".formatted(KEY);
        String said = "a page with the title 'Log in to [redacted]' (text/html) came instead of JSON, probably from a"
                + " proxy, a firewall or a login";

        for (CallContext context : List.of(plain(), new CallContext(PURPOSE, AMPLE, piece -> {}))) {
            assertThat(failure(MalformedReply.class, context, LoopbackReply.raw(200, "text/html; charset=utf-8", page)))
                    .hasMessage("gpt-5.4-nano: " + said);
            assertThat(failure(ModelException.AuthFailed.class, context, LoopbackReply.raw(403, "text/html", page)))
                    .hasMessage("gpt-5.4-nano: status 403, " + said + " [req_1]");
            assertThat(failure(ServerFailed.class, context, LoopbackReply.raw(502, "text/html", "<html>")))
                    .hasMessage("gpt-5.4-nano: status 502, a page (text/html) came instead of JSON, probably from a"
                            + " proxy, a firewall or a login [req_1]");
        }
    }

    /** The type of a reply is often given wrongly. */
    @Test
    void reply_thatClaimsToBeAPage_isRead() throws InterruptedException {
        assertThat(replyTo(LoopbackReply.raw(
                                200,
                                "text/html",
                                " {\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":"
                                        + "[{\"type\":\"output_text\",\"text\":\"Fine.\"}]}]}"))
                        .text())
                .isEqualTo("Fine.");
    }

    @Test
    void page_ofAProxy_isMalformedAndNamed() {
        assertThat(failure(MalformedReply.class, LoopbackReply.raw(200, "text/html", "<html>Log in</html>")))
                .hasMessageContaining("text/html");
    }

    /** Jackson quotes the word that it stumbled over. */
    @Test
    void key_quotedByTheParser_isInNoCause() {
        String key = "canary0123456789abcdef";
        server.onAny().replies(LoopbackReply.raw(200, "application/json", key));
        try (var other = OpenAiClient.builder(key).baseUrl(server.baseUrl()).build()) {
            Throwable failure = catchThrowable(() -> other.call(REQUEST, plain()));

            assertThat(failure).hasMessageContaining("Unrecognized token: was expecting");
            assertThat(failure.getCause().toString())
                    .contains("Unrecognized token: was expecting")
                    .doesNotContain(key);
        }
    }

    /** OkHttp quotes the line that it cannot read, and has lost its beginning by then. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1a%s\r\n{}\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n{}\r\n0\r\n\r\n",
                "HTTP/1.1 %s OK\r\n\r\n",
                "%s\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 40\r\n\r\n%1$s%1$s",
                "HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n%s "
            })
    void key_quotedByTheReaderOfHttp_isInNoMessage(String reply) throws Exception {
        String key = "corpKey-9fZx77qq41234567";
        try (var raw = RawServer.start(peer -> {
                    if (peer.read()) {
                        peer.send(reply.formatted(key));
                        peer.socket().shutdownOutput();
                        peer.awaitByte();
                    }
                });
                var other = OpenAiClient.builder(key).baseUrl(raw.baseUrl()).build()) {
            Throwable failure = catchThrowable(() -> other.call(REQUEST, plain()));

            assertThat(failure).isInstanceOf(ModelException.class);
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                assertThat(cause.toString())
                        .doesNotContain("orpKey")
                        .doesNotContain("0x")
                        .doesNotContain("9fZx");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5_000, 100_000})
    void body_nestedDeeply_isMalformed(int depth) {
        String body = "{\"status\":\"completed\",\"output\":" + "[".repeat(depth) + "]".repeat(depth) + "}";

        Throwable failure = failure(MalformedReply.class, LoopbackReply.raw(200, "application/json", body));
        assertThat(failure).hasMessageNotContaining("StreamReadConstraints");
        assertThat(String.valueOf(failure.getCause())).doesNotContain("StreamReadConstraints");
    }

    @Test
    void body_beyondTheLimit_isMalformed() {
        String filler = " ".repeat((int) OpenAiClient.MAX_REPLY_BYTES);

        assertThat(failure(MalformedReply.class, LoopbackReply.raw(200, "application/json", filler + "{}")))
                .hasMessageContaining("the reply is longer than 33554432 bytes");
    }

    @Test
    void error_insideAReply_isThatError() {
        failure(RateLimited.class, error("rate_limit_exceeded"));
        failure(QuotaExhausted.class, error("insufficient_quota"));
        failure(ContextTooLong.class, error("context_length_exceeded"));
        failure(InvalidRequest.class, error("invalid_prompt"));
        assertThat(failure(ServerFailed.class, error("server_error")).status()).isEqualTo(200);
    }

    private static LoopbackReply error(String code) {
        return LoopbackReply.error(200, "", code, "Sorry.");
    }

    @Test
    void statusFailed_afterWork_mayHaveBeenBilled() {
        ServerFailed failure = failure(ServerFailed.class, LoopbackReply.failed("rate_limit_exceeded", "Too fast."));

        assertThat(failure.charge()).isEqualTo(Charge.UNKNOWN);
        assertThat(failure)
                .hasMessage("gpt-5.4-nano: an error inside the reply (rate_limit_exceeded): Too fast. [req_1]");
    }

    @Test
    void statusFailed_beforeAnyWork_isThatError() {
        failure(
                RateLimited.class,
                LoopbackReply.failed("rate_limit_exceeded", "Too fast.").field("usage", "null"));
    }

    @Test
    void statusCancelled_isServerFailed() {
        failure(ServerFailed.class, LoopbackReply.text("x").field("status", "\"cancelled\""));
    }
}
