// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.cadre.json.Json;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * What the loopback server says, held against the provider's own description of its API. Runs where the property
 * {@code cadre.openapi} names the folder with that description.
 */
class LoopbackConformanceTest {
    private static final String SPEC = "https://openapi.example/description";
    private static final Json.Obj RESPONSES = (Json.Obj) Json.parse("""
            {"model":"gpt-5.4-nano","input":"How are you?","instructions":"Be kind.","max_output_tokens":64,"store":false,
             "reasoning":{"effort":"none"},"service_tier":"default"}""");
    private static final Json.Obj CHAT = (Json.Obj) Json.parse("""
            {"model":"gpt-5.4-nano","max_completion_tokens":64,"messages":[{"role":"user","content":"How are you?"}]}""");

    private static final LoopbackOpenAi server = LoopbackOpenAi.start();
    private static final LoopbackCaller caller = new LoopbackCaller(server);
    private static SchemaRegistry description;

    @BeforeAll
    static void read() throws IOException {
        String folder = System.getProperty("cadre.openapi", "");
        if (folder.isEmpty()) {
            System.out.println("skipped: replies against the API's description, -Dcadre.openapi=FOLDER is not given");
        }
        assumeTrue(!folder.isEmpty());
        var options = new LoaderOptions();
        options.setCodePointLimit(50_000_000);
        JsonNode document = new ObjectMapper(
                        YAMLFactory.builder().loaderOptions(options).build())
                .readTree(Files.newBufferedReader(Path.of(folder, "openapi.yaml")));
        description = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemas(Map.of(SPEC, withNulls(document).toString())));
    }

    @AfterAll
    static void stop() {
        caller.close();
        server.close();
    }

    @BeforeEach
    void reset() {
        server.reset();
    }

    /** The description says {@code nullable} in places, which newer validators do not know. */
    private static JsonNode withNulls(JsonNode node) {
        if (node instanceof ObjectNode schema && schema.path("nullable").asBoolean()) {
            if (schema.get("type") instanceof TextNode type) {
                schema.putArray("type").add(type.asText()).add("null");
            }
            if (schema.get("enum") instanceof ArrayNode words) {
                words.addNull();
            }
        }
        node.forEach(LoopbackConformanceTest::withNulls);
        return node;
    }

    /** Where nothing is used yet the description's own examples say null, against its schema. */
    private static Json withoutUnused(Json json) {
        return switch (json) {
            case Json.Arr(List<Json> items) ->
                new Json.Arr(items.stream()
                        .map(LoopbackConformanceTest::withoutUnused)
                        .toList());
            case Json.Obj object -> {
                Json.Obj copy = object;
                for (var field : object.fields().entrySet()) {
                    copy = field.getKey().equals("usage") && field.getValue() == Json.Null.NULL
                            ? copy.without("usage")
                            : copy.with(field.getKey(), withoutUnused(field.getValue()));
                }
                yield copy;
            }
            default -> json;
        };
    }

    private static Schema schema(String name) {
        return description.getSchema(SchemaLocation.of(SPEC + "#/components/schemas/" + name));
    }

    private static void assertFits(String name, String json) {
        assertThat(schema(name).validate(withoutUnused(Json.parse(json)).write(), InputFormat.JSON))
                .as("%s of %s", json, name)
                .isEmpty();
    }

    static Stream<LoopbackReply> replies() {
        return Stream.of(
                LoopbackReply.text("Fi", "ne."),
                LoopbackReply.text("{\"a\":\"b\"}").usage(new TokenUsage(2_000, 1_024, 0, 100, 60)),
                LoopbackReply.truncated("{\"a\":"),
                LoopbackReply.filtered("So"),
                LoopbackReply.refusal("No."),
                LoopbackReply.toolCalls(new ToolCall("c1", "grep", "{\"a\":\"b\"}"), new ToolCall("c2", "grep", "{}"))
                        .reasoning("abc"));
    }

    @ParameterizedTest
    @MethodSource("replies")
    void responses_plainAndStreamed_fit(LoopbackReply reply) throws Exception {
        server.onAny().replies(reply);

        assertFits("Response", caller.post("/responses", RESPONSES).body());
        for (Json event : LoopbackCaller.events(caller.post("/responses", RESPONSES.with("stream", true)))) {
            assertFits("ResponseStreamEvent", event.write());
        }
    }

    @Test
    void response_thatFailed_fits() throws Exception {
        server.onAny().replies(LoopbackReply.failed("server_error", "Broke."));

        assertFits("Response", caller.post("/responses", RESPONSES).body());
    }

    @ParameterizedTest
    @MethodSource("replies")
    void completions_plainAndStreamed_fit(LoopbackReply reply) throws Exception {
        server.onAny().replies(reply);

        assertFits(
                "CreateChatCompletionResponse",
                caller.post("/chat/completions", CHAT).body());
        List<Json> events = LoopbackCaller.events(caller.post(
                "/chat/completions",
                CHAT.with("stream", true).with("stream_options", Json.obj().with("include_usage", true))));
        assertThat(events.getLast()).isEqualTo(new Json.Str("[DONE]"));
        for (Json event : events.subList(0, events.size() - 1)) {
            assertFits("CreateChatCompletionStreamResponse", event.write());
        }
    }

    @Test
    void errorsModelsAndTokenCounts_fit() throws Exception {
        assertFits("ErrorResponse", caller.post("/responses", Json.obj()).body());
        assertFits("ErrorResponse", caller.get("/nowhere").body());
        assertFits("ListModelsResponse", caller.get("/models").body());
        assertFits("Model", caller.get("/models/gpt-5.4-nano").body());
        assertFits("Model", caller.get("/models/gpt-5.4").body());
        assertFits(
                "TokenCountsResource",
                caller.post(
                                "/responses/input_tokens",
                                Json.obj().with("model", "gpt-5.4-nano").with("input", "x"))
                        .body());
    }

    @Test
    void filesAndBatches_inEachState_fit() throws Exception {
        server.onAny().replies(LoopbackReply.text("ok"));
        server.onBatch(batch -> batch.number() == 2).expiresAfter(1);
        server.onBatch(batch -> batch.number() == 3).isRejected("bad_thing", "No.");
        String uploaded = upload().body();
        assertFits("OpenAIFile", uploaded);
        String file = ((Json.Obj) Json.parse(uploaded)).string("id");
        for (int number = 1; number <= 4; number++) {
            assertFits("Batch", caller.post("/batches", order(file)).body());
            if (number == 4) {
                assertFits(
                        "Batch",
                        caller.post("/batches/batch_4/cancel", Json.obj()).body());
            }
            for (int state = 0; state < 3; state++) {
                assertFits("Batch", caller.get("/batches/batch_" + number).body());
            }
        }
        assertThat(server.batches())
                .extracting(LoopbackBatch::status)
                .containsExactly("completed", "expired", "failed", "cancelled");
        assertFits("ListBatchesResponse", caller.get("/batches?limit=2").body());
        assertFits("ListFilesResponse", caller.get("/files").body());
        assertFits(
                "DeleteFileResponse",
                caller.send(caller.to("/files/" + file).DELETE()).body());
        String output = ((Json.Obj) Json.parse(caller.get("/batches/batch_1").body())).string("output_file_id");
        for (String line :
                caller.get("/files/" + output + "/content").body().lines().toList()) {
            assertFits(
                    "Response",
                    ((Json.Obj) Json.parse(line)).object("response", "body").write());
        }
    }

    private static Json order(String file) {
        return Json.obj()
                .with("input_file_id", file)
                .with("endpoint", "/v1/responses")
                .with("completion_window", "24h")
                .with("metadata", Json.obj().with("n", "1"));
    }

    private static HttpResponse<String> upload() throws IOException, InterruptedException {
        var lines = new StringBuilder();
        for (String customId : List.of("a", "b")) {
            lines.append(Json.obj()
                            .with("custom_id", customId)
                            .with("method", "POST")
                            .with("url", "/v1/responses")
                            .with("body", RESPONSES)
                            .write())
                    .append('\n');
        }
        String form = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.jsonl\"\r\n\r\n" + lines
                + "\r\n--b--\r\n";
        return caller.send(caller.to("/files")
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
    }

    @Test
    void reply_withAWrongWord_doesNotFit() throws Exception {
        server.onAny().replies(LoopbackReply.text("ok").field("status", "\"banana\""));
        assertThat(schema("Response")
                        .validate(caller.post("/responses", RESPONSES).body(), InputFormat.JSON))
                .isNotEmpty();

        server.reset();
        server.onAny().replies(LoopbackReply.text("ok").field("object", "\"banana\""));
        assertThat(schema("CreateChatCompletionResponse")
                        .validate(caller.post("/chat/completions", CHAT).body(), InputFormat.JSON))
                .isNotEmpty();
    }
}
