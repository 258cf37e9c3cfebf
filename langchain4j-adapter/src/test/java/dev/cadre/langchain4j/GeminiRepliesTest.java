// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.langchain4j.LoopbackProvider.Reply;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.googleai.GoogleAiGeminiChatModel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gemini's own replies, read by LangChain4j's model and this adapter. */
class GeminiRepliesTest {
    private static final String QUOTA = """
            {"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Quota exceeded.","details":[
              {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"%s"}]},
              {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"%s"}]}}""";

    @Test
    void thoughts_areOutputBesideTheCandidates_andTheCacheIsPartOfTheInput() throws Exception {
        String body = reply("{\"text\":\"In Pool.\"}", "STOP", """
                {"promptTokenCount":900,"cachedContentTokenCount":800,"candidatesTokenCount":10,
                 "thoughtsTokenCount":70,"totalTokenCount":980}""");

        assertThat(whole(body).usage()).isEqualTo(new TokenUsage(900, 800, 0, 80, 70));
        assertThat(streamed(body).usage()).isEqualTo(new TokenUsage(900, 800, 0, 80, 70));
    }

    @Test
    void noCandidatesCount_whileItThinks_isNone() throws Exception {
        String body = reply("", "MAX_TOKENS", """
                {"promptTokenCount":40,"thoughtsTokenCount":60,"totalTokenCount":100}""");

        assertThat(whole(body).usage()).isEqualTo(new TokenUsage(40, 0, 0, 60, 60));
        assertThat(whole(body).finish()).isEqualTo(Finish.TRUNCATED);
    }

    @Test
    void inputOfToolsAtTheProvider_isInTheTotalAlone_andBookedAtTheDearerPrice() throws Exception {
        String body = reply("{\"text\":\"yes\"}", "STOP", """
                {"promptTokenCount":10,"toolUsePromptTokenCount":300,"candidatesTokenCount":5,"totalTokenCount":315}""");

        assertThat(whole(body).usage()).isEqualTo(TokenUsage.of(10, 305));
    }

    @Test
    void aTextWithoutAnyCountOfOutput_hasNoUsage() throws Exception {
        String body = reply("{\"text\":\"yes\"}", "STOP", "{\"promptTokenCount\":10,\"totalTokenCount\":10}");

        assertThat(whole(body).usage()).isNull();
    }

    /** Gemini before its third generation: the refusal's own words. */
    @Test
    void formatBesideTools_thatIsRefused_isPutInThePrompt_forRequestsWithToolsAlone() throws Exception {
        String refusal = """
                {"error":{"code":400,"status":"INVALID_ARGUMENT","message":"Function calling with a response mime type:\
                 'application/json' is unsupported"}}""";
        String answer = reply(
                "{\"text\":\"{}\"}",
                "STOP",
                "{\"promptTokenCount\":9,\"candidatesTokenCount\":1,\"totalTokenCount\":10}");
        String schema = "{\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":false}";
        ModelRequest request = Providers.request().withOutput(new OutputFormat.JsonSchema("answer", schema));
        ModelRequest withTool = request.withTools(List.of(new ToolSpec("find", "Finds.", schema)));

