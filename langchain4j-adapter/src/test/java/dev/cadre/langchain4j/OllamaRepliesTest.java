// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.langchain4j.LoopbackProvider.Reply;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.TokenUsage;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ollama's own replies, read by LangChain4j's model and this adapter. */
class OllamaRepliesTest {
    private static final String THOUGHT = """
            {"model":"qwen3","message":{"role":"assistant","content":"In Pool.","thinking":"hm"},
             "done":true,"done_reason":"%s","prompt_eval_count":10,"eval_count":7}""";

    @Test
    void thinking_isNoText_andTheCapTruncates() throws Exception {
        ModelReply reply = whole(THOUGHT.formatted("stop"));

        assertThat(reply.text()).isEqualTo("In Pool.");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 7));
        assertThat(whole(THOUGHT.formatted("length")).finish()).isEqualTo(Finish.TRUNCATED);
    }

    @Test
    void stream_isOneReply() throws Exception {
        String lines = """
                {"model":"qwen3","message":{"role":"assistant","content":"In "},"done":false}
                {"model":"qwen3","message":{"role":"assistant","content":"Pool."},"done":false}
                {"model":"qwen3","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",\
                "prompt_eval_count":10,"eval_count":7}
                """;
        try (var provider = LoopbackProvider.answering(request -> Reply.json(lines))) {
            var model = OllamaStreamingChatModel.builder()
                    .baseUrl(provider.address())
                    .modelName("qwen3")
                    .build();

            ModelReply reply = Providers.call(LangChain4jClient.of(model));

            assertThat(reply.text()).isEqualTo("In Pool.");
            assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 7));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "the input length exceeds the context length",
                "request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it"
            })
    void tooManyTokens_areAContextTooLong(String message) throws Exception {
        try (var provider = LoopbackProvider.answering(request -> Reply.json(400, "{\"error\":\"" + message + "\"}"))) {
            assertThat(Providers.failure(client(provider))).isInstanceOf(ModelException.ContextTooLong.class);
        }
    }

    @Test
    void modelThatIsNotPulled_isUnknown() throws Exception {
        try (var provider =
                LoopbackProvider.answering(request -> Reply.json(404, "{\"error\":\"model 'qwen3' not found\"}"))) {
            assertThat(Providers.failure(client(provider))).isInstanceOf(ModelException.UnknownModel.class);
        }
    }

    private static ModelReply whole(String body) throws Exception {
        try (var provider = LoopbackProvider.answering(request -> Reply.json(body))) {
            return Providers.call(client(provider));
        }
    }

    private static LangChain4jClient client(LoopbackProvider provider) {
        return LangChain4jClient.of(OllamaChatModel.builder()
                .baseUrl(provider.address())
                .modelName("qwen3")
                .maxRetries(0)
                .build());
    }
}
