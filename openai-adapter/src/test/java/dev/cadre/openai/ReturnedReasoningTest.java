// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.OddServer.adapting;
import static dev.cadre.openai.OddServer.error;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Effort;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.openai.OddServer.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that send reasoning beside the calls of tools, and refuse it when it comes back. */
class ReturnedReasoningTest {
    private static final ModelRequest TOOLED = REQUEST.withTools(
                    List.of(new ToolSpec("look", "Looks.", "{\"type\":\"object\",\"properties\":{}}")))
            .withEffort(Effort.LOW);
    private static final String CALLING = """
            {"choices":[{"message":{"role":"assistant","content":"","%s":"hm","tool_calls":[{"id":"a","type":"function",\
            "function":{"name":"look","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}""";
    private static final String RESPONSES_CALLING = """
            {"id":"resp_1","object":"response","status":"completed","model":"m","output":[\
            {"type":"reasoning","id":"rs","summary":[],"encrypted_content":"SECRET"},\
            {"type":"function_call","id":"fc_1","call_id":"a","name":"look","arguments":"{}","status":"completed"}],\
            "usage":{"input_tokens":10,"output_tokens":3,"total_tokens":13}}""";

    private static boolean isFirst(String request) {
        return !request.contains("\"tool_call_id\"") && !request.contains("\"function_call_output\"");
    }

    private static ModelReply loop(OpenAiClient client) throws InterruptedException {
        ModelReply calling = adapting(client, TOOLED);
        return adapting(
                client,
                TOOLED.withTurns(List.of(
                        new Turn.User("Look."),
                        new Turn.Assistant(calling.text(), calling.toolCalls(), calling.providerState()),
                        new Turn.ToolResult("a", "Three."))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "reasoning_content | 'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning_content' is unsupported)]",
                "reasoning | 'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning' is unsupported)]",
                "reasoning_content | [{'type':'extra_forbidden','loc':['body','messages',2,'assistant','reasoning_content'],'msg':'Extra inputs are not permitted'}]",
                "reasoning_content | reasoning is not supported with this model",
                "reasoning_content | Unknown name \\\"reasoning_content\\\" at 'messages[1]': Cannot find field.",
                "thinking_blocks | AnthropicException - messages.1.content.0: Invalid `signature` in `thinking` block",
                "reasoning_details | Provider returned error: messages.1.content.0: Invalid `signature` in `thinking` block",
                "reasoning_content | The reasoning_content is for display purposes only. Please remove the reasoning_content from your message to reduce network traffic."
            })
    void reasoningOfATurn_thatChatRefuses_isLeftOut_andTheLoopGoesOn(String member, String message) throws Exception {
        try (var server = new OddServer(request -> isFirst(request)
                        ? new Answer(200, CALLING.formatted(member))
                        : request.contains('"' + member + "\":\"hm\"")
                                ? new Answer(400, error(message))
                                : Answer.good(request));
                var client = server.client().chatCompletions().build()) {
            ModelReply reply = loop(client);
            int learned = server.requests().size();
            loop(client);

            assertThat(server.requests()).hasSize(learned + 2);
            assertThat(reply.text()).isEqualTo(OddServer.TEXT);
            assertThat(reply.notes()).singleElement().asString().endsWith("reasoning of earlier turns");
            assertThat(server.lastBody()).contains("\"tool_call_id\"");
        }
    }

    /** Two accounts behind one balancer cannot read each other's. */
    @Test
    void encryptedReasoning_thatCannotBeRead_isLeftOut_andTheLoopGoesOn() throws Exception {
        String refusal = "{\"error\":{\"message\":\"The encrypted content for item rs could not be verified.\","
                + "\"code\":\"invalid_encrypted_content\"}}";
        try (var server = new OddServer(request -> isFirst(request)
                        ? new Answer(200, RESPONSES_CALLING)
                        : request.contains("SECRET") ? new Answer(400, refusal) : Answer.good(request));
                var client = server.client().responses().build()) {
            ModelReply reply = loop(client);

            assertThat(reply.notes()).singleElement().asString().contains("reasoning of earlier turns");
            assertThat(server.lastBody()).contains("\"call_id\":\"a\"").doesNotContain("fc_1");
        }
    }

    /** What OpenAI, Azure, vLLM, Groq and llama.cpp say of the items of another account, or of items that they do not know. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Item 'rs' of type 'reasoning' was provided without its required following item.",
                "Item 'fc_1' of type 'function_call' was provided without its required 'reasoning' item: 'rs'.",
                "[{'type': 'union_tag_invalid', 'loc': ('body', 'input', 1), 'msg': 'Input tag \\\"reasoning\\\" found using type does not match any of the expected tags'}]",
                "item['type'] must be one of 'message', 'function_call', 'function_call_output'",
                "Cannot determine type of 'item'",
                "Item with id 'rs' not found. Items are not persisted when `store` is set to false."
            })
    void reasoningItem_thatIsRefused_isLeftOut_andTheLoopGoesOn(String message) throws Exception {
        try (var server = new OddServer(request -> isFirst(request)
                        ? new Answer(200, RESPONSES_CALLING)
                        : request.contains("\"id\":\"rs\"") || request.contains("fc_1")
                                ? new Answer(400, error(message))
                                : Answer.good(request));
                var client = server.client().responses().build()) {
            assertThat(loop(client).text()).isEqualTo(OddServer.TEXT);
            assertThat(server.lastBody()).contains("\"store\":false");
        }
    }

    /** DeepSeek wants it back. */
    @Test
    void reasoningOfATurn_thatIsRequired_isSent() throws Exception {
        try (var server = new OddServer(request -> isFirst(request)
                        ? new Answer(200, CALLING.formatted("reasoning_content"))
                        : request.contains("\"reasoning_content\":\"hm\"")
                                ? Answer.good(request)
                                : new Answer(400, error("Missing `reasoning_content` field in the message")));
                var client = server.client().chatCompletions().build()) {
            assertThat(loop(client).text()).isEqualTo(OddServer.TEXT);
        }
    }
}