        try (var provider = LoopbackProvider.answering(sent ->
                sent.body().contains("functionDeclarations") && sent.body().contains("application/json")
                        ? Reply.json(400, refusal)
                        : Reply.json(answer))) {
            LangChain4jClient client = LangChain4jClient.of(GoogleAiGeminiChatModel.builder()
                    .baseUrl(provider.address())
                    .apiKey("none")
                    .modelName("gemini-2.5-flash")
                    .maxRetries(0)
                    .returnThinking(true)
                    .sendThinking(true)
                    .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                    .build());

            assertThatThrownBy(() -> client.call(withTool, Providers.CONTEXT))
                    .isInstanceOf(ModelException.Adapted.class)
                    .hasMessageContaining("beside tools");
            assertThat(client.call(withTool, Providers.CONTEXT).notes()).containsExactly(SchemaPlaces.NOTE);
            assertThat(provider.requests.getLast().body()).contains("The JSON schema of the answer");
            assertThat(client.call(request, Providers.CONTEXT).notes()).isEmpty();
            assertThat(provider.requests.getLast().body()).contains("application/json");
        }
    }

    @Test
    void blockedPrompt_isFiltered() throws Exception {
        String body = """
                {"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":9},
                 "modelVersion":"gemini-3-flash"}""";

        assertThat(whole(body).finish()).isEqualTo(Finish.FILTERED);
        assertThat(streamed(body).finish()).isEqualTo(Finish.FILTERED);
        assertThat(whole("{\"candidates\":[],\"usageMetadata\":{}}").finish()).isEqualTo(Finish.FILTERED);
    }

    @Test
    void finishReasonThatLangChain4jCannotRead_isAMalformedReplyThatMayBeBilled() throws Exception {
        String body = reply("{\"text\":\"yes\"}", "BRAND_NEW", "{\"promptTokenCount\":1,\"totalTokenCount\":2}");

        for (var client : List.of(Reply.json(body), Reply.events("data: " + body.replace("\n", "") + "\n\n"))) {
            try (var provider = LoopbackProvider.answering(request -> client)) {
                var failure = Providers.failure(
                        client.headers().containsValue("application/json")
                                ? Providers.gemini(provider.address())
                                : Providers.streamingGemini(provider.address()));
                assertThat(failure).isInstanceOf(ModelException.MalformedReply.class);
                assertThat(failure.charge()).isEqualTo(ModelException.Charge.UNKNOWN);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OTHER", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"})
    void finishOfAModelThatBrokeOff_isAFailureWithItsBill(String finish) throws Exception {
        String usage = "{\"promptTokenCount\":10,\"candidatesTokenCount\":2,\"totalTokenCount\":12}";

        for (String part : List.of("{\"text\":\"Half\"}", "")) {
            ModelException failure = failure(200, reply(part, finish, usage));
            assertThat(failure).isInstanceOf(ModelException.ServerFailed.class);
            assertThat(failure.billed().orElseThrow().usage()).isEqualTo(TokenUsage.of(10, 2));
        }
    }

    @Test
    void finishOfAStreamThatBrokeOff_isAFailure() throws Exception {
        String body = reply("{\"text\":\"Half\"}", "OTHER", "{\"promptTokenCount\":1,\"totalTokenCount\":2}");
        try (var provider =
                LoopbackProvider.answering(request -> Reply.events("data: " + body.replace("\n", "") + "\n\n"))) {
            assertThat(Providers.failure(Providers.streamingGemini(provider.address())))
                    .isInstanceOf(ModelException.ServerFailed.class)
                    .hasMessage("the model broke off");
        }
    }

    @Test
    void thoughtsAlone_areNoAnswer() throws Exception {
        String body = reply("{\"text\":\"hm\",\"thought\":true}", "STOP", """
                {"promptTokenCount":10,"thoughtsTokenCount":5,"totalTokenCount":15}""");

        assertThat(failure(200, body)).hasMessageContaining("all text is in the reasoning");
    }

    @Test
    void callWithoutArguments_hasNone() throws Exception {
        String body = reply("{\"functionCall\":{\"name\":\"now\"}}", "STOP", """
                {"promptTokenCount":10,"candidatesTokenCount":2,"totalTokenCount":12}""");

        assertThat(whole(body).toolCalls()).containsExactly(new ToolCall("call-1-0", "now", "{}"));
    }

    @Test
    void quotaOfAMinute_waitsAsLongAsTheBodySays() throws Exception {
        ModelException failure = failure(429, QUOTA.formatted("RequestsPerMinutePerModel", "34.4s"));

        assertThat(failure).isInstanceOf(ModelException.RateLimited.class);
        assertThat(failure.retryAfter()).contains(Duration.ofMillis(34_400));
    }

    @Test
    void quotaOfADay_isExhausted() throws Exception {
        assertThat(failure(429, QUOTA.formatted("RequestsPerDayPerModel-FreeTier", "12s")))
                .isInstanceOf(ModelException.QuotaExhausted.class);
    }

    @Test
    void wrongKey_isRefusedWithStatus400() throws Exception {
        assertThat(failure(400, """
                {"error":{"code":400,"status":"INVALID_ARGUMENT","message":"API key not valid. Pass a valid API key.",
                 "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}""")).isInstanceOf(ModelException.AuthFailed.class);
    }

    @Test
    void tooManyTokens_areAContextTooLong() throws Exception {
        assertThat(failure(400, """
                {"error":{"code":400,"status":"INVALID_ARGUMENT",
                 "message":"The input token count (12) exceeds the maximum number of tokens allowed (8)."}}""")).isInstanceOf(ModelException.ContextTooLong.class);
    }

    @Test
    void pageOfAFirewall_failsTheRequestAndNotTheKey() throws Exception {
        assertThat(failure(403, "<html><title>Request blocked</title></html>").reach())
                .isEqualTo(ModelException.Reach.SUBTASK_OR_RUN);
        assertThat(failure(403, "{\"error\":{\"status\":\"PERMISSION_DENIED\"}}")
                        .reach())
                .isEqualTo(ModelException.Reach.RUN);
    }

    private static String reply(String part, String finish, String usage) {
        return """
                {"candidates":[{"content":{"role":"model","parts":[%s]},"finishReason":"%s"}],
                 "usageMetadata":%s,"modelVersion":"gemini-3-flash","responseId":"r1"}""".formatted(part, finish, usage);
    }

    private static ModelReply whole(String body) throws Exception {
        try (var provider = LoopbackProvider.answering(request -> Reply.json(body))) {
            return Providers.call(Providers.gemini(provider.address()));
        }
    }

    private static ModelReply streamed(String body) throws Exception {
        try (var provider =
                LoopbackProvider.answering(request -> Reply.events("data: " + body.replace("\n", "") + "\n\n"))) {
            return Providers.call(Providers.streamingGemini(provider.address()));
        }
    }

    private static ModelException failure(int status, String body) throws Exception {
        try (var provider = LoopbackProvider.answering(request -> Reply.json(status, body))) {
            return Providers.failure(Providers.gemini(provider.address()));
        }
    }
}
