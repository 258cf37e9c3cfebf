// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.KEY;
import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static dev.cadre.openai.LoopbackTest.streamed;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Replies of the Responses API with several messages, none of which says whether it is the answer. */
class SeveralMessagesTest {
    private static final String DRAFT = "{\"label\":\"draft\"}";
    private static final String ANSWER = "{\"label\":\"bug\"}";
    private static final ModelRequest FORMED = REQUEST.withOutput(new OutputFormat.JsonSchema("answer", """
            {"type":"object","properties":{"label":{"type":"string"}},"required":["label"],"additionalProperties":false}"""));

    private static ObjectNode object(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    private static ObjectNode response(String... messages) {
        ObjectNode response = JsonNodeFactory.instance.objectNode();
        response.put("status", "completed").put("model", "m");
        ArrayNode output = response.putArray("output");
        for (int i = 0; i < messages.length; i++) {
            ObjectNode message = object("message").put("id", "msg_" + i);
            output.add(message);
            message.putArray("content").add(object("output_text").put("text", messages[i]));
        }
        response.putObject("usage")
                .put("input_tokens", 10)
                .put("output_tokens", 3)
                .put("total_tokens", 13);
        return response;
    }

    /** Pieces of four characters each. */
    private static String events(String... messages) {
        var events = new StringBuilder();
        for (int i = 0; i < messages.length; i++) {
            for (int at = 0; at < messages[i].length(); at += 4) {
                events.append("data: ")
                        .append(object("response.output_text.delta")
                                .put("output_index", i)
                                .put("item_id", "msg_" + i)
                                .put("delta", messages[i].substring(at, Math.min(messages[i].length(), at + 4))))
                        .append("\n\n");
            }
        }
        ObjectNode last = object("response.completed");
        last.set("response", response(messages));
        return events.append("data: ").append(last).append("\n\n").toString();
    }

    /** The reply, and what was heard of its text while it came. */
    private static ModelReply reply(ModelRequest request, StringBuilder heard, String... messages) throws Exception {
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        if (peer.request().contains("\"stream\":true")) {
                            peer.stream(events(messages));
                        } else {
                            peer.reply("application/json", response(messages).toString());
                        }
                    }
                });
                var client = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl())
                        .responses()
                        .build()) {
            ModelReply whole = client.call(request, plain());
            ModelReply streamed = client.call(request, streamed(heard::append));
            assertThat(streamed.text()).isEqualTo(whole.text());
            return whole;
        }
    }

    static Stream<Arguments> answersBehindOthers() {
        return Stream.of(
                Arguments.of(ANSWER, new String[] {"Let me see.", ANSWER}),
                Arguments.of(ANSWER, new String[] {"First idea: " + DRAFT + " but no.", ANSWER}),
                Arguments.of(ANSWER, new String[] {"One: " + DRAFT, "Two: " + DRAFT, " ", ANSWER}),
                Arguments.of(ANSWER, new String[] {"<think>" + DRAFT + "</think>Well: " + DRAFT, ANSWER}),
                Arguments.of(
                        "```json\n" + ANSWER + "\n```",
                        new String[] {"Draft: " + DRAFT, "```json\n" + ANSWER + "\n```"}));
    }

    @ParameterizedTest
    @MethodSource("answersBehindOthers")
    void messages_beforeTheAnswer_areNoPartOfIt(String expected, String[] messages) throws Exception {
        var heard = new StringBuilder();

        ModelReply reply = reply(FORMED, heard, messages);

        assertThat(reply.text()).isEqualTo(expected);
        assertThat(heard.toString()).isIn(expected, ANSWER);
        assertThat(reply.notes()).anyMatch(note -> note.startsWith("of several messages"));
    }

    @Test
    void answer_beforeAnotherMessage_isTheAnswer() throws Exception {
        var heard = new StringBuilder();

        assertThat(reply(FORMED, heard, ANSWER, "Is there more?").text()).isEqualTo(ANSWER);
        assertThat(heard.toString()).startsWith(ANSWER);
    }

    /** What was heard cannot be taken back; who reads the whole reply has the later one. */
    @Test
    void answer_behindAnother_isTheLaterOne() throws Exception {
        assertThat(reply(FORMED, new StringBuilder(), DRAFT, ANSWER).text()).isEqualTo(ANSWER);
    }

    @Test
    void answer_inPiecesOfItsOwn_isJoined() throws Exception {
        var heard = new StringBuilder();

        assertThat(reply(FORMED, heard, "{\"label\":", "\"bug\"}").text()).isEqualTo(ANSWER);
        assertThat(heard.toString()).isEqualTo(ANSWER);
    }

    @Test
    void messages_noneOfWhichBeginsAsAnAnswer_areAllOfIt() throws Exception {
        var heard = new StringBuilder();
        String all = "The answer: " + ANSWER + "Is there more?";

        assertThat(reply(FORMED, heard, "The answer: " + ANSWER, "Is there more?")
                        .text())
                .isEqualTo(all);
        assertThat(heard.toString()).isEqualTo(all);
    }

    @Test
    void freeText_isThatOfAllMessages() throws Exception {
        var heard = new StringBuilder();

        assertThat(reply(REQUEST, heard, "One. ", DRAFT).text()).isEqualTo("One. " + DRAFT);
        assertThat(heard.toString()).isEqualTo("One. " + DRAFT);
    }
}
