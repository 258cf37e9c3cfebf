// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.json.Json;
import dev.cadre.model.Effort;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.schema.JsonType;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiClientTest extends LoopbackTest {
    private static final String ANY_OBJECT = """
            {"type":"object","properties":{"why":{"type":"string"},"answer":{"type":"string"}},\
            "required":["why","answer"],"additionalProperties":false}""";
    private static final ToolSpec GREP = new ToolSpec("grep", "Finds text.", ANY_OBJECT);

    @Test
    void request_plain_sendsCapEffortTierAndNoStoring() throws InterruptedException {
        replyTo(LoopbackReply.text("Fine."));

        assertThat(Json.parse(sent().body())).isEqualTo(Json.parse("""
                                {"model":"gpt-5.4-nano","instructions":"Answer.",
                                 "input":[{"type":"message","role":"user","content":"How are you?"}],"max_output_tokens":64,
                                 "reasoning":{"effort":"none"},"service_tier":"default","store":false}"""));
        assertThat(sent().headers()).doesNotContainKey("x-stainless-lang").containsEntry("user-agent", "cadre");
    }

    @Test
    void request_withSchema_sendsItStrictInItsOrder() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("{}"));

        client.call(REQUEST.withOutput(new OutputFormat.JsonSchema("verdict", ANY_OBJECT)), plain());

        assertThat(sent().schemaName()).isEqualTo("verdict");
        assertThat(sent().body()).contains("\"strict\":true").contains("\"schema\":" + ANY_OBJECT);
    }

    @Test
    void request_withBlankInstructions_omitsThem() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine."));

        client.call(ModelRequest.of(MODEL, " ", "How are you?", 64), plain());

        assertThat(sent().body()).doesNotContain("instructions");
    }

    @Test
    void request_withBrokenSchema_isRefusedUnsent() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.call(REQUEST.withOutput(new OutputFormat.JsonSchema("v", "[1")), plain()))
                .withMessage("the output schema 'v' is not a JSON object");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void request_ofBatchTier_isRefusedUnsent() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.call(REQUEST.withServiceTier(ServiceTier.BATCH), plain()))
                .withMessage("a single call cannot ask for the service tier BATCH");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void toolCalls_ofOneTurn_areAnsweredInTheNext() throws InterruptedException {
        var cats = new ToolCall("call_1", "grep", "{\"why\":\"w\",\"answer\":\"cats\"}");
        var dogs = new ToolCall("call_2", "grep", "{not json");
        server.on(request -> request.toolOutputs().isEmpty()).replies(LoopbackReply.toolCalls(cats, dogs));
        server.onAny().replies(LoopbackReply.text("Both."));
        ModelRequest first = REQUEST.withTools(List.of(GREP));

        ModelReply asked = client.call(first, plain());
        ModelReply answered = client.call(
                first.withTurns(List.of(
                        first.turns().getFirst(),
                        Turn.Assistant.of(asked),
                        new Turn.ToolResult("call_1", "3 cats"),
                        new Turn.ToolResult("call_2", "not valid JSON"))),
                plain());

        assertThat(asked.finish()).isEqualTo(Finish.TOOL_CALLS);
        assertThat(asked.toolCalls()).containsExactly(cats, dogs);
        assertThat(asked.providerState()).isEmpty();
        assertThat(answered.text()).isEqualTo("Both.");
        assertThat(sent().toolOutputs()).containsExactly("3 cats", "not valid JSON");
        assertThat(sent().body()).contains("\"strict\":true", "Finds text.");
    }

    @Test
    void reasoning_ofOneTurn_travelsWithTheNext() throws InterruptedException {
        var call = new ToolCall("call_1", "grep", "{}");
        server.on(request -> request.toolOutputs().isEmpty())
                .replies(LoopbackReply.toolCalls(call).reasoning("c2VjcmV0"));
        server.onAny().replies(LoopbackReply.text("Done."));
        ModelRequest first = REQUEST.withTools(List.of(GREP)).withEffort(Effort.LOW);

        ModelReply asked = client.call(first, plain());
        client.call(
                first.withTurns(List.of(
                        first.turns().getFirst(), Turn.Assistant.of(asked), new Turn.ToolResult("call_1", "3 cats"))),
                plain());

        assertThat(server.requests().getFirst().body())
                .contains("\"include\":[\"reasoning.encrypted_content\"]", "\"effort\":\"low\"");
        assertThat(Json.parse(sent().body()))
                .extracting(body -> ((Json.Obj) body).items("input").subList(1, 4))
                .isEqualTo(List.of(
                        Json.parse(
                                "{\"id\":\"rs_1\",\"summary\":[],\"type\":\"reasoning\",\"encrypted_content\":\"c2VjcmV0\"}"),
                        Json.parse(
                                "{\"arguments\":\"{}\",\"call_id\":\"call_1\",\"name\":\"grep\",\"type\":\"function_call\",\"id\":\"fc_call_1\",\"status\":\"completed\"}"),
                        Json.parse(
                                "{\"call_id\":\"call_1\",\"output\":\"3 cats\",\"type\":\"function_call_output\"}")));
    }

    @Test
    void reasoning_withoutEncryptedContent_isNotSentBack() throws InterruptedException {
        ModelReply reply = replyTo(LoopbackReply.text("Done.").field("output", """
                        [{"type":"reasoning","id":"rs_1","summary":[]},
                         {"type":"message","id":"m","role":"assistant","status":"completed",
                          "content":[{"type":"output_text","text":"Done.","annotations":[]}]}]"""));

        assertThat(reply.text()).isEqualTo("Done.");
        assertThat(reply.providerState()).contains("\"m\"").doesNotContain("rs_1");
    }

    @Test
    void assistantTurn_ofAnotherClient_isSentInNeutralForm() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine."));
        var said = new Turn.Assistant("Hm.", List.of(new ToolCall("c1", "grep", "{}")), "[state of another client");

        client.call(
                REQUEST.withTurns(
                        List.of(new Turn.User("Hello"), said, new Turn.ToolResult("c1", "no"), new Turn.User("Well?"))),
                plain());

        assertThat(sent().inputText()).isEqualTo("Hello\nHm.\n\nno\nWell?".replace("\n\n", "\n"));
        assertThat(sent().body()).contains("\"role\":\"assistant\"").doesNotContain("another client");
    }

    @Test
    void reply_refused_givesTheExplanation() throws InterruptedException {
        ModelReply reply = replyTo(LoopbackReply.refusal("I will not."));

        assertThat(reply.finish()).isEqualTo(Finish.REFUSED);
        assertThat(reply.text()).isEqualTo("I will not.");
        assertThat(reply.usage()).isEqualTo(server.billed().get(MODEL));
    }

    @Test
    void reply_truncated_isNoFailure() throws InterruptedException {
        ModelReply reply = replyTo(LoopbackReply.truncated("{\"half\":"));

        assertThat(reply.finish()).isEqualTo(Finish.TRUNCATED);
        assertThat(reply.text()).isEqualTo("{\"half\":");
        assertThat(reply.usage().outputTokens()).isEqualTo(64);
    }

    @Test
    void reply_truncatedWithinReasoning_isEmpty() throws InterruptedException {
        ModelReply reply =
                replyTo(LoopbackReply.truncated("").field("output", "[{\"type\":\"reasoning\",\"id\":\"r\"}]"));

        assertThat(reply.finish()).isEqualTo(Finish.TRUNCATED);
        assertThat(reply.text()).isEmpty();
    }

    @Test
    void reply_filtered_isNoFailure() throws InterruptedException {
        assertThat(replyTo(LoopbackReply.filtered("Once")).finish()).isEqualTo(Finish.FILTERED);
    }

    @Test
    void reply_failedByPolicy_isFilteredWithItsUsage() throws InterruptedException {
        ModelReply reply = replyTo(LoopbackReply.failed("bio_policy", "No.").usage(TokenUsage.of(9, 0)));

        assertThat(reply.finish()).isEqualTo(Finish.FILTERED);
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(9, 0));
    }

    @Test
    void reply_withUnknownItems_keepsTheRest() throws InterruptedException {
        ModelReply reply = replyTo(LoopbackReply.text("x").field("output", """
                        [{"type":"telepathy","id":"t"},
                         {"type":"message","id":"m","role":"assistant","status":"completed","content":
                          [{"type":"hologram"},{"type":"output_text","text":"Fine.","annotations":[]}]}]"""));

        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
    }

    @Test
    void reply_withCommentary_isTheFinalAnswerAlone() throws InterruptedException {
        ModelReply reply = replyTo(LoopbackReply.text("x").field("output", """
                        [{"type":"message","id":"a","role":"assistant","status":"completed","phase":"commentary",
                          "content":[{"type":"output_text","text":"Let me see.","annotations":[]}]},
                         {"type":"message","id":"b","role":"assistant","status":"completed","phase":"final_answer",
                          "content":[{"type":"output_text","text":"{}","annotations":[]}]}]"""));

        assertThat(reply.text()).isEqualTo("{}");
        assertThat(reply.providerState()).contains("commentary", "final_answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<think>It is 4.</think>", "<think>It is 4.", "It is 4.</think>"})
    void reply_ofThinkingAlone_whereJsonWasAsked_isAFailureWithItsBill(String text) {
        server.onAny().replies(LoopbackReply.text(text));
        ModelRequest asked = REQUEST.withOutput(
                new OutputFormat.JsonSchema("Answer", JsonType.of(Integer.class).schema()));

        assertThatThrownBy(() -> client.call(asked, plain()))
                .isInstanceOfSatisfying(
                        ModelException.ServerFailed.class,
                        failure -> assertThat(failure.billed()).isPresent())
                .hasMessageContaining("all text is in the reasoning");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[]", "null", "7"})
    void reply_thatBillsOutputAndHasNone_isAFailureWithItsBill(String output) {
        server.onAny().replies(LoopbackReply.text("x").field("output", output));

        assertThatThrownBy(() -> client.call(REQUEST, plain()))
                .isInstanceOfSatisfying(
                        ModelException.ServerFailed.class,
                        failure -> assertThat(failure.billed().map(ModelException.Billed::usage))
                                .contains(server.billed().get(MODEL)));
    }

    @ParameterizedTest
    @CsvSource({
        "default, STANDARD",
        "flex, FLEX",
        "priority, PRIORITY",
        "fast, PRIORITY",
        "auto, FLEX",
        "something new, FLEX"
    })
    void serviceTier_inReply_decides(String named, ServiceTier billed) throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("x").field("service_tier", "\"" + named + "\""));

        ModelReply reply = client.call(REQUEST.withServiceTier(ServiceTier.FLEX), plain());

        assertThat(sent().text("service_tier")).isEqualTo("flex");
        assertThat(reply.serviceTier()).isEqualTo(billed);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "\"gpt-5.4-nano-2026-03-17\", gpt-5.4-nano-2026-03-17",
                "\"gpt-5.4\", gpt-5.4",
                "\"gpt-5.5-pro\", gpt-5.5-pro",
                "\"local-model\", local-model",
                "null, gpt-5.4-nano",
                "\"\", gpt-5.4-nano",
                "7, gpt-5.4-nano"
            })
    void model_inReply_isReported(String named, String reported) throws InterruptedException {
        assertThat(replyTo(LoopbackReply.text("x").field("model", named)).model())
                .isEqualTo(reported);
    }

    @Test
    void limits_inHeaders_areReported() throws InterruptedException {
        ModelReply reply = replyTo(LoopbackReply.text("x")
                .header("x-ratelimit-limit-requests", "500")
                .header("x-ratelimit-remaining-requests", "499")
                .header("x-ratelimit-reset-requests", "120ms")
                .header("x-ratelimit-limit-tokens", "200000")
                .header("x-ratelimit-remaining-tokens", "0")
                .header("x-ratelimit-reset-tokens", "6m0s"));

        assertThat(reply.limits())
                .isEqualTo(new RateLimits(
                        new RateLimits.Window(500, 499, Duration.ofMillis(120)),
                        new RateLimits.Window(200_000, 0, Duration.ofMinutes(6))));
    }

    @Test
    void surrogatesAndNul_inText_passThrough() throws InterruptedException {
        String text = "\u0000 \ud83d\ude00 \uffff \u202e";
        server.onAny().answers(request -> LoopbackReply.text(request.inputText()));

        assertThat(client.call(ModelRequest.of(MODEL, "Echo.", text, 64), plain())
                        .text())
                .isEqualTo(text);
    }

    @Test
    void byteOrderMarkAndWrongType_ofGoodReply_areIgnored() throws InterruptedException {
        String body = "{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":"
                + "[{\"type\":\"output_text\",\"text\":\"Fine.\"}]}]}";

        assertThat(replyTo(LoopbackReply.raw(200, "text/plain", "\ufeff" + body))
                        .text())
                .isEqualTo("Fine.");
    }

    @Test
    void call_afterClose_isRefused() throws InterruptedException {
        OpenAiClient closed =
                OpenAiClient.builder(KEY).baseUrl(server.baseUrl()).build();
        closed.close();

        assertThatIllegalStateException()
                .isThrownBy(() -> closed.call(REQUEST, plain()))
                .withMessage("this client is closed");
    }

    @Test
    void toString_ofClientAndBuilder_holdsNoKey() {
        assertThat(client).hasToString("OpenAiClient[" + server.baseUrl() + "]");
        assertThat(OpenAiClient.builder(KEY).toString()).doesNotContain(KEY);
    }

    private static LoopbackRequest sent() {
        return server.requests().getLast();
    }
}
