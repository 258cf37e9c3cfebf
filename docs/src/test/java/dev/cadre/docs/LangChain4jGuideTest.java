// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.docs.Pets.Brief;
import dev.cadre.langchain4j.LangChain4jPool;
import dev.cadre.langchain4j.RunTool;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.googleai.GoogleAiGeminiChatModel;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.service.AiServices;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs the snippets on LangChain4j of docs/adapters.md, against servers that word their reply as the provider does. */
class LangChain4jGuideTest {
    private static final String KEY = "none";
    private static final String BRIEF = "{\\\"headline\\\":\\\"Pets.\\\"}";

    private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    @Test
    void openAi() throws Exception {
        String address = serving("application/json", """
                {"model":"gpt-5.4-nano","choices":[{"message":{"role":"assistant","content":"%s"},
                 "finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":400,"total_tokens":1400}}""");

        // region langchain4j-openai
        ChatModel nano = OpenAiChatModel.builder()
                .baseUrl(address)
                .apiKey(KEY)
                .modelName("gpt-5.4-nano")
                .reasoningEffort("none")
                .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                .strictJsonSchema(true)
                .strictTools(true)
                .maxRetries(0)
                .timeout(Duration.ofSeconds(60))
                .build();
        ModelPool pool = LangChain4jPool.of(nano, "gpt-5.4-nano");
        // endregion

        assertBrief(pool, "0.0007");
        assertThat(requests.getFirst()).contains("max_completion_tokens", "\"strict\" : true");
    }

    @Test
    void anthropic() throws Exception {
        String address = serving("application/json", """
                {"id":"m","type":"message","role":"assistant","model":"claude-haiku-4-5","stop_reason":"end_turn",
                 "content":[{"type":"text","text":"%s"}],"usage":{"input_tokens":1000,"output_tokens":400}}""");

        // region langchain4j-anthropic
        ChatModel haiku = AnthropicChatModel.builder()
                .baseUrl(address)
                .apiKey(KEY)
                .modelName("claude-haiku-4-5")
                .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                .returnThinking(true)
                .sendThinking(true)
                .maxRetries(0)
                .timeout(Duration.ofSeconds(60))
                .build();
        ModelPool pool = LangChain4jPool.of(haiku, "claude-haiku-4-5");
        // endregion

        assertBrief(pool, "0.003");
    }

    @Test
    void gemini() throws Exception {
        String address = serving("application/json", """
                {"candidates":[{"content":{"role":"model","parts":[{"text":"%s"}]},"finishReason":"STOP"}],
                 "usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":100,"thoughtsTokenCount":300,
                 "totalTokenCount":1400},"modelVersion":"gemini-3-flash-preview"}""");

        // region langchain4j-gemini
        ChatModel flash = GoogleAiGeminiChatModel.builder()
                .baseUrl(address)
                .apiKey(KEY)
                .modelName("gemini-3-flash-preview")
                .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                .returnThinking(true)
                .sendThinking(true)
                .maxRetries(0)
                .timeout(Duration.ofSeconds(60))
                .build();
        ModelPool pool = LangChain4jPool.of(flash, "gemini-3-flash-preview");
        // endregion

        assertBrief(pool, "0.0017"); // 1,000 in, 100 and 300 of thoughts out
    }

    @Test
    void ollama() throws Exception {
        String address = serving("application/json", """
                {"model":"qwen3","message":{"role":"assistant","content":"%s"},"done":true,"done_reason":"stop",
                 "prompt_eval_count":1000,"eval_count":400}""");

        // region langchain4j-ollama
        ChatModel local = OllamaChatModel.builder()
                .baseUrl(address)
                .modelName("qwen3")
                .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                .think(false)
                .numCtx(16_384)
                .maxRetries(0)
                .timeout(Duration.ofMinutes(5))
                .build();
        ModelPool pool = LangChain4jPool.builder(local, "qwen3")
                .price(Price.perMillionTokens("0", "0", "0"))
                .build();
        // endregion

        assertBrief(pool, "0");
    }

