// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static dev.cadre.langchain4j.ChatBodies.USAGE;
import static dev.cadre.langchain4j.ChatBodies.call;
import static dev.cadre.langchain4j.ChatBodies.data;
import static dev.cadre.langchain4j.ChatBodies.delta;
import static dev.cadre.langchain4j.ChatBodies.failure;
import static dev.cadre.langchain4j.ChatBodies.finish;
import static dev.cadre.langchain4j.ChatBodies.reply;
import static dev.cadre.langchain4j.ChatBodies.streamFailure;
import static dev.cadre.langchain4j.ChatBodies.streamed;
import static dev.cadre.langchain4j.ChatBodies.text;
import static dev.cadre.langchain4j.ChatBodies.usage;
import static dev.cadre.langchain4j.ChatBodies.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.langchain4j.LoopbackProvider.Reply;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessageSerializer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tool calls of servers with OpenAI's chat interface, read by LangChain4j's module of OpenAI and this adapter. */
class OpenAiCallsTest {
    @Test
    void callThatTheProviderCannotRead_isMalformed() throws Exception {
        assertThat(failure(Reply.json(400, "{\"error\":{\"code\":\"tool_use_failed\",\"message\":\"no call\"}}")))
                .isInstanceOf(ModelException.MalformedReply.class);
    }

    @Test
    void argumentsUnderAnotherName_areFound() throws Exception {
        assertThat(whole(call("\"parameters\":{\"x\":1}"), "tool_calls").toolCalls())
                .containsExactly(new ToolCall("a1", "f", "{\"x\":1}"));
        assertThat(streamed(delta(call("\"input\":{\"x\":1}")), finish("tool_calls"), usage(USAGE))
                        .toolCalls())
                .containsExactly(new ToolCall("a1", "f", "{\"x\":1}"));
    }

    @Test
    void argumentsThatCannotBeFound_areToldToTheModel() throws Exception {
        assertThat(whole(call("\"payload\":{\"x\":1}"), "tool_calls").toolCalls())
                .containsExactly(new ToolCall("a1", "f", CallArguments.LOST));
        assertThat(streamed(
                                delta(call("\"arguments\":\"\"")),
                                delta("{\"tool_calls\":[{\"index\":0,\"function\":{\"parameters\":{\"x\":1}}}]}"),
                                finish("tool_calls"),
                                usage(USAGE))
                        .toolCalls())
                .containsExactly(new ToolCall("a1", "f", CallArguments.LOST));
    }

    @Test
    void absentArguments_areLostIfTheToolNeedsSome() throws Exception {
        String schema = "{\"type\":\"object\",\"properties\":{\"x\":{\"type\":%s}},\"required\":[\"x\"]}";
        String body = reply(call("\"arguments\":\"\""), "tool_calls");
        try (var provider = LoopbackProvider.answering(request -> Reply.json(body))) {
            var client = Providers.openAi(provider.address());

            assertThat(arguments(client, schema.formatted("\"integer\""))).isEqualTo(CallArguments.LOST);
            assertThat(arguments(client, schema.formatted("[\"integer\",\"null\"]")))
                    .isEmpty();
        }
    }

    @Test
    void argumentsThatAreNoObject_goBackAsOne() throws Exception {
        var asked = ToolExecutionRequest.builder()
                .id("a1")
                .name("f")
                .arguments("no JSON")
                .build();
        var state = ChatMessageSerializer.messageToJson(AiMessage.builder()
                .thinking("hm")
                .toolExecutionRequests(List.of(asked))
                .build());
        try (var provider = LoopbackProvider.answering(request -> Reply.json(reply(text("Hi"), "stop")))) {
            for (String kept : List.of("", state)) {
                var said = new Turn.Assistant("", List.of(new ToolCall("a1", "f", "no JSON")), kept);
                List<Turn> turns = List.of(new Turn.User("Hi."), said, new Turn.ToolResult("a1", "error"));
                Providers.openAi(provider.address()).call(Providers.request().withTurns(turns), Providers.CONTEXT);

                assertThat(provider.requests.getLast().body())
                        .contains("\"arguments\" : \"{}\"")
                        .doesNotContain("no JSON");
            }
        }
    }

    private static String arguments(LangChain4jClient client, String schema) throws InterruptedException {
        ModelRequest request = Providers.request().withTools(List.of(new ToolSpec("f", "Does it.", schema)));
        return client.call(request, Providers.CONTEXT).toolCalls().getFirst().arguments();
    }

    @Test
    void callsThatAreAnnouncedAndMissing_areAFailure() throws Exception {
        assertThat(failure(Reply.json(reply(text(""), "tool_calls"))))
                .hasMessage("the reply announces tool calls, and LangChain4j read none");
        assertThat(streamFailure(delta(text("")), finish("tool_calls"), usage(USAGE)))
                .hasMessage("the reply announces tool calls, and LangChain4j read none");
    }

    @Test
    void callsThatLangChain4jMakesOneOf_areAFailure() throws Exception {
        String first = call("\"arguments\":\"{}\"");

        assertThat(streamFailure(delta(first), delta(first.replace("a1", "b1")), finish("tool_calls"), usage(USAGE)))
                .hasMessage("the reply has 2 tool calls, and LangChain4j read 1");
    }

    @Test
    void calledTools_areNotCutByAStreamThatDoesNotEnd() throws Exception {
        String events =
                data(delta(text("Hi")), delta(call("\"arguments\":\"{}\"")), finish("tool_calls"), usage(USAGE));
        try (var provider = LoopbackProvider.answering(request -> Reply.endless(events))) {
            var client = Providers.streamingOpenAi(provider.address());
            var shortly = CallContext.of(Providers.PURPOSE, Duration.ofMillis(500));

            assertThatThrownBy(() -> client.call(Providers.request(), shortly))
                    .isInstanceOf(ModelException.TimedOut.class);
        }
    }
}
