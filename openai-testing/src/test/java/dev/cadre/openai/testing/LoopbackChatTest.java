// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cadre.json.Json;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.Money;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoopbackChatTest {
    private static final Json.Obj REQUEST = (Json.Obj) Json.parse("""
            {"model":"gpt-5.4-nano","max_completion_tokens":64,
             "messages":[{"role":"developer","content":"Be kind."},
              {"role":"user","content":[{"type":"text","text":"How are you?"}]}]}""");

    private static final LoopbackOpenAi server = LoopbackOpenAi.start();
    private static final LoopbackCaller caller = new LoopbackCaller(server);

    @AfterAll
    static void stop() {
        caller.close();
        server.close();
    }

    @BeforeEach
    void reset() {
        server.reset();
    }

    private static Json.Obj reply(LoopbackReply scripted) throws Exception {
        server.onAny().replies(scripted);
        return LoopbackCaller.json(caller.post("/chat/completions", REQUEST));
    }

    @Test
    void reply_toRuleOnNeutralAccessors_isWordedAsACompletion() throws Exception {
        server.on(request -> request.instructions().equals("Be kind.")
                        && request.inputText().equals("How are you?")
                        && request.maxOutputTokens() == 64)
                .replies(LoopbackReply.text("Fi", "ne."));

        Json.Obj reply = LoopbackCaller.json(caller.post("/chat/completions", REQUEST));

        assertThat(reply.string("object")).isEqualTo("chat.completion");
        assertThat(reply.items("choices")).containsExactly(Json.parse("""
                {"index":0,"message":{"role":"assistant","content":"Fine.","refusal":null,"annotations":[]},
                 "logprobs":null,"finish_reason":"stop"}"""));
        assertThat(reply.longValue("usage", "total_tokens")).isEqualTo(8);
        assertThat(server.charges())
                .containsExactly(new LoopbackCharge("gpt-5.4-nano", ServiceTier.STANDARD, TokenUsage.of(6, 2)));
    }

    @Test
    void reply_ofEachKind_namesItsFinish() throws Exception {
        assertThat(finish(reply(LoopbackReply.truncated("{")))).isEqualTo("length");
        server.reset();
        assertThat(finish(reply(LoopbackReply.filtered("{")))).isEqualTo("content_filter");
        server.reset();
        Json.Obj refusal = reply(LoopbackReply.refusal("No."));
        assertThat(finish(refusal)).isEqualTo("stop");
        assertThat(message(refusal).string("refusal")).isEqualTo("No.");
        server.reset();
        Json.Obj calls = reply(LoopbackReply.toolCalls(new ToolCall("c1", "grep", "{\"a\":1}")));
        assertThat(finish(calls)).isEqualTo("tool_calls");
        assertThat(message(calls).items("tool_calls")).containsExactly(Json.parse("""
                {"id":"c1","type":"function","function":{"name":"grep","arguments":"{\\"a\\":1}"}}"""));
        server.reset();
        server.onAny().replies(LoopbackReply.failed("server_error", "Broke."));
        assertThat(caller.post("/chat/completions", REQUEST).statusCode()).isEqualTo(500);
    }

    private static String finish(Json.Obj reply) {
        return ((Json.Obj) reply.items("choices").getFirst()).string("finish_reason");
    }

    private static Json.Obj message(Json.Obj reply) {
        return ((Json.Obj) reply.items("choices").getFirst()).object("message");
    }

    @Test
    void stream_withUsage_endsWithFinishThenUsageThenDone() throws Exception {
        server.onAny().replies(LoopbackReply.text("Fi", "ne."));

        List<Json> events = LoopbackCaller.events(caller.post(
                "/chat/completions",
                REQUEST.with("stream", true).with("stream_options", Json.obj().with("include_usage", true))));

        assertThat(events).hasSize(6);
        assertThat(events.getLast()).isEqualTo(new Json.Str("[DONE]"));
        assertThat(((Json.Obj) events.get(4)).items("choices")).isEmpty();
        assertThat(((Json.Obj) events.get(4)).longValue("usage", "completion_tokens"))
                .isEqualTo(2);
        assertThat(events.subList(0, 4).stream().map(event ->
                        ((Json.Obj) ((Json.Obj) event).items("choices").getFirst())))
                .extracting(
                        choice -> choice.object("delta").at("content").orElse(Json.Null.NULL),
                        choice -> choice.at("finish_reason").orElseThrow())
                .containsExactly(
                        tuple(new Json.Str(""), Json.Null.NULL),
                        tuple(new Json.Str("Fi"), Json.Null.NULL),
                        tuple(new Json.Str("ne."), Json.Null.NULL),
                        tuple(Json.Null.NULL, new Json.Str("stop")));
    }

    @Test
    void stream_cut_lacksItsFinish() throws Exception {
        server.onAny().replies(LoopbackReply.text("Fi", "ne.").fault(LoopbackFault.CUT_STREAM));

        String body =
                caller.post("/chat/completions", REQUEST.with("stream", true)).body();

        assertThat(body)
                .contains("ne.")
                .doesNotContain("\"finish_reason\":\"stop\"")
                .doesNotContain("[DONE]");
    }

    @Test
    void charge_inServiceTier_costsWhatTheCatalogueAsksForIt() throws Exception {
        server.onAny().replies(LoopbackReply.text("ok").usage(new TokenUsage(2_000, 1_024, 0, 100, 0)));

        caller.post("/chat/completions", REQUEST.with("service_tier", "flex"));

        // 976 x 0.10 + 1,024 x 0.01 + 100 x 0.625 dollars per million
        assertThat(server.cost(ModelCatalog.standard())).isEqualTo(Money.usd("0.00017034"));
    }

    @ParameterizedTest
    @CsvSource({"gpt-5.4-nano, 400", "gpt-5.6, 400", "o3-mini, 400", "gpt-4.1-mini, 200", "house-7b, 200"})
    void olderNameOfTheCap_isRefusedByModelsThatReason(String model, int status) throws Exception {
        server.onAny().replies(LoopbackReply.text("ok"));

        var response = caller.post(
                "/chat/completions",
                REQUEST.without("max_completion_tokens").with("model", model).with("max_tokens", 64));

        assertThat(response.statusCode()).isEqualTo(status);
        if (status == 400) {
            assertThat(LoopbackCaller.json(response)).isEqualTo(Json.parse("""
                    {"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model.\
                     Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens",\
                    "code":"unsupported_parameter"}}"""));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "model | null | Missing required parameter: 'model'.",
                "max_completion_tokens | null | 'max_completion_tokens' must be sent",
                "max_output_tokens | 64 | Unknown parameter: 'max_output_tokens'.",
                "store | true | 'store' must not be true",
                "reasoning_effort | \"much\" | Invalid 'reasoning_effort'.",
                "service_tier | \"cheap\" | Invalid 'service_tier'.",
                "stream_options | {} | 'stream_options' is only allowed when 'stream' is enabled.",
                "messages | [] | Missing required parameter: 'messages'.",
                "messages | [{\"role\":\"bot\"}] | Invalid value: 'messages[].role': 'bot'.",
                "messages | [{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"x\"}]"
                        + " | Invalid parameter: messages with role 'tool' must be a response to a preceding message"
                        + " with 'tool_calls'.",
                "messages | [{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c1\"}]},{\"role\":\"user\",\"content\":\"x\"}]"
                        + " | An assistant message with 'tool_calls' must be followed by tool messages responding to each"
                        + " 'tool_call_id'. Missing: c1",
                "tools | [{\"type\":\"function\",\"name\":\"f\"}] | Missing required parameter: 'tools[].function'.",
                "tools | [{\"type\":\"function\",\"function\":{\"name\":\"f\"}}] | 'tools[].function.strict' must be true",
                "response_format | {\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a b\"}}"
                        + " | Invalid 'response_format.json_schema.name'.",
                "response_format | {\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\"}}"
                        + " | 'response_format.json_schema.strict' must be true",
                "response_format | {\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"strict\":true,\"schema\":[]}}"
                        + " | Invalid schema for response_format 'a': schema must be an object"
            })
    void request_withDefect_isRefusedByName(String field, String json, String defect) throws Exception {
        var response = caller.post("/chat/completions", REQUEST.with(field, Json.parse(json)));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(LoopbackCaller.message(response)).isEqualTo(defect);
        assertThat(server.charges()).isEmpty();
    }
}
