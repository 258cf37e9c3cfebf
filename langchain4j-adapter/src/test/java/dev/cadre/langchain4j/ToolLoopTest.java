// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.langchain4j.LoopbackProvider.Reply;
import dev.cadre.langchain4j.LoopbackProvider.Request;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.googleai.GeminiThinkingConfig;
import dev.langchain4j.model.googleai.GoogleAiGeminiChatModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiStreamingChatModel;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Loops of two rounds against servers that refuse the second one, as the providers do, if the reasoning is not given back. */
class ToolLoopTest {
    record Query(String term) {}

    record Hits(List<String> files) {}

    public static final class Repo {
        @Tool("Finds the files that contain a term")
        public List<String> grep(@P("the term") String term) {
            return List.of(term + ".java");
        }
    }

    private static final SubtaskType<Query, Hits> SEARCH = SubtaskType.model(
                    "search", Query.class, Hits.class, "Find files that mention the term.")
            .tools(LangChain4jTools.of(new Repo()));

    private static final String SIGNATURE = "c2lnbmF0dXJl";

    @Test
    void gemini_isGivenItsThoughtSignatureBack() throws Exception {
        try (var provider = LoopbackProvider.answering(request -> gemini(request, false))) {
            assertThat(search(LangChain4jPool.builder(gemini(provider.address(), true, true), "gemini-3-flash-preview")
                            .build()))
                    .isEqualTo("complete [Pool.java]");
        }
    }

    @Test
    void streamingGemini_isGivenItsThoughtSignatureBack() throws Exception {
        try (var provider = LoopbackProvider.answering(request -> gemini(request, true))) {
            StreamingChatModel model = GoogleAiGeminiStreamingChatModel.builder()
                    .baseUrl(provider.address())
                    .apiKey("none")
                    .modelName("gemini-3-flash-preview")
                    .returnThinking(true)
                    .sendThinking(true)
                    .build();

            assertThat(search(LangChain4jPool.of(model, "gemini-3-flash-preview")))
                    .isEqualTo("complete [Pool.java]");
        }
    }

    @Test
    void gemini_thatWouldLoseItsSignatures_isRefusedBeforeAnythingIsSent() throws Exception {
        try (var provider = LoopbackProvider.answering(request -> gemini(request, false))) {
            for (var model : List.of(
                    GoogleAiGeminiChatModel.builder()
                            .baseUrl(provider.address())
                            .apiKey("none")
                            .modelName("gemini-3-flash-preview")
                            .build(),
                    gemini(provider.address(), true, false),
                    gemini(provider.address(), false, true))) {
                assertThat(search(LangChain4jPool.of(model, "gemini-3-flash-preview")))
                        .contains("Gemini's tools need returnThinking(true) and sendThinking(true)");
            }
            assertThat(provider.requests).isEmpty();
        }
    }

    @Test
    void gemini_whoseThoughtsWouldStandInTheAnswer_isRefused() throws Exception {
        var model = GoogleAiGeminiChatModel.builder()
                .apiKey("none")
                .modelName("gemini-3-flash-preview")
                .thinkingConfig(
                        GeminiThinkingConfig.builder().includeThoughts(true).build())
                .build();

        assertThat(Providers.failure(LangChain4jClient.of(model)))
                .hasMessageContaining("LangChain4j puts them into the answer otherwise");
    }

    @Test
    void claude_isGivenItsThinkingBack() throws Exception {
        try (var provider = LoopbackProvider.answering(ToolLoopTest::claude)) {
            assertThat(search(LangChain4jPool.of(claude(provider.address(), true, null), "claude-haiku-4-5")))
                    .isEqualTo("complete [Pool.java]");
        }
    }

    @Test
    void streamingClaude_isGivenItsThinkingBack() throws Exception {
        try (var provider = LoopbackProvider.answering(ToolLoopTest::streamedClaude)) {
            StreamingChatModel model = AnthropicStreamingChatModel.builder()
                    .baseUrl(provider.address())
                    .apiKey("none")
                    .modelName("claude-haiku-4-5")
                    .thinkingType("enabled")
                    .thinkingBudgetTokens(1_024)
                    .returnThinking(true)
                    .build();

            assertThat(search(LangChain4jPool.of(model, "claude-haiku-4-5"))).isEqualTo("complete [Pool.java]");
        }
    }

    @Test
    void claude_thatThinksAndWouldLoseIt_isRefusedBeforeAnythingIsSent() throws Exception {
        try (var provider = LoopbackProvider.answering(ToolLoopTest::claude)) {
            for (var model : List.of(
                    claude(provider.address(), false, null),
                    claude(provider.address(), null, true),
                    claude(provider.address(), true, false))) {
                assertThat(search(LangChain4jPool.of(model, "claude-haiku-4-5")))
                        .contains("the tools of a Claude that thinks need returnThinking(true)");
            }
            assertThat(provider.requests).isEmpty();
        }
    }

    @Test
    void wrappedModel_whoseSwitchesCannotBeRead_isToldWhatIsMissing() throws Exception {
        try (var provider = LoopbackProvider.answering(request -> gemini(request, false))) {
            ChatModel inner = gemini(provider.address(), false, false);
            ChatModel wrapper = new FakeChatModel(inner::chat);

            assertThat(search(LangChain4jPool.of(wrapper, "gemini-3-flash-preview")))
                    .contains("returnThinking(true) and sendThinking(true) are missing on the LangChain4j model");
        }
    }

