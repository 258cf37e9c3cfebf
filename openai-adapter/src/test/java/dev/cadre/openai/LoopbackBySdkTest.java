// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.responses.inputtokens.InputTokenCountParams;
import dev.cadre.model.ToolCall;
import dev.cadre.testing.LoopbackOpenAi;
import dev.cadre.testing.LoopbackReply;
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
}
