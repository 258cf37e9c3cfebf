// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.KEY;
import static dev.cadre.openai.LoopbackTest.MODEL;
import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.AuthFailed;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.ConnectionFailed;
import dev.cadre.model.ModelException.UnknownModel;
import dev.cadre.model.ModelException.Unreachable;
import dev.cadre.model.ModelReply;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What companies put in front of models: headers, proxies, authorities of their own, and Azure's names. */
class GatewayTest {
    private static final String JSON = "application/json";
    private static final String PASSWORD = "canary:p@ss word/0123";
    private static final String USER_INFO = "me:canary%3Ap%40ss%20word%2F0123";
    private static final String CREDENTIALS = "Proxy-Authorization: " + Secrets.basic("me", PASSWORD);

    private static RawServer server() throws IOException {
        return RawServer.start(GatewayTest::answer);
    }

    private static void answer(RawServer.Peer peer) throws IOException {
        while (peer.read()) {
            peer.reply(JSON, RawServer.CHAT_REPLY);
        }
    }

    @Test
    void headers_ofAllCallsAndOfEach_areSent() throws Exception {
        var calls = new AtomicInteger();
        try (var server = server();
                var client = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl())
                        .chatCompletions()
                        .organization("org-house")
                        .project("proj-house")
                        .header("X-Gateway", "open sesame")
                        .header("authorization", "Basic of-the-gateway")
                        .headers(() -> Map.of("X-Call", "call-" + calls.incrementAndGet()))
                        .build()) {
            client.call(REQUEST, plain());
            client.call(REQUEST, plain());

            assertThat(server.requests().getFirst().lines())
                    .contains(
                            "X-Gateway: open sesame",
                            "authorization: Basic of-the-gateway",
                            "OpenAI-Organization: org-house",
                            "OpenAI-Project: proj-house",
                            "X-Call: call-1")
                    .noneMatch(line -> line.contains(KEY));
            assertThat(server.requests().getLast()).contains("X-Call: call-2");
        }
    }

    @Test
    void query_ofTheBaseUrl_isAddedToEveryRequest() throws Exception {
        try (var server = server();
                var client = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl() + "/?api-version=2024-10-21&flag=a%20b")
                        .chatCompletions()
                        .build()) {
            client.call(REQUEST, plain());
            assertThat(catchThrowable(() -> client.models(Duration.ofSeconds(20))))
                    .isNull();

            assertThat(server.requests().getFirst())
                    .startsWith("POST /v1/chat/completions?api-version=2024-10-21&flag=a%20b HTTP/1.1");
            assertThat(server.requests().getLast()).startsWith("GET /v1/models?api-version=2024-10-21&flag=a%20b ");
            assertThat(client.baseUrl()).isEqualTo(server.baseUrl());
        }
    }

    /** A gateway that repeats the whole request in its complaint. */
    @Test
    void secrets_ofHeadersAndQueries_areInNoMessage() throws Exception {
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        String said = peer.request().split("\r\n\r\n")[0].replaceAll("[\r\n\"]+", " ");
                        peer.reply(400, JSON, "{\"error\":{\"message\":\"%s\"}}".formatted(said));
                    }
                });
                var client = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl() + "?sig=canary-of-the-query")
                        .responses()
                        .header("X-A", "canary-fixed-1")
                        .headers(() -> Map.of("X-B", "Token canary-of-one-call"))
                        .build()) {
            Throwable failure = catchThrowable(() -> client.call(REQUEST, plain()));

            assertThat(failure).hasMessageContaining("POST /v1/responses?sig=[redacted]");
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                assertThat(cause.toString()).doesNotContain("canary");
            }
            assertThat(client.toString() + Gateway.NONE.withHeader("X-A", "canary-fixed-1"))
                    .doesNotContain("canary");
        }
    }

    /** More calls at once than the client remembers headers of. */
    @Test
    void headerOfOneCall_isInNoMessageOfThatCall_howeverManyRun() throws Exception {
        int calls = 100;
        var together = new CountDownLatch(calls);
        var tokens = new AtomicInteger();
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        String token = peer.request().replaceFirst("(?s).*X-Sig: (\\S+).*", "$1");
                        together.countDown();
                        await(together);
                        peer.reply(400, JSON, "{\"error\":{\"message\":\"wrong: %s\"}}".formatted(token));
                    }
                });
                var client = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl())
                        .responses()
                        .headers(() -> Map.of("X-Sig", "canary-" + (100_000 + tokens.incrementAndGet())))
                        .build();
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var failures = new ArrayList<Future<Throwable>>();
            for (int i = 0; i < calls; i++) {
                failures.add(executor.submit(() -> catchThrowable(() -> client.call(REQUEST, plain()))));
            }

            for (Future<Throwable> failure : failures) {
                assertThat(failure.get().getMessage()).endsWith("wrong: [redacted]");
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A changed word in an answer is a wrong answer. */
    @Test
    void answerThatHoldsTheValueOfAHeader_isLeftAsItIs() throws Exception {
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        peer.reply(200, JSON, RawServer.CHAT_REPLY.replace("Fine.", "ask engineering or none-needed"));
                    }
                });
                var client = OpenAiClient.builder("none-needed")
                        .baseUrl(server.baseUrl())
                        .chatCompletions()
                        .header("X-Department", "engineering")
                        .build()) {
            assertThat(client.call(REQUEST, plain()).text()).isEqualTo("ask engineering or none-needed");
        }
    }

    @Test
    void headers_thatCannotBeSent_areNamedAndNotQuoted() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiClient.builder(KEY).header("X-A", "canary\nX-B: 1"))
                .withMessage("the header 'X-A' has other characters than visible ASCII");
        for (String name : List.of("Host", "content-length", "Accept-Encoding", "expect", "Authorization canary", "")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> OpenAiClient.builder(KEY).header(name, "canary"))
                    .withMessageMatching("(?s).*(belongs to the connection|has a name of letters).*")
                    .satisfies(e -> assertThat(e).hasMessageNotContaining("canary"));
        }
        try (var client = OpenAiClient.builder(KEY)
                .headers(() -> Map.of("X-A", "canary\n"))
                .build()) {
            assertThat(catchThrowable(() -> client.call(REQUEST, plain())))
                    .isInstanceOf(ConnectionFailed.class)
                    .hasMessageNotContaining("canary");
        }
    }

    @Test
    void callWhoseHeadersCannotBeMade_isNotSent_andFree() throws Exception {
        var suppliers = List.<Supplier<Map<String, String>>>of(
                () -> {
                    throw new IllegalStateException("no canary");
                },
                () -> null,
                () -> Map.of("X-A", "ä"));
        for (Supplier<Map<String, String>> supplier : suppliers) {
            try (var server = server();
                    var client = OpenAiClient.builder(KEY)
                            .baseUrl(server.baseUrl())
                            .headers(supplier)
                            .build()) {
                assertThat(catchThrowable(() -> client.call(REQUEST, plain())))
                        .isInstanceOfSatisfying(ConnectionFailed.class, failed -> {
                            assertThat(failed.charge()).isEqualTo(Charge.FREE);
                            assertThat(failed.isRetryable()).isTrue();
                        })
                        .hasMessageContaining("nothing was sent")
                        .hasMessageNotContaining("canary");
                assertThat(server.requests()).isEmpty();
            }
        }
    }

    @Test
    void interruptThatTheSupplierOfHeadersWraps_isTheCallers() throws Exception {
        try (var server = server();
                var client = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl())
                        .headers(() -> {
                            throw new IllegalStateException(new InterruptedException());
                        })
                        .build()) {
            assertThat(catchThrowable(() -> client.call(REQUEST, plain()))).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void accountThatNoHeaderCanHold_isRefusedAtOnce() {
        for (String account : List.of("a\nb", "aä")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> OpenAiClient.builder(KEY).organization(account));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> OpenAiClient.builder(KEY).project(account));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/responses/", "/v1/completions", "/v1/embeddings"})
    void baseUrl_withThePathOfACall_isRefused_andTheMessageSaysWhatToLeaveOut(String path) {
        String call = path.replaceFirst("^/v1", "").replaceAll("/$", "");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiClient.builder(KEY).baseUrl("https://house.example.org" + path))
                .withMessage("base URL must end before %s, which each call adds", call);
        OpenAiClient.builder(KEY)
                .baseUrl("https://house.example.org/models")
                .build()
                .close();
    }

    @Test
    void deploymentsOfOneModel_thatDiffer_areRefused() {
        var one = Map.of("OPENAI_API_KEY", KEY, "CADRE_NANO_MODEL", "m", "CADRE_MINI_MODEL", "m");
        var two = new HashMap<>(one);
        two.putAll(Map.of("CADRE_NANO_DEPLOYMENT", "d1", "CADRE_MINI_DEPLOYMENT", "d2"));
        var same = new HashMap<>(one);
        same.putAll(Map.of("CADRE_NANO_DEPLOYMENT", "d1", "CADRE_MINI_DEPLOYMENT", "d1"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAi.client(two))
                .withMessageContainingAll("CADRE_NANO_DEPLOYMENT", "CADRE_MINI_DEPLOYMENT", "'m'");
        OpenAi.client(same).close();
    }

    @Test
    void proxy_withCredentials_isShownThem_andTheServerIsNot() throws Exception {
        try (var proxy = RawServer.start(peer -> {
                    while (peer.read()) {
                        boolean known = peer.request().contains(CREDENTIALS + "\r\n");
                        peer.reply(known ? 200 : 407, JSON, RawServer.CHAT_REPLY);
                    }
                });
                var client = through(proxy, USER_INFO + "@", "http://house.example/v1");
                var stranger = through(proxy, "", "http://house.example/v1");
                var wrong = through(proxy, "me:canary-wrong@", "http://house.example/v1")) {
            assertThat(client.call(REQUEST, plain()).text()).isEqualTo("Fine.");
            assertThat(proxy.requests().getFirst())
                    .startsWith("POST http://house.example/v1/chat/completions HTTP/1.1");
            assertThatThrownBy(() -> stranger.call(REQUEST, plain()))
                    .isInstanceOf(Unreachable.class)
                    .hasMessageContaining("the proxy wants a user and a password");
            assertThatThrownBy(() -> wrong.call(REQUEST, plain()))
                    .isInstanceOf(Unreachable.class)
                    .hasMessageContaining("the proxy refuses its user or password")
                    .hasMessageNotContaining("canary");
        }
    }

    @Test
    void status407_ofAGatewayThatNobodyNamed_isARefusal_thatIsFree() throws Exception {
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        peer.reply(407, JSON, "{}", "Proxy-Authenticate: Basic realm=\"house\"");
                    }
                });
                var client = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl())
                        .chatCompletions()
                        .build()) {
            assertThatThrownBy(() -> client.call(REQUEST, plain()))
                    .isInstanceOfSatisfying(AuthFailed.class, refused -> {
                        assertThat(refused.charge()).isEqualTo(ModelException.Charge.FREE);
                        assertThat(refused.reach()).isEqualTo(ModelException.Reach.SUBTASK_OR_RUN);
                    })
                    .hasMessageContaining("status 407");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void proxy_opensATunnel_toAServerWithAPrivateAuthority(@TempDir Path directory) throws Exception {
        try (var server = RawServer.start(
                        tls(directory)
                                .getServerSocketFactory()
                                .createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
                        GatewayTest::answer);
                var proxy = RawServer.start(peer -> {
                    peer.read();
                    if (!peer.request().contains(CREDENTIALS + "\r\n")) {
                        peer.reply(407, JSON, "{}");
                        return;
                    }
                    peer.send("HTTP/1.1 200 Connected\r\n\r\n");
                    try (var target = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                        Thread.ofVirtual().start(() -> pump(target, peer.socket()));
                        pump(peer.socket(), target);
                    }
                })) {
            String url = "https://127.0.0.1:" + server.port() + "/v1";
            var trusting = OpenAiClient.builder(KEY)
                    .baseUrl(url)
                    .chatCompletions()
                    .trustedCertificates(directory.resolve("ca.pem"));
            try (var client = trusting.proxy("http://" + USER_INFO + "@127.0.0.1:" + proxy.port())
                            .build();
                    var stranger =
                            trusting.proxy("http://127.0.0.1:" + proxy.port()).build();
                    var distrusting = OpenAiClient.builder(KEY)
                            .baseUrl(url)
                            .chatCompletions()
                            .build()) {
                assertThat(client.call(REQUEST, plain()).text()).isEqualTo("Fine.");
                assertThat(client.call(REQUEST, plain()).text()).isEqualTo("Fine.");
                assertThat(proxy.requests())
                        .singleElement()
                        .asString()
                        .startsWith("CONNECT 127.0.0.1:" + server.port());
                assertThat(server.requests()).hasSize(2).noneMatch(request -> request.contains("Proxy-Auth"));
                assertThatThrownBy(() -> stranger.call(REQUEST, plain()))
                        .isInstanceOf(Unreachable.class)
                        .hasMessageContaining("the proxy wants a user and a password");
                assertThatThrownBy(() -> distrusting.call(REQUEST, plain())).isInstanceOf(Unreachable.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", ".0.0.1", "example.org, 127.0.0.1:PORT", "10.0.0.0/8, 127.0.0.0/8", "*"})
    void proxy_isNotAsked_forExceptedHosts(String except) throws Exception {
        try (var server = server();
                var proxy = server();
                var client = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl())
                        .chatCompletions()
                        .proxy("127.0.0.1:" + proxy.port(), except.replace("PORT", "" + server.port()))
                        .build();
                var other = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl())
                        .chatCompletions()
                        .proxy("127.0.0.1:" + proxy.port(), "example.org")
                        .build()) {
            client.call(REQUEST, plain());
            assertThat(proxy.requests()).isEmpty();
            other.call(REQUEST, plain());
            assertThat(proxy.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://house.example/v1", "https://house.example/v1"})
    void proxy_thatIsDown_isNamed_withoutItsCredentials(String baseUrl) throws Exception {
        RawServer down = RawServer.start(peer -> {});
        down.close();
        try (var client = through(down, USER_INFO + "@", baseUrl)) {
            assertThatThrownBy(() -> client.call(REQUEST, plain()))
                    .isInstanceOfSatisfying(
                            ConnectionFailed.class,
                            failure -> assertThat(failure.charge()).isEqualTo(Charge.FREE))
                    .hasMessageStartingWith("the connection to %s through the proxy 127.0.0.1:%d failed"
                            .formatted(baseUrl, down.port()))
                    .hasMessageNotContaining(PASSWORD);
        }
    }

    @Test
    void proxy_unusable_isNotQuoted() {
        for (String address : List.of("socks5://canary:canary@host:1", "http://canary canary@host", "://")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> OpenAiClient.builder(KEY).proxy(address))
                    .satisfies(
                            e -> assertThat(e).hasMessageNotContaining("canary").hasNoCause());
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiClient.builder(KEY).proxy("SOCKS5h://host:1"))
                .withMessageContaining("socksProxyHost");
        assertThat(ForwardProxy.parse("x", "http://me:canary-0123@host:1", "").toString())
                .doesNotContain("canary");
    }

    @Test
    void azure_dated_namesTheDeploymentInThePath_andIsPricedAsTheModel() throws Exception {
        String deployed = RawServer.CHAT_REPLY.replace(MODEL, "house-nano");
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        String head = peer.request();
                        if (!head.contains("api-key: " + KEY) || head.contains("Authorization")) {
                            peer.reply(401, JSON, "{\"error\":{\"code\":\"401\",\"message\":\"Access denied\"}}");
                        } else if (head.startsWith(
                                "POST /openai/deployments/house-nano/chat/completions?api-version=2024-10-21 ")) {
                            peer.reply(JSON, deployed);
                        } else if (head.startsWith("POST /openai/deployments/")) {
                            peer.reply(
                                    404, JSON, "{\"error\":{\"code\":\"DeploymentNotFound\",\"message\":\"None.\"}}");
                        } else {
                            peer.reply(404, JSON, "{\"error\":{\"code\":\"404\",\"message\":\"Resource not found\"}}");
                        }
                    }
                });
                var client = OpenAiClient.builder(KEY)
                        .azure("http://127.0.0.1:" + server.port() + "/", "2024-10-21")
                        .deployment(MODEL, "house-nano")
                        .build()) {
            ModelReply reply = client.call(REQUEST, plain());

            assertThat(reply.model()).isEqualTo(MODEL);
            assertThat(server.requests()).hasSize(1);
            assertThat(server.requests().getLast()).contains("\"model\":\"house-nano\"");
            assertThatThrownBy(() -> client.call(REQUEST.withModel("gpt-5.4"), plain()))
                    .isInstanceOf(UnknownModel.class);
            assertThat(client.batches()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2024-10-21, false",
        "2025-02-01-preview, false",
        "2025-03-01-preview, true",
        "2025-04-01-preview, true",
        "preview, true",
        "'', true"
    })
    void azure_ofAVersion_hasTheResponsesApiOrNot(String version, boolean hasResponses) {
        assertThat(AzureEndpoint.parse("x", "https://house.openai.azure.com", version)
                        .hasResponses())
                .isEqualTo(hasResponses);
    }

    @Test
    void azure_withoutADate_hasOpenAisPaths() {
        assertThat(AzureEndpoint.parse("x", "https://house.openai.azure.com/", "")
                        .baseUrl()
                        .withQuery())
                .isEqualTo("https://house.openai.azure.com/openai/v1");
        assertThat(AzureEndpoint.parse("x", "https://house.openai.azure.com/openai/v1/", "preview")
                        .baseUrl()
                        .withQuery())
                .isEqualTo("https://house.openai.azure.com/openai/v1?api-version=preview");
    }

    @Test
    void writtenLineBreaks_ofHeaders_partThem_whereANameFollows() throws Exception {
        try (var server = server()) {
            var environment = Map.of(
                    "OPENAI_API_KEY",
                    KEY,
                    "OPENAI_BASE_URL",
                    server.baseUrl(),
                    "CADRE_API",
                    "chat",
                    "CADRE_HEADERS",
                    "X-A: one\\nX-B:two\\r\\nX-Path: C:\\new\\names\\n");
            try (var client = OpenAi.client(environment)) {
                client.call(REQUEST, plain());
            }

            assertThat(server.requests().getFirst().lines()).contains("X-A: one", "X-B: two", "X-Path: C:\\new\\names");
        }
    }

    @Test
    void environment_namesTheCapThatAServerKnows() throws Exception {
        try (var server = server()) {
            var environment =
                    Map.of("OPENAI_API_KEY", KEY, "OPENAI_BASE_URL", server.baseUrl(), "CADRE_API", "chat-max-tokens");
            try (var client = OpenAi.client(environment)) {
                client.call(REQUEST, plain());
            }
            assertThat(server.requests().getFirst())
                    .contains("POST /v1/chat/completions ", "\"max_tokens\":")
                    .doesNotContain("max_completion_tokens");
        }
    }

    @Test
    void environment_namesAllOfIt(@TempDir Path directory) throws Exception {
        tls(directory);
        try (var server = server();
                var proxy = server()) {
            var environment = Map.of(
                    "AZURE_OPENAI_ENDPOINT", "http://house.openai.azure.com",
                    "AZURE_OPENAI_API_KEY", KEY,
                    "OPENAI_API_VERSION", "2024-10-21",
                    "CADRE_API", "chat",
                    "CADRE_NANO_DEPLOYMENT", "house-nano",
                    "OPENAI_ORGANIZATION", "org-house",
                    "OPENAI_PROJECT_ID", "proj-house",
                    "http_proxy", "http://" + USER_INFO + "@127.0.0.1:" + proxy.port(),
                    "SSL_CERT_FILE", directory.resolve("ca.pem").toString(),
                    "CADRE_HEADERS", "X-A: one\nX-B:two\n");
            try (var client = OpenAi.client(environment)) {
                client.call(REQUEST, plain());
            }
            assertThat(proxy.requests().getFirst().lines())
                    .contains(
                            "POST http://house.openai.azure.com/openai/deployments/house-nano/chat/completions?api-version=2024-10-21 HTTP/1.1",
                            "api-key: " + KEY,
                            "OpenAI-Organization: org-house",
                            "OpenAI-Project: proj-house",
                            CREDENTIALS,
                            "X-A: one",
                            "X-B: two");
            assertThat(OpenAi.keyVariable(environment)).contains("AZURE_OPENAI_API_KEY");
            assertThat(OpenAiSettings.from(environment).toString()).doesNotContain(KEY, "canary", "me:");

            // this machine needs no proxy, and a key of OpenAI's comes first
            var local = new HashMap<>(environment);
            local.put("OPENAI_API_KEY", KEY);
            local.put("OPENAI_BASE_URL", server.baseUrl());
            try (var client = OpenAi.client(local)) {
                client.call(REQUEST, plain());
            }
            assertThat(server.requests()).singleElement().asString().contains("POST /v1/chat", "Bearer " + KEY);
        }
    }

    @Test
    void environment_unusable_isNamed() {
        var unusable = new ArrayList<>(List.of(
                Map.entry("SSL_CERT_FILE", "/nowhere/ca.pem"),
                Map.entry("HTTPS_PROXY", "socks5://canary:1"),
                Map.entry("HTTPS_PROXY", "http://canary:99999"),
                Map.entry("SSL_CERT_FILE", "a\0b"),
                Map.entry("OPENAI_ORG_ID", "aä"),
                Map.entry("OPENAI_PROJECT", "a\nb"),
                Map.entry("OPENAI_BASE_URL", "https://canary:99999/v1"),
                Map.entry("CADRE_HEADERS", "Authorization Bearer canary: x"),
                Map.entry("CADRE_HEADERS", "canary"),
                Map.entry("CADRE_NANO_DEPLOYMENT", "a/b")));
        for (var variable : unusable) {
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> OpenAi.client(Map.of("OPENAI_API_KEY", KEY, variable.getKey(), variable.getValue())))
                    .satisfies(e -> assertThat(e).hasMessageNotContaining("canary"))
                    .satisfies(
                            e -> assertThat(e.getMessage()).matches("(?s).*(%s|a/b).*".formatted(variable.getKey())));
        }
    }

    private static OpenAiClient through(RawServer proxy, String user, String url) {
        return OpenAiClient.builder(KEY)
                .baseUrl(url)
                .chatCompletions()
                .proxy("http://" + user + "127.0.0.1:" + proxy.port())
                .build();
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException ended) {
            // either end
        }
    }

    /** A context with a key made now, whose certificate stands in {@code ca.pem}. */
    static SSLContext tls(Path directory) throws Exception {
        Path store = directory.resolve("server.p12");
        keytool(
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1",
                "-keystore",
                store);
        keytool("-exportcert", "-rfc", "-file", directory.resolve("ca.pem"), "-keystore", store);
        assertThat(Files.exists(directory.resolve("ca.pem"))).isTrue();
        return context(store);
    }

    static SSLContext context(Path store) throws IOException, GeneralSecurityException {
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(store.toFile(), "changeit".toCharArray()), "changeit".toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static void keytool(Object... arguments) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        command.addAll(List.of("-alias", "server", "-storetype", "PKCS12", "-storepass", "changeit"));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor()).isZero();
    }
}
