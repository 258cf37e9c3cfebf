// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiChatModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.time.Duration;

/** LangChain4j's own models at an address of a test, with the switches that the guide names. */
final class Providers {
    static final CallPurpose PURPOSE = new CallPurpose(CallPurpose.Kind.WORK, "run", "s", "note", "{}", Tier.NANO);
    static final CallContext CONTEXT = CallContext.of(PURPOSE, Duration.ofSeconds(20));

    private Providers() {}

    static LangChain4jClient openAi(String address) {
        return LangChain4jClient.of(openAiModel(address));
    }

    static OpenAiChatModel openAiModel(String address) {
        return OpenAiChatModel.builder()
                .baseUrl(address)
                .apiKey("none")
                .modelName("house-7b")
                .maxRetries(0)
                .build();
    }

    static LangChain4jClient streamingOpenAi(String address) {
        return LangChain4jClient.of(OpenAiStreamingChatModel.builder()
                .baseUrl(address)
                .apiKey("none")
                .modelName("house-7b")
                .build());
    }

    static LangChain4jClient gemini(String address) {
        return LangChain4jClient.of(GoogleAiGeminiChatModel.builder()
                .baseUrl(address)
                .apiKey("none")
                .modelName("gemini-3-flash")
                .maxRetries(0)
                .returnThinking(true)
                .sendThinking(true)
                .build());
    }

    static LangChain4jClient streamingGemini(String address) {
        return LangChain4jClient.of(GoogleAiGeminiStreamingChatModel.builder()
                .baseUrl(address)
                .apiKey("none")
                .modelName("gemini-3-flash")
                .returnThinking(true)
                .sendThinking(true)
                .build());
    }

    static LangChain4jClient claude(String address) {
        return LangChain4jClient.of(AnthropicChatModel.builder()
                .baseUrl(address)
                .apiKey("none")
                .modelName("claude-haiku-4-5")
                .maxRetries(0)
                .returnThinking(true)
                .sendThinking(true)
                .build());
    }

    static LangChain4jClient streamingClaude(String address) {
        return LangChain4jClient.of(AnthropicStreamingChatModel.builder()
                .baseUrl(address)
                .apiKey("none")
                .modelName("claude-haiku-4-5")
                .returnThinking(true)
                .sendThinking(true)
                .build());
    }

    static ModelReply call(LangChain4jClient client) throws InterruptedException {
        return client.call(request(), CONTEXT);
    }

    /** The failure of a call. */
    static ModelException failure(LangChain4jClient client) throws InterruptedException {
        try {
            throw new AssertionError("no failure, but " + call(client));
        } catch (ModelException failure) {
            return failure;
        }
    }

    static ModelRequest request() {
        return ModelRequest.of("a-model", "Be brief.", "Where?", 1_000);
    }
}
