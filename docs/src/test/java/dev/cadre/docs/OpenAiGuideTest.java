// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.model.Attachment;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.Sampling;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Verbosity;
import dev.cadre.openai.ListedModel;
import dev.cadre.openai.OpenAi;
import dev.cadre.openai.OpenAiClient;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.ShutdownNotice;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.task.McpApproval;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the snippets about OpenAI of docs/adapters.md. */
class OpenAiGuideTest {
    record Photo(String name) {}

    record Caption(String text) {}

    record Question(String text) {}

    record Answer(String text) {}

    private final Map<String, byte[]> album = Map.of("cat.png", new byte[] {1, 2, 3});
    private LoopbackOpenAi server;

    @BeforeEach
    void start() {
        server = LoopbackOpenAi.start();
        server.onAny().replies(LoopbackReply.text("{\"text\":\"A cat.\"}"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void pools_areSetUp() throws Exception {
        var environment = Map.of("OPENAI_API_KEY", "sk-test", "OPENAI_BASE_URL", server.baseUrl());

        // region openai-pools
        ModelPools models = OpenAi.fromEnv(
                environment,
                pool -> pool.serviceTier(ServiceTier.FLEX)
                        .fallBackToStandard()
                        .verbosity(Verbosity.LOW)
                        .safetyIdentifier("tenant-7"));
        // endregion

        try (models) {
            var photo = SubtaskType.model("ask", Question.class, Answer.class, "Answer.");
            assertThat(run(models, photo, new Question("What is it?"))).isEqualTo(new Answer("A cat."));
        }
        assertThat(server.requests().getLast().body())
                .contains("\"service_tier\":\"flex\"", "\"verbosity\":\"low\"", "\"safety_identifier\":\"tenant-7\"");
    }

    private static final SubtaskType<Question, Answer> ASK =
            SubtaskType.model("ask", Question.class, Answer.class, "Answer.");

    @Test
    void type_isSampled() throws Exception {
        // region openai-sampling
        SubtaskType<Question, Answer> varied = ASK.sampling(Sampling.ofTemperature(1.2)); // answers that differ
        SubtaskType<Question, Answer> steady = ASK.sampling(Sampling.ofTemperature(0)); // nearly the same each time
        // endregion

        var environment = Map.of("OPENAI_API_KEY", "sk-test", "OPENAI_BASE_URL", server.baseUrl());
        try (var models = OpenAi.fromEnv(environment, pool -> pool)) {
            run(models, varied, new Question("What is it?"));
            run(models, steady, new Question("What is it?"));
        }
        assertThat(server.requests().stream().map(request -> request.body().contains("\"temperature\":1.2")))
                .containsExactly(true, false);
    }

    @Test
    void type_showsAPhotoAndSharesAHandbook() throws Exception {
        String handbook = "Name the animal first.";

        // region openai-type
        var caption = SubtaskType.model("caption", Photo.class, Caption.class, "Describe the photo.")
                .sharing(handbook)
                .attaching(photo -> List.of(Attachment.Image.of("image/png", album.get(photo.name()))));
        // endregion

        try (var client = client()) {
            var models = ModelPools.of(ModelPool.of(client, "gpt-5.4-nano"));
            assertThat(run(models, caption, new Photo("cat.png"))).isEqualTo(new Caption("A cat."));
        }
        assertThat(server.requests().getLast().body()).contains("AQID", handbook);
    }

    @Test
    void tools_atTheProvider() throws Exception {
        // region openai-tools
        var research = SubtaskType.model("research", Question.class, Answer.class, "Answer with sources.")
                .providerTools(3, new ProviderTool.WebSearch(List.of("example.org")));
        // endregion

        try (var client = client()) {
            // region openai-tool-price
            ModelPool pool = ModelPool.builder(client, "gpt-5.4-mini")
                    .toolPrice(ProviderTool.Kind.CODE_INTERPRETER, new Price.OfTool(Money.usd("0.03"), 20_000))
                    .countingInput()
                    .build();
            // endregion
            assertThat(run(ModelPools.of(pool), research, new Question("What is it?")))
                    .isEqualTo(new Answer("A cat."));
        }
        assertThat(server.requests().getLast().body()).contains("\"max_tool_calls\":3");
    }

    @Test
    void server_thatWantsAKey() throws Exception {
        String key = "sk-test";
        String token = "tracker-token-0123";
        String address = server.baseUrl();

        // region openai-mcp
        OpenAiClient client = OpenAiClient.builder(key)
                .baseUrl(address)
                .mcpAuthorization(URI.create("https://mcp.example.org/issues"), token)
                .build();
        var triage = SubtaskType.model("triage", Question.class, Answer.class, "Answer from the issue tracker.")
                .providerTools(
                        5,
                        new ProviderTool.RemoteMcp(
                                "issues", URI.create("https://mcp.example.org/issues"), List.of("find", "comment")))
                .tools(McpApproval.by(call -> call.tool().equals("find")));
        ModelPool pool = ModelPool.builder(client, "gpt-5.4-mini")
                .toolPrice(ProviderTool.Kind.MCP, new Price.OfTool(Money.ZERO, 20_000))
                .build();
        // endregion

        try (client) {
            assertThat(run(ModelPools.of(pool), triage, new Question("What is it?")))
                    .isEqualTo(new Answer("A cat."));
        }
        assertThat(server.requests().getLast().body())
                .contains("\"authorization\":\"tracker-token-0123\"", "\"require_approval\":\"always\"");
    }

    @Test
    void models_thatEnd() throws Exception {
        InstantSource calendar = () -> Instant.parse("2026-11-22T12:00:00Z");
        try (var client = client()) {
            // region openai-shutdowns
            ModelCatalog catalog =
                    ModelCatalog.standard().withShutdowns(ListedModel.shutdowns(client.models(Duration.ofSeconds(20))));
            ModelPool pool = ModelPool.builder(client, "gpt-5.4-nano")
                    .catalog(catalog)
                    .calendar(calendar)
                    .build();
            // endregion

            assertThat(pool.shutdownNotice())
                    .contains(new ShutdownNotice("gpt-5.4-nano", LocalDate.of(2027, 4, 1), 130));
        }
    }

    @Test
    void server_ofALocalModel() throws Exception {
        String address = server.baseUrl();

        // region openai-chat
        OpenAiClient local = OpenAiClient.builder("none-needed")
                .baseUrl(address)
                .chatCompletions()
                .build();
        ModelPool pool = ModelPool.builder(local, "house-model-7b")
                .price(Price.perMillionTokens("0", "0", "0"))
                .build();
        // endregion

        try (local) {
            var ask = SubtaskType.model("ask", Question.class, Answer.class, "Answer.");
            assertThat(run(ModelPools.of(pool), ask, new Question("What is it?")))
                    .isEqualTo(new Answer("A cat."));
        }
        assertThat(server.requests().getLast().path()).isEqualTo("/v1/chat/completions");
    }

    @Test
    void gateway_isShownItsHeaders(@TempDir Path folder) throws Exception {
        String gateway = server.baseUrl();
        String key = "sk-test";
        Supplier<String> tokens = () -> "token-of-the-hour";
        Path authority = certificate(folder);

        // region openai-gateway
        OpenAiClient client = OpenAiClient.builder(key)
                .baseUrl(gateway)
                .header("X-Team", "search")
                .headers(() -> Map.of("X-Token", tokens.get()))
                .proxy("http://me:secret@proxy.example:3128", "localhost", "127.0.0.1")
                .trustedCertificates(authority) // the path of its PEM file
                .build();
        // endregion

        try (client) {
            var ask = SubtaskType.model("ask", Question.class, Answer.class, "Answer.");
            run(ModelPools.of(ModelPool.of(client, "gpt-5.4-nano")), ask, new Question("What is it?"));
        }
        assertThat(server.requests().getLast().headers())
                .containsEntry("x-team", "search")
                .containsEntry("x-token", "token-of-the-hour");
    }

    @Test
    void azure_hasDeployments() {
        String key = "sk-test";

        // region openai-azure
        OpenAiClient azure = OpenAiClient.builder(key)
                .azure("https://house.openai.azure.com", "2024-10-21")
                .deployment("gpt-5.4-nano", "house-nano")
                .build();
        // endregion

        try (azure) {
            assertThat(azure.baseUrl()).isEqualTo("https://house.openai.azure.com/openai");
        }
    }

    /** One that the JDK has anyway. */
    private static Path certificate(Path folder) throws Exception {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        var one = ((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers()[0];
        String body = Base64.getMimeEncoder().encodeToString(one.getEncoded());
        return Files.writeString(
                folder.resolve("ca.pem"), "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
    }

    private OpenAiClient client() {
        return OpenAiClient.builder("sk-test").baseUrl(server.baseUrl()).build();
    }

    private static <I, O> O run(ModelPools models, SubtaskType<I, O> type, I input) throws InterruptedException {
        var graph = TaskGraph.builder();
        var node = graph.add("node", type, input);
        return Coordinator.of(models)
                .run(graph.answering(node), Budget.usd("5.00"))
                .requireComplete();
    }
}
