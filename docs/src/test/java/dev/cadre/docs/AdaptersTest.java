// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.docs.Pets.Brief;
import dev.cadre.langchain4j.LangChain4jPool;
import dev.cadre.langchain4j.LangChain4jTools;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Price;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Runs the snippets of docs/adapters.md. */
class AdaptersTest {
    /** A provider that answers in this process. */
    private static final class HouseService {
        record Answer(String text, long tokensIn, long tokensOut, boolean isCut) {}

        static final class BusyException extends Exception {}

        private int calls;

        synchronized Answer ask(List<String> prompt, long cap, Duration timeout)
                throws BusyException, TimeoutException, InterruptedException {
            calls++;
            if (calls == 1) {
                throw new BusyException();
            }
            boolean brief = prompt.getFirst().contains("Sum it up.");
            return new Answer(brief ? "{\"headline\":\"Pets.\"}" : "{\"text\":\"noted\"}", 1_000, 400, cap < 400);
        }
    }

    // region adapters-client
    record HouseClient(HouseService service) implements ModelClient {
        @Override
        public ModelReply call(ModelRequest request, CallContext context) throws InterruptedException {
            try {
                var prompt = List.of(
                        request.instructions(),
                        request.turns().toString(),
                        request.output().toString());
                var answer = service.ask(prompt, request.maxOutputTokens(), context.timeout());
                return new ModelReply(
                        request.model(),
                        answer.text(),
                        List.of(),
                        answer.isCut() ? Finish.TRUNCATED : Finish.COMPLETE,
                        TokenUsage.of(answer.tokensIn(), answer.tokensOut()),
                        ServiceTier.STANDARD,
                        RateLimits.UNKNOWN,
                        "");
            } catch (HouseService.BusyException busy) { // turned away: nothing was billed
                throw new ModelException.RateLimited("the house is busy", Duration.ofMillis(1), RateLimits.UNKNOWN);
            } catch (TimeoutException late) { // perhaps billed
                throw new ModelException.TimedOut("no reply in time", ModelException.Charge.UNKNOWN);
            }
        }
    }
    // endregion

    @Test
    void client_ofOnesOwn() throws Exception {
        var service = new HouseService();

        // region adapters-pool
        ModelPool pool = ModelPool.builder(new HouseClient(service), "house-model-7b")
                .price(Price.perMillionTokens("0.10", "0.10", "0.20"))
                .build();
        Brief brief = Pets.brief(ModelPools.of(pool));
        // endregion

        assertThat(brief).isEqualTo(new Brief("Pets."));
        assertThat(service.calls).isEqualTo(4); // the first one was turned away
    }

    private static final class FakeChatModel implements ChatModel {
        @Override
        public ChatResponse doChat(ChatRequest request) {
            return ChatResponse.builder()
                    .aiMessage(AiMessage.from("{\"headline\":\"Pets.\"}"))
                    .modelName("claude-haiku-4-5")
                    .finishReason(FinishReason.STOP)
                    .tokenUsage(new dev.langchain4j.model.output.TokenUsage(1_000, 400))
                    .build();
        }
    }

    @Test
    void model_ofLangChain4j() throws Exception {
        ChatModel haiku = new FakeChatModel();

        // region adapters-langchain4j
        ModelPools models = ModelPools.of(LangChain4jPool.of(haiku, "claude-haiku-4-5"));
        // endregion

        var graph = TaskGraph.builder();
        var brief = graph.add("brief", Pets.BRIEF, new Pets.Notes(new Pets.Note("a"), new Pets.Note("b")));
        var result = Coordinator.of(models).run(graph.answering(brief), Budget.usd("0.25"));
        assertThat(result).isCompleteWith(new Brief("Pets.")).spent("0.003"); // 1,000 in and 400 out
    }

    record Query(String term) {}

    record Hits(List<String> paths) {}

    // region adapters-tools
    static final class Repo {
        @Tool("Finds the files that contain a term")
        List<String> grep(@P("the term") String term) {
            return term.equals("retry") ? List.of("Pool.java") : List.of();
        }
    }

    static final SubtaskType<Query, Hits> SEARCH = SubtaskType.model(
                    "search", Query.class, Hits.class, "Find files that mention the term.")
            .tools(LangChain4jTools.of(new Repo()));
    // endregion

    @Test
    void tool_ofLangChain4j() throws Exception {
        var model = new ScriptedModel();
        model.on(SEARCH)
                .calls(new ToolCall("call-1", "grep", "{\"term\":\"retry\"}"))
                .replies(new Hits(List.of("Pool.java")));
        var graph = TaskGraph.builder();
        var hits = graph.add("hits", SEARCH, new Query("retry"));

        var result = Coordinator.of(model.pools()).run(graph.answering(hits), Budget.usd("0.25"));

        assertThat(result).isCompleteWith(new Hits(List.of("Pool.java")));
        assertThat(model.calls().getLast().request().turns().toString()).contains("Pool.java");
    }
}
