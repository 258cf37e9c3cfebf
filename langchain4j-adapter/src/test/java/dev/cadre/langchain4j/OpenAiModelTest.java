// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.ModelException;
import dev.cadre.model.ToolCall;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** OpenAI's models through LangChain4j's module, against a server that refuses what OpenAI refuses. */
class OpenAiModelTest {
    private static final SubtaskType<ToolLoopTest.Query, ToolLoopTest.Hits> SEARCH = SubtaskType.model(
                    "search", ToolLoopTest.Query.class, ToolLoopTest.Hits.class, "Find files that mention the term.")
            .tools(LangChain4jTools.of(new ToolLoopTest.Repo()));

    private final LoopbackOpenAi server = LoopbackOpenAi.start();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void modelThatReasons_isSentTheCapThatItTakes_andCompletesALoop() throws Exception {
        assertThat(search(LangChain4jPool.of(model("gpt-5.4-nano").build(), "gpt-5.4-nano")))
                .isEqualTo(List.of("Pool.java"));
        assertThat(server.requests()).hasSize(2);
        assertThat(server.requests().getLast().body())
                .contains("\"max_completion_tokens\"", "\"strict\" : true")
                .doesNotContain("\"max_tokens\"");
    }

    @Test
    void streamingModelThatReasons_completesALoop() throws Exception {
        var model = OpenAiStreamingChatModel.builder()
                .baseUrl(server.baseUrl())
                .apiKey("sk-test")
                .modelName("gpt-5.4-nano")
                .strictTools(true)
                .build();

        assertThat(search(LangChain4jPool.of(model, "gpt-5.4-nano"))).isEqualTo(List.of("Pool.java"));
    }

    @Test
    void serverThatKnowsTheOlderName_isToldApartByItsModel() throws Exception {
        server.onAny().replies(LoopbackReply.text("ok"));
        var older = model("house-7b").maxTokens(1).build();

        Providers.call(LangChain4jClient.of(older));

        assertThat(server.requests().getLast().body())
                .contains("\"max_tokens\" : 1000")
                .doesNotContain("max_completion_tokens");
    }

    @Test
    void olderName_isRefusedByModelsThatReason() throws Exception {
        var older = model("gpt-5.4-nano").maxTokens(1).build();

        assertThat(Providers.failure(LangChain4jClient.of(older)))
                .isInstanceOf(ModelException.InvalidRequest.class)
                .hasMessageContaining("'max_tokens' is not supported with this model");
    }

    private OpenAiChatModel.OpenAiChatModelBuilder model(String name) {
        return OpenAiChatModel.builder()
                .baseUrl(server.baseUrl())
                .apiKey("sk-test")
                .modelName(name)
                .maxRetries(0)
                .strictTools(true)
                .strictJsonSchema(true)
                .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }

    private List<String> search(ModelPool pool) throws InterruptedException {
        server.on(request -> isAnswered(request)).replies(LoopbackReply.text("{\"files\":[\"Pool.java\"]}"));
        server.onAny().replies(LoopbackReply.toolCalls(new ToolCall("c1", "grep", "{\"term\":\"Pool\"}")));
        var graph = TaskGraph.builder();
        var hits = graph.add("search", SEARCH, new ToolLoopTest.Query("Pool"));
        RunResult<ToolLoopTest.Hits> result =
                Coordinator.of(ModelPools.of(pool)).run(graph.answering(hits), Budget.usd("1.00"));
        return result.requireComplete().files();
    }

    private static boolean isAnswered(LoopbackRequest request) {
        return request.body().contains("\"tool_call_id\"");
    }
}