    @Test
    void streaming() throws Exception {
        String address = serving("text/event-stream", """
                event: message_start
                data: {"message":{"id":"m","model":"claude-haiku-4-5","usage":{"input_tokens":1000}}}

                event: content_block_start
                data: {"index":0,"content_block":{"type":"text","text":""}}

                event: content_block_delta
                data: {"index":0,"delta":{"type":"text_delta","text":"%s"}}

                event: content_block_stop
                data: {"index":0}

                event: message_delta
                data: {"delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":400}}

                event: message_stop
                data: {"type":"message_stop"}

                """);

        // region langchain4j-streaming
        StreamingChatModel haiku = AnthropicStreamingChatModel.builder()
                .baseUrl(address)
                .apiKey(KEY)
                .modelName("claude-haiku-4-5")
                .timeout(Duration.ofSeconds(60))
                .build();
        ModelPool pool = LangChain4jPool.of(haiku, "claude-haiku-4-5");
        // endregion

        assertBrief(pool, "0.003");
    }

    private void assertBrief(ModelPool pool, String usd) throws InterruptedException {
        var graph = TaskGraph.builder();
        var brief = graph.add("brief", Pets.BRIEF, new Pets.Notes(new Pets.Note("a"), new Pets.Note("b")));
        var result = Coordinator.of(ModelPools.of(pool)).run(graph.answering(brief), Budget.usd("0.25"));
        assertThat(result).isCompleteWith(new Brief("Pets.")).spent(usd);
        assertThat(requests).singleElement().asString().contains("headline"); // the schema
    }

    private String serving(String type, String body) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        servers.add(server);
        byte[] reply = body.formatted(BRIEF).getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            try (exchange) {
                requests.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                exchange.getResponseHeaders().add("content-type", type);
                exchange.sendResponseHeaders(200, reply.length);
                exchange.getResponseBody().write(reply);
            }
        });
        server.start();
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    record Answer(String text) {}

    interface Assistant {
        String chat(String message);
    }

    /** Asks the tool once and repeats what it heard. */
    private static final class AskingModel implements ChatModel {
        @Override
        public ChatResponse doChat(ChatRequest request) {
            AiMessage message = request.messages().getLast() instanceof ToolExecutionResultMessage heard
                    ? AiMessage.from(heard.text())
                    : AiMessage.from(ToolExecutionRequest.builder()
                            .name("askCode")
                            .arguments("{\"question\":\"Where is retry implemented?\"}")
                            .build());
            return ChatResponse.builder().aiMessage(message).build();
        }
    }

    @Test
    void run_behindATool() {
        var model = new ScriptedModel();
        model.onPlan()
                .costing(2_000, 300)
                .replies("{\"subtasks\":[{\"type\":\"search\",\"id\":\"s\",\"input\":{\"term\":\"retry\"}}]}");
        model.on(AdaptersTest.SEARCH).costing(1_000, 400).replies(new AdaptersTest.Hits(List.of("Pool.java")));
        model.onMerge().costing(2_000, 200).repliesText("{\"answer\":{\"text\":\"In Pool.java.\"},\"citations\":[]}");
        var coordinator = Coordinator.builder(model.pools())
                .plansWith(AdaptersTest.SEARCH)
                .build();
        ChatModel chatModel = new AskingModel();

        // region adapters-run-tool
        BudgetGuard session = Budget.usd("5.00").open();
        RunTool askCode = RunTool.of(
                "askCode",
                "Answers a question about the code base",
                question -> coordinator.run(
                        Goal.of(question, Answer.class), Budget.usd("0.25").under(session)));
        Assistant assistant = AiServices.builder(Assistant.class)
                .chatModel(chatModel)
                .tools(askCode.forAiService())
                .build();
        // endregion

        assertThat(assistant.chat("Where is retry implemented?")).isEqualTo("{\"text\":\"In Pool.java.\"}");
        assertThat(session.state().settled()).isEqualTo(Money.usd("0.0126"));
    }
}
