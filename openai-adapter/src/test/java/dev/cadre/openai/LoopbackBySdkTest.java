// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.MultipartField;
import com.openai.core.http.HttpResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import com.openai.models.responses.inputtokens.InputTokenCountParams;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.openai.testing.LoopbackCharge;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loopback server, driven by the provider's own client. */
class LoopbackBySdkTest {
    private static final Map<String, JsonValue> SCHEMA = Map.of(
            "type", JsonValue.from("object"),
            "properties", JsonValue.from(Map.of("a", Map.of("type", "string"))),
            "required", JsonValue.from(List.of("a")),
            "additionalProperties", JsonValue.from(false));

    private static LoopbackOpenAi server;
    private static OpenAIClient sdk;

    @BeforeAll
    static void start() {
        server = LoopbackOpenAi.start();
        sdk = OpenAIOkHttpClient.builder()
                .apiKey("sk-test")
                .baseUrl(server.baseUrl())
                .maxRetries(0)
                .build();
    }

    @AfterAll
    static void stop() {
        sdk.close();
        server.close();
    }

    @BeforeEach
    void reset() {
        server.reset();
    }

    private static ChatCompletionCreateParams.Builder chat() {
        return ChatCompletionCreateParams.builder()
                .model("gpt-5.4-nano")
                .addDeveloperMessage("Be kind.")
                .addUserMessage("How are you?")
                .maxCompletionTokens(64);
    }

    @Test
    void completion_withSchemaAndTools_isReadByTheSdk() {
        server.on(request -> request.schemaName().equals("s")).replies(LoopbackReply.text("{\"a\":\"b\"}"));

        ChatCompletion completion = sdk.chat()
                .completions()
                .create(chat().responseFormat(ResponseFormatJsonSchema.builder()
                                .jsonSchema(ResponseFormatJsonSchema.JsonSchema.builder()
                                        .name("s")
                                        .strict(true)
                                        .schema(ResponseFormatJsonSchema.JsonSchema.Schema.builder()
                                                .putAllAdditionalProperties(SCHEMA)
                                                .build())
                                        .build())
                                .build())
                        .addTool(ChatCompletionFunctionTool.builder()
                                .function(FunctionDefinition.builder()
                                        .name("grep")
                                        .strict(true)
                                        .parameters(FunctionParameters.builder()
                                                .putAllAdditionalProperties(SCHEMA)
                                                .build())
                                        .build())
                                .build())
                        .build())
                .validate();

        assertThat(completion.choices().getFirst().message().content()).contains("{\"a\":\"b\"}");
        assertThat(completion.usage().orElseThrow().totalTokens())
                .isEqualTo(server.billed().get("gpt-5.4-nano").totalTokens());
    }

    @Test
    void completionStream_ofToolCalls_isPutTogetherByTheSdk() {
        server.onAny()
                .replies(LoopbackReply.toolCalls(
                        new ToolCall("c1", "grep", "{\"a\":\"b\"}"), new ToolCall("c2", "grep", "{\"a\":\"c\"}")));
        var accumulator = ChatCompletionAccumulator.create();

        try (var stream = sdk.chat()
                .completions()
                .createStreaming(chat().streamOptions(ChatCompletionStreamOptions.builder()
                                .includeUsage(true)
                                .build())
                        .build())) {
            stream.stream().forEach(accumulator::accumulate);
        }

        ChatCompletion completion = accumulator.chatCompletion();
        assertThat(completion.choices().getFirst().message().toolCalls().orElseThrow())
                .extracting(call -> call.asFunction().function().arguments())
                .containsExactly("{\"a\":\"b\"}", "{\"a\":\"c\"}");
        assertThat(completion.usage()).isPresent();
    }

    @Test
    void completionStream_ofRefusal_isPutTogetherByTheSdk() {
        server.onAny().replies(LoopbackReply.refusal("No."));
        var accumulator = ChatCompletionAccumulator.create();

        try (var stream = sdk.chat().completions().createStreaming(chat().build())) {
            stream.stream().forEach(accumulator::accumulate);
        }

        assertThat(accumulator.chatCompletion().choices().getFirst().message().refusal())
                .contains("No.");
    }

    @Test
    void modelsAndInputTokens_areReadByTheSdk() {
        assertThat(sdk.models().list().data())
                .filteredOn(model -> model.validate().shutdownDate().isPresent())
                .singleElement()
                .satisfies(model -> {
                    assertThat(model.id()).isEqualTo("gpt-5.4-nano");
                    assertThat(model.shutdownDate()).contains(LocalDate.of(2027, 4, 1));
                });
        assertThat(sdk.responses()
                        .inputTokens()
                        .count(InputTokenCountParams.builder()
                                .model("gpt-5.4-nano")
                                .input("x".repeat(400))
                                .build())
                        .validate()
                        .inputTokens())
                .isEqualTo(101);
    }

    @Test
    void batch_fromUploadToBothFiles_isDrivenByTheSdk() throws Exception {
        server.on(request -> request.inputText().equals("bad"))
                .replies(LoopbackReply.error(500, "server_error", "", "Broke."));
        server.onAny().replies(LoopbackReply.text("ok"));
        FileObject file = sdk.files()
                .create(FileCreateParams.builder()
                        .purpose(FilePurpose.BATCH)
                        .file(MultipartField.<InputStream>builder()
                                .value(new ByteArrayInputStream(
                                        (line("a", "good") + line("b", "bad")).getBytes(StandardCharsets.UTF_8)))
                                .filename("x.jsonl")
                                .build())
                        .build())
                .validate();

        Batch batch = sdk.batches()
                .create(BatchCreateParams.builder()
                        .inputFileId(file.id())
                        .endpoint(BatchCreateParams.Endpoint.V1_RESPONSES)
                        .completionWindow(BatchCreateParams.CompletionWindow._24H)
                        .metadata(BatchCreateParams.Metadata.builder()
                                .putAdditionalProperty("shard", JsonValue.from("1"))
                                .build())
                        .build())
                .validate();
        while (!batch.status().equals(Batch.Status.COMPLETED)) {
            batch = sdk.batches().retrieve(batch.id()).validate();
        }

        assertThat(batch.requestCounts().orElseThrow().completed()).isEqualTo(1);
        assertThat(batch.requestCounts().orElseThrow().failed()).isEqualTo(1);
        assertThat(content(batch.outputFileId().orElseThrow()))
                .contains("\"custom_id\":\"a\"", "\"status_code\":200", "\"text\":\"ok\"");
        assertThat(content(batch.errorFileId().orElseThrow())).contains("\"custom_id\":\"b\"", "\"status_code\":500");
        assertThat(sdk.batches().list().autoPager())
                .extracting(listed -> listed.metadata().orElseThrow()._allProperties())
                .containsExactly(Map.of("shard", JsonValue.from("1")));
        assertThat(server.charges())
                .containsExactly(new LoopbackCharge("gpt-5.4-nano", ServiceTier.BATCH, TokenUsage.of(2, 1)));
    }

    private static String line(String customId, String input) {
        return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"/v1/responses\",\"body\":{\"model\":\"gpt-5.4-nano\","
                        .formatted(customId)
                + "\"input\":\"%s\",\"max_output_tokens\":64,\"store\":false,\"reasoning\":{\"effort\":\"none\"}}}\n"
                        .formatted(input);
    }

    private static String content(String fileId) throws IOException {
        try (HttpResponse response = sdk.files().content(fileId)) {
            return new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
