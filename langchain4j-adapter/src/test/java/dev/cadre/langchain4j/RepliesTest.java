// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static dev.cadre.langchain4j.ChatBodies.USAGE;
import static dev.cadre.langchain4j.ChatBodies.delta;
import static dev.cadre.langchain4j.ChatBodies.finish;
import static dev.cadre.langchain4j.ChatBodies.streamed;
import static dev.cadre.langchain4j.ChatBodies.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that LangChain4j calls good. */
class RepliesTest {
    private static AiMessage calling(String thinking, String... ids) {
        var asked = new ArrayList<ToolExecutionRequest>();
        for (String id : ids) {
            asked.add(ToolExecutionRequest.builder()
                    .id(id)
                    .name("look" + asked.size())
                    .arguments("{}")
                    .build());
        }
        return AiMessage.builder()
                .thinking(thinking.isEmpty() ? null : thinking)
                .toolExecutionRequests(asked)
                .build();
    }

    /** Two calls in each round, all with one id: each has its own, and its result goes back under its own name. */
    @ParameterizedTest
    @ValueSource(strings = {"", "hm"})
    void repeatedIds_areReplaced_inAReplyAndInTheNext(String thinking) throws Exception {
        var model = new FakeChatModel(request -> FakeChatModel.response(
                calling(thinking, "call_0", "call_0"), FinishReason.TOOL_EXECUTION, new TokenUsage(10, 5)));
        var client = LangChain4jClient.of(model);
        ModelRequest request = ModelRequest.of("m", "", "Look.", 100);
        var ids = new ArrayList<String>();

        for (int round = 0; round < 3; round++) {
            ModelReply reply = client.call(request, Providers.CONTEXT);
            var turns = new ArrayList<>(request.turns());
            turns.add(new Turn.Assistant(reply.text(), reply.toolCalls(), reply.providerState()));
            for (ToolCall call : reply.toolCalls()) {
                ids.add(call.callId());
                turns.add(new Turn.ToolResult(call.callId(), "seen", List.of()));
            }
            request = request.withTurns(turns);
        }

        assertThat(ids).hasSize(6).doesNotHaveDuplicates().startsWith("call_0");
        var sent = model.requests.getLast().messages();
        assertThat(sent.stream()
                        .filter(AiMessage.class::isInstance)
                        .flatMap(said -> ((AiMessage) said).toolExecutionRequests().stream())
                        .map(ToolExecutionRequest::id))
                .containsExactlyElementsOf(ids.subList(0, 4));
        assertThat(sent.stream()
                        .filter(ToolExecutionResultMessage.class::isInstance)
                        .map(result -> ((ToolExecutionResultMessage) result).toolName()))
                .containsExactly("look0", "look1", "look0", "look1");
    }

    @Test
    void answerThatIsBilledAndNotThere_isAFailure_withItsBill() {
        var client = LangChain4jClient.of(new FakeChatModel(request ->
                FakeChatModel.response(AiMessage.builder().build(), FinishReason.STOP, new TokenUsage(10, 40))));

        assertThat(failure(client).billed().orElseThrow().usage()).isEqualTo(dev.cadre.model.TokenUsage.of(10, 40));
    }

    @Test
    void emptyAnswer_thatCostsItsEndAlone_isOne() throws Exception {
        var client = LangChain4jClient.of(new FakeChatModel(request ->
                FakeChatModel.response(AiMessage.builder().build(), FinishReason.STOP, new TokenUsage(10, 1))));

        assertThat(Providers.call(client).text()).isEmpty();
    }

    @Test
    void emptyAnswerOfClaude_mayCostSomeTokens_butNotMany() throws Exception {
        String body = """
                {"id":"m1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":"end_turn",\
                "usage":{"input_tokens":10,"output_tokens":%d}}""";
        try (var empty = LoopbackProvider.answering(request -> LoopbackProvider.Reply.json(body.formatted(9)));
                var lost = LoopbackProvider.answering(request -> LoopbackProvider.Reply.json(body.formatted(40)))) {
            assertThat(Providers.call(Providers.claude(empty.address())).text()).isEmpty();
            assertThat(failure(Providers.claude(lost.address()))).hasMessageContaining("bills 40 tokens");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reasoning_text", "thinking"})
    void answerInTheReasoningAlone_underAnyName_isNone(String name) throws Exception {
        assertThat(ChatBodies.streamFailure(
                        delta("{\"%s\":\"It is 4.\"}".formatted(name)), finish("stop"), usage(USAGE)))
                .hasMessageContaining("in the reasoning");
    }

    /** LangChain4j drops it from a stream. */
    @Test
    void refusalInAStream_isRefused_withItsTextAndItsBill() throws Exception {
        ModelReply reply = streamed(
                delta("{\"refusal\":\"I can\"}"), delta("{\"refusal\":\"not.\"}"), finish("stop"), usage(USAGE));

        assertThat(reply.finish()).isEqualTo(Finish.REFUSED);
        assertThat(reply.text()).isEqualTo("I cannot.");
        assertThat(reply.usage()).isNotNull();
        assertThat(streamed(delta("{\"refusal\":null,\"content\":\"Yes.\"}"), finish("stop"), usage(USAGE))
                        .finish())
                .isEqualTo(Finish.COMPLETE);
    }

    @Test
    void timeoutInAWrapper_isATimeout() {
        for (Exception late : List.of(
                new CompletionException(new dev.langchain4j.exception.TimeoutException("late")),
                new ExecutionException(new dev.langchain4j.exception.TimeoutException("late")),
                new CompletionException(new TimeoutException("late")))) {
            assertThat(Failures.of(late)).isInstanceOf(ModelException.TimedOut.class);
        }
    }

    private static ModelException failure(LangChain4jClient client) {
        try {
            return Providers.failure(client);
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }
}