    private static String search(ModelPool pool) throws Exception {
        var graph = TaskGraph.builder();
        var hits = graph.add("search", SEARCH, new Query("Pool"));
        var result = Coordinator.of(ModelPools.of(pool)).run(graph.answering(hits), Budget.usd("1.00"));
        return result instanceof RunResult.Complete<Hits> complete
                ? "complete " + complete.answer().files()
                : result.toToolText();
    }

    private static GoogleAiGeminiChatModel gemini(String address, Boolean returns, Boolean sends) {
        return GoogleAiGeminiChatModel.builder()
                .baseUrl(address)
                .apiKey("none")
                .modelName("gemini-3-flash-preview")
                .maxRetries(0)
                .returnThinking(returns)
                .sendThinking(sends)
                .build();
    }

    private static AnthropicChatModel claude(String address, Boolean returns, Boolean sends) {
        return AnthropicChatModel.builder()
                .baseUrl(address)
                .apiKey("none")
                .modelName("claude-haiku-4-5")
                .maxRetries(0)
                .thinkingType("enabled")
                .thinkingBudgetTokens(1_024)
                .returnThinking(returns)
                .sendThinking(sends)
                .build();
    }

    /** Gemini 3 wants the signature on the first function call of a step. */
    private static Reply gemini(Request request, boolean streams) {
        JsonNode contents = ProviderReading.parse(request.body()).path("contents");
        String body = contents.size() == 1
                ? geminiReply(
                        "{\"functionCall\":{\"name\":\"grep\",\"args\":{\"term\":\"Pool\"}},\"thoughtSignature\":\"%s\"}"
                                .formatted(SIGNATURE))
                : geminiReply("{\"text\":\"{\\\"files\\\":[\\\"Pool.java\\\"]}\"}");
        for (JsonNode part : contents.path(1).path("parts")) {
            if (part.has("functionCall")
                    && !part.path("thoughtSignature").asText().equals(SIGNATURE)) {
                return Reply.json(
                        400,
                        "{\"error\":{\"code\":400,\"message\":\"Function call is missing a thought_signature"
                                + " in functionCall parts.\",\"status\":\"INVALID_ARGUMENT\"}}");
            }
        }
        return streams ? Reply.events("data: " + body + "\n\n") : Reply.json(body);
    }

    private static String geminiReply(String part) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + part
                + "]},\"finishReason\":\"STOP\"}],"
                + "\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":5,\"thoughtsTokenCount\":9,"
                + "\"totalTokenCount\":24},\"modelVersion\":\"gemini-3-flash-preview\"}";
    }

    /** Claude wants an assistant's turn that calls tools to begin with its thinking, signed. */
    private static boolean losesThinking(Request request) {
        JsonNode turn = ProviderReading.parse(request.body())
                .path("messages")
                .path(1)
                .path("content")
                .path(0);
        return !turn.isMissingNode()
                && !(turn.path("type").asText().equals("thinking")
                        && turn.path("signature").asText().equals(SIGNATURE));
    }

    private static boolean isFirst(Request request) {
        return ProviderReading.parse(request.body()).path("messages").size() == 1;
    }

    private static Reply claude(Request request) {
        if (losesThinking(request)) {
            return refusedByClaude();
        }
        return Reply.json(
                isFirst(request)
                        ? claudeReply(
                                "{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"" + SIGNATURE + "\"},"
                                        + "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"grep\",\"input\":{\"term\":\"Pool\"}}",
                                "tool_use")
                        : claudeReply(
                                "{\"type\":\"text\",\"text\":\"{\\\"files\\\":[\\\"Pool.java\\\"]}\"}", "end_turn"));
    }

    private static Reply refusedByClaude() {
        return Reply.json(
                400,
                "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"messages.1.content.0"
                        + ".type: Expected `thinking` or `redacted_thinking`, but found `tool_use`.\"}}");
    }

    private static String claudeReply(String blocks, String reason) {
        return "{\"id\":\"m1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-haiku-4-5\",\"content\":["
                + blocks + "],\"stop_reason\":\"" + reason + "\",\"usage\":{\"input_tokens\":10,\"output_tokens\":20}}";
    }

    private static Reply streamedClaude(Request request) {
        if (losesThinking(request)) {
            return refusedByClaude();
        }
        Function<String, String> block =
                start -> "event: content_block_start\ndata: {\"index\":0,\"content_block\":" + start + "}\n\n";
        Function<String, String> delta =
                piece -> "event: content_block_delta\ndata: {\"index\":0,\"delta\":" + piece + "}\n\n";
        String stop = "event: content_block_stop\ndata: {\"index\":0}\n\n";
        String blocks = isFirst(request)
                ? block.apply("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}")
                        + delta.apply("{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}")
                        + delta.apply("{\"type\":\"signature_delta\",\"signature\":\"" + SIGNATURE + "\"}")
                        + stop
                        + block.apply("{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"grep\",\"input\":{}}")
                        + delta.apply(
                                "{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"term\\\":\\\"Pool\\\"}\"}")
                        + stop
                : block.apply("{\"type\":\"text\",\"text\":\"\"}")
                        + delta.apply("{\"type\":\"text_delta\",\"text\":\"{\\\"files\\\":[\\\"Pool.java\\\"]}\"}")
                        + stop;
        return Reply.events(
                "event: message_start\ndata: {\"message\":{\"id\":\"m1\",\"usage\":{\"input_tokens\":10}}}\n\n"
                        + blocks
                        + "event: message_delta\ndata: {\"delta\":{\"stop_reason\":\""
                        + (isFirst(request) ? "tool_use" : "end_turn")
                        + "\"},\"usage\":{\"output_tokens\":20}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }
}
