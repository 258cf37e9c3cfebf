// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.openai.testing.LoopbackReply;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** JSON in the place of a text becomes one: a price or an amount in it must be the one that was written. */
class ExactNumbersTest extends LoopbackTest {
    private static final String WRITTEN = "{\"w\":12345678901234567.25,\"x\":0.1000000000000000055511151231257827,"
            + "\"y\":1.50,\"z\":123456789012345678901234567890,\"e\":1E+400}";
    private static final ModelRequest TOOLS = REQUEST.withTools(List.of(
            new ToolSpec("pay", "Pays.", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}")));

    private static OpenAiClient chat;

    @BeforeAll
    static void startChat() {
        chat = OpenAiClient.builder(KEY)
                .baseUrl(server.baseUrl())
                .chatCompletions()
                .build();
    }

    @AfterAll
    static void stopChat() {
        chat.close();
    }

    @Test
    void argumentsAsJson_keepAllDigits() throws Exception {
        String call = "\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"pay\",\"arguments\":"
                + WRITTEN + "}}]";
        String item = "{\"type\":\"function_call\",\"id\":\"fc\",\"call_id\":\"a\",\"name\":\"pay\",\"arguments\":"
                + WRITTEN + "}";

        for (ModelReply reply : List.of(
                reply(chat, plain(), whole("{" + call + "}")),
                reply(chat, streamed(piece -> {}), chunks("{" + call + "}")),
                reply(client, plain(), response("[" + item + "]")),
                reply(client, streamed(piece -> {}), events(item)))) {
            assertThat(reply.toolCalls()).containsExactly(new ToolCall("a", "pay", WRITTEN));
        }
    }

    @Test
    void answerAsJson_keepsAllDigits() throws Exception {
        String message = "{\"content\":" + WRITTEN + "}";

        assertThat(reply(chat, plain(), whole(message)).text()).isEqualTo(WRITTEN);
        assertThat(reply(chat, streamed(piece -> {}), chunks(message)).text()).isEqualTo(WRITTEN);
    }

    private static ModelReply reply(OpenAiClient client, CallContext context, String body) throws InterruptedException {
        server.reset();
        server.onAny()
                .replies(LoopbackReply.raw(
                        200, body.startsWith("data:") ? "text/event-stream" : "application/json", body));
        return client.call(TOOLS, context);
    }

    private static String whole(String message) {
        return "{\"choices\":[{\"message\":" + message + ",\"finish_reason\":\"stop\"}]}";
    }

    private static String chunks(String delta) {
        return "data: {\"choices\":[{\"delta\":" + delta + "}]}\n\n"
                + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    }

    private static String response(String output) {
        return "{\"object\":\"response\",\"status\":\"completed\",\"output\":" + output + "}";
    }

    private static String events(String item) {
        return "data: {\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":" + item + "}\n\n"
                + "data: {\"type\":\"response.completed\",\"response\":" + response("[]") + "}\n\n";
    }
}
