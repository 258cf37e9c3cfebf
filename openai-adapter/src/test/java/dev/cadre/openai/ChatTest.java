// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import dev.cadre.model.CallContext;
import dev.cadre.model.ComputerTool;
import dev.cadre.model.Effort;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelException.MalformedReply;
import dev.cadre.model.ModelException.ServerFailed;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.Sampling;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.model.Verbosity;
import dev.cadre.openai.testing.LoopbackFault;
import dev.cadre.openai.testing.LoopbackReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chat Completions, for servers without the Responses API. */
class ChatTest extends LoopbackTest {
    private static final String SCHEMA = """
            {"type":"object","properties":{"why":{"type":"string"}},"required":["why"],"additionalProperties":false}""";

    private static OpenAiClient chat;

    @BeforeAll
    static void startChat() {
        chat = OpenAiClient.builder(KEY)
                .baseUrl(server.baseUrl())
                .chatCompletions()
                .build();
    }

    @AfterAll
    static void stopChat() {
        chat.close();
    }

    @Test
    void request_plain_sendsWhatEveryServerKnows() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine."));

        chat.call(REQUEST.withOptions(REQUEST.options().withCacheKey("k")), plain());

        assertThat(server.requests().getLast().path()).isEqualTo("/v1/chat/completions");
        assertThat(sent()).isEqualTo(Json.parse("""
                {"model":"gpt-5.4-nano","messages":[{"role":"system","content":"Answer."},
                 {"role":"user","content":"How are you?"}],"max_completion_tokens":64}"""));
    }

    @Test
    void request_forOlderServers_namesTheCapTheirWay() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine."));
        try (var older = OpenAiClient.builder(KEY)
                .baseUrl(server.baseUrl())
                .chatCompletionsWithMaxTokens()
                .build()) {
            older.call(REQUEST.withModel("house-7b"), plain());
        }

        assertThat(server.requests().getLast().body())
                .contains("\"max_tokens\":64")
                .doesNotContain("max_completion_tokens");
    }

    @Test
    void request_withEverything_isTaken() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("{\"why\":\"x\"}"));
        var photo = Attachment.Image.of("image/png", new byte[] {1});

        chat.call(
                REQUEST.withTurns(List.of(new Turn.User("Look.", List.of(photo))))
                        .withOutput(new OutputFormat.JsonSchema("verdict", SCHEMA))
                        .withTools(List.of(new ToolSpec("grep", "Finds.", SCHEMA)))
                        .withEffort(Effort.LOW)
                        .withServiceTier(ServiceTier.FLEX)
                        .withOptions(
                                REQUEST.options().withVerbosity(Verbosity.LOW).withSafetyIdentifier("user-7")),
                plain());

        assertThat(server.requests().getLast().body())
                .contains(
                        "\"url\":\"data:image/png;base64,AQ==\"",
                        "\"response_format\":{\"json_schema\":{\"name\":\"verdict\",\"schema\":" + SCHEMA
                                + ",\"strict\":true}",
                        "\"reasoning_effort\":\"low\"",
                        "\"service_tier\":\"flex\"",
                        "\"verbosity\":\"low\"",
                        "\"safety_identifier\":\"user-7\"");
    }

    @Test
    void sampling_isSentAsItStands() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine."));

        chat.call(
                REQUEST.withOptions(
                        REQUEST.options().withSampling(Sampling.ofTemperature(0).withTopP(0.5))),
                plain());

        assertThat(server.requests().getLast().body()).contains("\"temperature\":0.0", "\"top_p\":0.5");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void toolCalls_ofOneTurn_areAnsweredInTheNext(boolean streamed) throws InterruptedException {
        var cats = new ToolCall("call_1", "grep", "{\"why\":\"cats\"}");
        var dogs = new ToolCall("call_2", "grep", "{\"why\":\"dogs\"}");
        server.on(request -> request.toolOutputs().isEmpty()).replies(LoopbackReply.toolCalls(cats, dogs));
        server.onAny().replies(LoopbackReply.text("Both."));
        ModelRequest first = REQUEST.withTools(List.of(new ToolSpec("grep", "Finds.", SCHEMA)));
        CallContext context = streamed ? streamed(piece -> {}) : plain();

        ModelReply asked = chat.call(first, context);
        ModelReply answered = chat.call(
                first.withTurns(List.of(
                        first.turns().getFirst(),
                        Turn.Assistant.of(asked),
                        new Turn.ToolResult("call_1", "3 cats"),
                        new Turn.ToolResult("call_2", "no dogs"))),
                context);

        assertThat(asked.finish()).isEqualTo(Finish.TOOL_CALLS);
        assertThat(asked.toolCalls()).containsExactly(cats, dogs);
        assertThat(answered.text()).isEqualTo("Both.");
        assertThat(server.requests().getLast().toolOutputs()).containsExactly("3 cats", "no dogs");
    }

    /** As Ollama counted, and before that did not count. */
    @ParameterizedTest
    @ValueSource(strings = {"\"index\":0,", ""})
    void toolCalls_streamedUnderOneIndex_areKeptApart(String index) throws InterruptedException {
        server.onAny().replies(LoopbackReply.raw(200, "text/event-stream", """
                        data: {"choices":[{"delta":{"tool_calls":[{%1$s"id":"a","function":{"name":"grep","arguments":"{"}}]}}]}

                        data: {"choices":[{"delta":{"tool_calls":[{%1$s"function":{"arguments":"}"}}]}}]}

                        data: {"choices":[{"delta":{"tool_calls":[{%1$s"id":"b","function":{"name":"find","arguments":"{}"}}]}}]}

                        data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}

                        data: [DONE]

                        """.formatted(index)));

        assertThat(chat.call(REQUEST, streamed(piece -> {})).toolCalls())
                .containsExactly(new ToolCall("a", "grep", "{}"), new ToolCall("b", "find", "{}"));
    }

    /** A project there may be set to a tier at twice the price, which a request that says nothing gets. */
    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com/v1, true",
        "https://EU.api.OpenAI.com/v1, true",
        "https://openai.com.example.org/v1, false",
        "https://notopenai.com/v1, false",
        "http://localhost:11434/v1, false"
    })
    void ordinaryServiceTier_isNamedToTheProviderItself(String baseUrl, boolean named) {
        var writer = new ChatWriter(
                new AttachmentWriter(Set.of()), Dialect.of(Api.CHAT_COMPLETIONS), BaseUrl.parse("base URL", baseUrl));

        assertThat(writer.write(REQUEST)._body().serviceTier().map(tier -> tier.asString()))
                .isEqualTo(named ? Optional.of("default") : Optional.empty());
    }

    /** GPT-5.5 and later reason if nothing is said, and 5.6 takes no tools then. */
    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com/v1, gpt-5.6, none",
        "https://api.openai.com/v1, gpt-5.5-2026-10-01, none",
        "https://api.openai.com/v1, gpt-6-luna, none",
        "https://api.openai.com/v1, gpt-6.1-sol, none",
        "https://api.openai.com/v1, gpt-5.4-nano,",
        "https://api.openai.com/v1, gpt-5.55x,",
        "https://api.openai.com/v1, gpt-5,",
        "https://api.openai.com/v1, gpt-4.6,",
        "http://localhost:11434/v1, gpt-5.6,"
    })
    void noEffort_isSaidAtTheProvider_whereSilenceMeansSome(String baseUrl, String model, @Nullable String effort) {
        var writer = new ChatWriter(
                new AttachmentWriter(Set.of()), Dialect.of(Api.CHAT_COMPLETIONS), BaseUrl.parse("base URL", baseUrl));

        assertThat(writer.write(REQUEST.withModel(model))
                        ._body()
                        .reasoningEffort()
                        .map(said -> said.asString()))
                .isEqualTo(Optional.ofNullable(effort));
        assertThat(writer.write(REQUEST.withModel(model).withEffort(Effort.MINIMAL))
                        ._body()
                        .reasoningEffort()
                        .map(said -> said.asString()))
                .contains("minimal");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void end_ofEveryKind_isTold(boolean streamed) throws InterruptedException {
        assertThat(finish(LoopbackReply.text("Fine."), streamed)).isEqualTo(Finish.COMPLETE);
        assertThat(finish(LoopbackReply.truncated("Fi"), streamed)).isEqualTo(Finish.TRUNCATED);
        assertThat(finish(LoopbackReply.filtered("Fi"), streamed)).isEqualTo(Finish.FILTERED);
        assertThat(finish(LoopbackReply.refusal("No."), streamed)).isEqualTo(Finish.REFUSED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void usage_withDetails_isRead(boolean streamed) throws InterruptedException {
        var usage = new TokenUsage(1_000, 640, 0, 50, 30);
        server.onAny().replies(LoopbackReply.text("x").usage(usage).field("service_tier", "\"flex\""));

        ModelReply reply = chat.call(REQUEST, streamed ? streamed(piece -> {}) : plain());

        assertThat(reply.usage()).isEqualTo(usage);
        assertThat(reply.serviceTier()).isEqualTo(ServiceTier.FLEX);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"prompt_tokens\":10,\"completion_tokens\":3} | true",
                "{\"prompt_tokens\":10,\"completion_tokens\":3,\"total_tokens\":13,\"prompt_tokens_details\":null} | true",
                "{\"prompt_tokens\":0,\"completion_tokens\":3} | false",
                "{\"prompt_tokens\":10,\"completion_tokens\":-3} | false",
                "{\"prompt_tokens\":\"10\",\"completion_tokens\":3} | true",
                "{\"prompt_tokens\":\"ten\",\"completion_tokens\":3} | false",
                "{\"prompt_tokens\":10,\"completion_tokens\":3,\"prompt_tokens_details\":{\"audio_tokens\":0}} | true",
                "{\"prompt_tokens\":10,\"completion_tokens\":3,\"prompt_tokens_details\":{\"audio_tokens\":4}} | false",
                "{\"prompt_tokens\":10,\"completion_tokens\":3,\"completion_tokens_details\":{\"audio_tokens\":1}} | false",
                "{\"prompt_tokens\":1e20,\"completion_tokens\":3} | false",
                "{} | false",
                "null | false"
            })
    void usage_isBelievedOnlyIfItCanBe(String json, boolean believed) throws InterruptedException {
        server.onAny().replies(LoopbackReply.raw(200, "application/json", """
                        {"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":%s}""".formatted(json)));

        assertThat(chat.call(REQUEST, plain()).usage()).isEqualTo(believed ? TokenUsage.of(10, 3) : null);
    }

    @Test
    void stream_isHeardPieceByPiece() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine, ", "thank ", "you."));
        var pieces = new ArrayList<String>();

        assertThat(chat.call(REQUEST, streamed(pieces::add)).text()).isEqualTo("Fine, thank you.");

        assertThat(pieces).containsExactly("Fine, ", "thank ", "you.");
        assertThat(server.requests().getLast().body()).contains("\"stream_options\":{\"include_usage\":true}");
    }

    @Test
    void stream_thatEndsEarly_isNoReply() {
        server.onAny().replies(LoopbackReply.text("Fi", "ne.").fault(LoopbackFault.CUT_STREAM));

        assertThatThrownBy(() -> chat.call(REQUEST, streamed(piece -> {})))
                .isInstanceOf(MalformedReply.class)
                .hasMessageContaining("the stream ended without saying why the model stopped");
    }

    @Test
    void stream_withAnError_fails() {
        server.onAny().replies(LoopbackReply.failed("server_error", "Oops."));

        assertThatThrownBy(() -> chat.call(REQUEST, streamed(piece -> {}))).isInstanceOf(ServerFailed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "{\"choices\":[]}",
                "{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"bored\"}]}",
                "{\"choices\":[{\"message\":{\"content\":null}}]}"
            })
    void reply_withoutItsParts_isMalformed(String body) {
        server.onAny().replies(LoopbackReply.raw(200, "application/json", body));

        assertThatThrownBy(() -> chat.call(REQUEST, plain())).isInstanceOf(MalformedReply.class);
    }

    @Test
    void reply_ofMoreValuesThanAnyHolds_isMalformed() {
        String many = "{\"zz\":[%s0]}".formatted("0,".repeat(250_000));

        assertTooMany(plain(), LoopbackReply.raw(200, "application/json", many));
        assertTooMany(streamed(text -> {}), LoopbackReply.raw(200, "application/json", many));
        assertTooMany(streamed(text -> {}), LoopbackReply.raw(200, "text/event-stream", "data: " + many + "\n\n"));
    }

    private static void assertTooMany(CallContext context, LoopbackReply reply) {
        server.reset();
        server.onAny().replies(reply);

        assertThatThrownBy(() -> chat.call(REQUEST, context))
                .isInstanceOf(MalformedReply.class)
                .hasMessageContaining("maximum allowed (250000)");
    }

    @Test
    void whatChatCannotSay_isRefusedUnsent() {
        var searching =
                REQUEST.withOptions(REQUEST.options().withProviderTools(List.of(new ProviderTool.WebSearch()), 1));
        var shown = REQUEST.withTurns(List.of(
                new Turn.ToolResult("c", "text", List.of(Attachment.Image.of("image/png", new byte[] {1})))));

        assertThatThrownBy(() -> chat.call(searching, plain()))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("has no tools that run at the provider");
        assertThatThrownBy(() -> chat.call(shown, plain())).isInstanceOf(InvalidRequest.class);
        assertThatThrownBy(() -> chat.call(REQUEST.withTools(List.of(ComputerTool.SPEC)), plain()))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("cannot operate a screen");
        assertThat(server.requests()).isEmpty();
    }

    private static Finish finish(LoopbackReply scripted, boolean streamed) throws InterruptedException {
        server.reset();
        server.onAny().replies(scripted);
        return chat.call(REQUEST, streamed ? streamed(piece -> {}) : plain()).finish();
    }

    private static Json sent() {
        return Json.parse(server.requests().getLast().body());
    }
}
