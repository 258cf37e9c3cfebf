// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.json.Json;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LoopbackOpenAiTest {
    private static final Json.Obj REQUEST = (Json.Obj) Json.parse("""
            {"model":"gpt-5.4-nano","input":"How are you?","max_output_tokens":64,"store":false,
             "reasoning":{"effort":"none"},"service_tier":"default"}""");
    private static final String STRICT = """
            {"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""";

    private static final LoopbackOpenAi server = LoopbackOpenAi.start();
    private static final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterAll
    static void stop() {
        http.close();
        server.close();
    }

    @BeforeEach
    void reset() {
        server.reset();
    }

    @Test
    void reply_toMatchingRule_isWordedAsTheProviderWordsIt() throws Exception {
        server.on(request -> request.model().equals("another")).replies(LoopbackReply.refusal("No."));
        server.on(request -> request.inputText().contains("How are")).replies(LoopbackReply.text("Fi", "ne."));

        HttpResponse<String> response = post(REQUEST);
        Json.Obj reply = (Json.Obj) Json.parse(response.body());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("x-request-id")).contains("req_1");
        assertThat(reply.string("status")).isEqualTo("completed");
        assertThat(reply.items("output")).containsExactly(Json.parse("""
                                {"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[
                                 {"type":"output_text","text":"Fine.","annotations":[],"logprobs":[]}]}"""));
        assertThat(reply.longValue("usage", "total_tokens")).isEqualTo(6);
        assertThat(server.billed()).isEqualTo(Map.of("gpt-5.4-nano", TokenUsage.of(4, 2)));
    }

    @Test
    void stream_ofText_hasTheProvidersEventsInOrder() throws Exception {
        server.onAny().replies(LoopbackReply.text("Fi", "ne."));

        List<Json.Obj> events = events(post(REQUEST.with("stream", true)).body());

        assertThat(events)
                .extracting(event -> event.string("type"))
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.completed");
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).longValue("sequence_number")).isEqualTo(i);
        }
        assertThat(events.getLast().longValue("response", "usage", "output_tokens"))
                .isEqualTo(2);
    }

    @Test
    void stream_ofToolCalls_carriesTheirArguments() throws Exception {
        server.onAny()
                .replies(LoopbackReply.toolCalls(new ToolCall("c1", "grep", "{}"))
                        .reasoning("abc"));

        List<Json.Obj> events = events(post(REQUEST.with("stream", true)).body());

        assertThat(events)
                .extracting(event -> event.string("type"))
                .containsSubsequence(
                        "response.output_item.added",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done",
                        "response.completed");
    }

    @Test
    void replies_inSequence_repeatTheLast() throws Exception {
        server.onAny()
                .replies(
                        LoopbackReply.error(429, "requests", "rate_limit_exceeded", "Wait."), LoopbackReply.text("ok"));

        assertThat(post(REQUEST).statusCode()).isEqualTo(429);
        assertThat(post(REQUEST).statusCode()).isEqualTo(200);
        assertThat(post(REQUEST).statusCode()).isEqualTo(200);
        assertThat(server.requests()).extracting(LoopbackRequest::arrival).containsExactly(1, 2, 3);
    }

    @Test
    void request_thatNoRuleMatches_isRefused() throws Exception {
        assertThat(post(REQUEST).body()).contains("no rule of the test matches this request");
    }

    @Test
    void request_withoutAServiceTier_isTaken() throws Exception {
        server.onAny().replies(LoopbackReply.text("ok"));

        assertThat(post(REQUEST.without("service_tier")).statusCode()).isEqualTo(200);
    }

    @Test
    void log_ofRequest_holdsNoKey() throws Exception {
        server.onAny().replies(LoopbackReply.text("ok"));

        post(REQUEST.with("instructions", "Be kind."));

        LoopbackRequest request = server.requests().getFirst();
        assertThat(request.instructions()).isEqualTo("Be kind.");
        assertThat(request.headers()).containsEntry("content-type", "application/json");
        assertThat(request.toString()).doesNotContain("sk-test");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "model | null | Missing required parameter: 'model'.",
                "max_output_tokens | null | Invalid 'max_output_tokens': expected a value >= 16, but got 0 instead.",
                "max_output_tokens | 15 | Invalid 'max_output_tokens': expected a value >= 16, but got 15 instead.",
                "store | true | 'store' must be false",
                "store | null | 'store' must be false",
                "max_tokens | 64 | Unknown parameter: 'max_tokens'.",
                "reasoning | {} | 'reasoning.effort' must be sent",
                "service_tier | \"cheap\" | Invalid value: 'service_tier'.",
                "input | [] | Missing required parameter: 'input'.",
                "tools | [{\"type\":\"shell\"}] | only function tools are known here",
            })
    void request_withDefect_isRefusedByName(String field, String json, String defect) throws Exception {
        assertThat(refusal(REQUEST.with(field, Json.parse(json)))).isEqualTo(defect);
        assertThat(server.billed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[{\"type\":\"function_call_output\",\"call_id\":\"c1\",\"output\":\"x\"}]"
                        + " | No tool call found for function call output with call_id c1.",
                "[{\"type\":\"function_call\",\"call_id\":\"c1\",\"name\":\"f\",\"arguments\":\"{}\"}]"
                        + " | No tool output found for function call c1.",
                "[{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[]}]"
                        + " | Item with id 'rs_1' not found. Items are not persisted when `store` is false."
            })
    void conversation_withLooseEnds_isRefused(String input, String defect) throws Exception {
        assertThat(refusal(REQUEST.with("input", Json.parse(input)))).isEqualTo(defect);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"array\"} | must be a JSON Schema of 'type: \"object\"' without 'anyOf' at its root",
                "{\"type\":\"object\",\"properties\":{}} | 'additionalProperties' is required to be supplied and to be false",
                "{\"type\":\"object\",\"properties\":{\"a\":{}},\"required\":[],\"additionalProperties\":false}"
                        + " | 'required' must include every key in properties. Missing 'a'",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"object\",\"properties\":{\"b\":{}}}},"
                        + "\"required\":[\"a\"],\"additionalProperties\":false}"
                        + " | In context=().a, 'additionalProperties' is required",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"anyOf\":[{\"type\":\"null\"},{\"allOf\":[]}]}},"
                        + "\"required\":[\"a\"],\"additionalProperties\":false} | In context=().a.anyOf, 'allOf' is not permitted",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"oneOf\":[]}}},"
                        + "\"required\":[\"a\"],\"additionalProperties\":false} | In context=().a.items, 'oneOf' is not permitted"
            })
    void schema_thatIsNotStrict_isRefused(String schema, String defect) throws Exception {
        assertThat(refusal(withSchema(schema, true))).contains(defect);
        assertThat(refusal(withTool(schema)))
                .startsWith("Invalid schema for function 'f'")
                .contains(defect);
    }

    @Test
    void schema_nestedElevenDeep_isRefused() throws Exception {
        String schema = STRICT;
        for (int i = 0; i < 10; i++) {
            schema = STRICT.strip().replace("{\"type\":\"string\"}", schema);
        }

        assertThat(refusal(withSchema(schema, true))).contains("exceeds 10 levels");
    }

    @Test
    void schema_notMarkedStrict_isRefused() throws Exception {
        assertThat(refusal(withSchema(STRICT, false))).isEqualTo("'text.format.strict' must be true");
    }

    @Test
    void schemaAndTool_thatAreStrict_areAccepted() throws Exception {
        server.onAny().replies(LoopbackReply.text("ok"));

        assertThat(post(withSchema(STRICT, true)).statusCode()).isEqualTo(200);
        assertThat(post(withTool(STRICT)).statusCode()).isEqualTo(200);
        assertThat(server.requests().getFirst().schemaName()).isEqualTo("s");
    }

    @Test
    void request_withoutKeyOrToElsewhere_isRefused() throws Exception {
        assertThat(send(HttpRequest.newBuilder(URI.create(server.baseUrl() + "/responses"))
                                .POST(HttpRequest.BodyPublishers.ofString(REQUEST.write()))
                                .build())
                        .statusCode())
                .isEqualTo(401);
        assertThat(get("/engines").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @EnumSource(
            value = LoopbackFault.class,
            names = {"CLOSE_BEFORE_REPLY", "RESET_BEFORE_REPLY", "RESET_IN_BODY", "CLOSE_IN_BODY", "NO_HTTP"})
    void reply_lost_isBilledAndNotBlamedOnTheClient(LoopbackFault fault) throws Exception {
        server.onAny().replies(LoopbackReply.truncated("x".repeat(100)).fault(fault));

        assertThat(catchThrowable(() -> post(REQUEST))).isInstanceOf(IOException.class);

        assertThat(server.billed()).isEqualTo(Map.of("gpt-5.4-nano", TokenUsage.of(4, 64)));
        assertThat(server.awaitInFlight(0)).isTrue();
        assertThat(server.clientCloses()).isZero();
    }

    @Test
    void stream_cut_endsProperlyWithoutItsLastEvent() throws Exception {
        server.onAny().replies(LoopbackReply.text("a").fault(LoopbackFault.CUT_STREAM));

        List<Json.Obj> events = events(post(REQUEST.with("stream", true)).body());

        assertThat(events.getLast().string("type")).isEqualTo("response.output_item.done");
    }

    @Test
    void client_thatHangsUp_isNoticed() throws Exception {
        server.onAny().replies(LoopbackReply.text("x").fault(LoopbackFault.STALL_BEFORE_REPLY));
        CompletableFuture<HttpResponse<String>> pending =
                http.sendAsync(request(REQUEST), HttpResponse.BodyHandlers.ofString());
        assertThat(server.awaitInFlight(1)).isTrue();

        pending.cancel(true);

        assertThat(server.awaitClientCloses(1)).isTrue();
        assertThat(server.awaitInFlight(0)).isTrue();
    }

    @Test
    void gate_holdsRepliesUntilReleased() throws Exception {
        var gate = new LoopbackGate();
        server.onAny().replies(LoopbackReply.text("x").heldBy(gate));
        CompletableFuture<HttpResponse<String>> first =
                http.sendAsync(request(REQUEST), HttpResponse.BodyHandlers.ofString());
        CompletableFuture<HttpResponse<String>> second =
                http.sendAsync(request(REQUEST), HttpResponse.BodyHandlers.ofString());
        assertThat(server.awaitInFlight(2)).isTrue();

        gate.release();
        CompletableFuture.anyOf(first, second).get(20, TimeUnit.SECONDS);
        assertThat(server.awaitInFlight(1)).isTrue();
        gate.open();

        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThat(second.get().statusCode()).isEqualTo(200);
        assertThat(server.peakInFlight()).isEqualTo(2);
    }

    @Test
    void close_withCallsInFlight_endsThem() throws Exception {
        LoopbackOpenAi other = LoopbackOpenAi.start();
        other.onAny().replies(LoopbackReply.text("x").fault(LoopbackFault.STALL_BEFORE_REPLY));
        HttpRequest request = HttpRequest.newBuilder(URI.create(other.baseUrl() + "/responses"))
                .header("Authorization", "Bearer sk-test")
                .POST(HttpRequest.BodyPublishers.ofString(REQUEST.write()))
                .build();
        var pending = http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
        assertThat(other.awaitInFlight(1)).isTrue();

        other.close();

        assertThat(catchThrowable(pending::get)).hasCauseInstanceOf(IOException.class);
        assertThat(other.inFlight()).isZero();
    }

    private static Json.Obj withSchema(String schema, boolean strict) {
        return REQUEST.with(
                "text",
                Json.obj()
                        .with(
                                "format",
                                Json.obj()
                                        .with("type", "json_schema")
                                        .with("name", "s")
                                        .with("strict", strict)
                                        .with("schema", Json.parse(schema))));
    }

    private static Json.Obj withTool(String schema) {
        return REQUEST.with(
                "tools",
                Json.arr(Json.obj()
                        .with("type", "function")
                        .with("name", "f")
                        .with("strict", true)
                        .with("parameters", Json.parse(schema))));
    }

    private static String refusal(Json.Obj body) throws Exception {
        HttpResponse<String> response = post(body);
        assertThat(response.statusCode()).isEqualTo(400);
        return ((Json.Obj) Json.parse(response.body())).string("error", "message");
    }

    private static List<Json.Obj> events(String stream) {
        return stream.lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> (Json.Obj) Json.parse(line.substring("data: ".length())))
                .toList();
    }

    private static HttpResponse<String> post(Json.Obj body) throws Exception {
        return send(request(body));
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(server.baseUrl() + path))
                .header("Authorization", "Bearer sk-test")
                .build());
    }

    private static HttpRequest request(Json.Obj body) {
        return HttpRequest.newBuilder(URI.create(server.baseUrl() + "/responses"))
                .header("Authorization", "Bearer sk-test")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.write()))
                .build();
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
