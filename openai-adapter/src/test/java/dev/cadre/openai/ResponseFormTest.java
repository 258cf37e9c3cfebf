// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.KEY;
import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static dev.cadre.openai.LoopbackTest.streamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies of servers with a Responses API of their own: never an emptied or shortened text as complete. */
class ResponseFormTest {
    private static final String SCHEMA = """
            {"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""";
    private static final ModelRequest TOOLED = REQUEST.withTools(
            List.of(new ToolSpec("get_a", "Gets a.", SCHEMA), new ToolSpec("get_b", "Gets b.", SCHEMA)));
    private static final String PART = "{\"type\":\"output_text\",\"text\":\"plain\",\"annotations\":[]}";

    private static String reply(String status, String members) {
        return """
                {"id":"r","object":"response","status":"%s","model":"gpt-5.4-nano",%s,\
                "usage":{"input_tokens":5,"output_tokens":2,"total_tokens":7}}""".formatted(status, members);
    }

    private static String message(String status, String content) {
        return "{\"type\":\"message\",\"id\":\"m\",\"role\":\"assistant\",\"status\":\"%s\",\"content\":%s}"
                .formatted(status, content);
    }

    private static ModelReply call(String contentType, String body, boolean streams) throws Exception {
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        peer.reply(contentType, body);
                    }
                });
                var client = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl())
                        .responses()
                        .build()) {
            return client.call(TOOLED, streams ? streamed(new ArrayList<>()::add) : plain());
        }
    }

    private static ModelReply whole(String body) throws Exception {
        return call("application/json", body, false);
    }

    private static ModelReply events(String... events) throws Exception {
        return call("text/event-stream", "data: " + String.join("\n\ndata: ", events) + "\n\n", true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"plain\"}]",
                "\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"plain\"}]}]",
                "\"output\":{\"type\":\"message\",\"role\":\"assistant\",\"content\":[" + PART + "]}",
                "\"output\":\"plain\"",
                "\"output\":[\"plain\"]",
                "\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":{\"type\":\"text\",\"text\":\"plain\"}}]",
                "\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[\"plain\"]}]",
                "\"output\":[{\"role\":\"assistant\",\"content\":[" + PART + "]}]",
                "\"output\":[" + PART + "]",
                "\"output\":[{\"type\":\"web_search_call\",\"id\":\"w\",\"status\":\"completed\"}],\"output_text\":\"plain\"",
                "\"output\":[],\"output_text\":\"plain\"",
                "\"output\":[{\"type\":\"reasoning\",\"id\":\"x\",\"summary\":[]}],\"output_text\":\"plain\""
            })
    void text_whereverItStands_isRead_withANote(String members) throws Exception {
        ModelReply reply = whole(reply("completed", members));

        assertThat(reply.text()).isEqualTo("plain");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.notes()).hasSize(1);
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(5, 2));
    }

    @Test
    void reply_inTheFormOfTheApi_hasNoNote() throws Exception {
        ModelReply reply = whole(reply("completed", "\"output\":[" + message("completed", "[" + PART + "]") + "]"));

        assertThat(reply.text()).isEqualTo("plain");
        assertThat(reply.notes()).isEmpty();
    }

    @Test
    void textOfThePieces_isKept_whereTheLastEventHasNone() throws Exception {
        String piece = "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"half \"}";

        ModelReply reply = events(
                piece,
                piece.replace("half ", "whole"),
                "{\"type\":\"response.completed\",\"response\":" + reply("completed", "\"output\":[]") + "}");

        assertThat(reply.text()).isEqualTo("half whole");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.notes()).hasSize(1);
    }

    private static final String DELTA =
            "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"half \"}";

    private static String completed(String output) {
        return "{\"type\":\"response.completed\",\"response\":" + reply("completed", "\"output\":" + output) + "}";
    }

    @Test
    void textOfThePieces_isNeverShortenedByTheLastEvent() throws Exception {
        String search = "[{\"type\":\"web_search_call\",\"id\":\"w\",\"status\":\"completed\"}]";
        String half = "[" + message("completed", "[" + PART.replace("plain", "half ") + "]") + "]";

        assertThat(events(DELTA, completed(search)).text()).isEqualTo("half ");
        assertThat(events(DELTA, DELTA, completed(half)).text()).isEqualTo("half half ");
        assertThat(events(DELTA, completed(half)).notes()).isEmpty();
    }

    @Test
    void text_thatComesOnlyWhole_isRead() throws Exception {
        ModelReply reply = events(
                "{\"type\":\"response.output_text.done\",\"output_index\":0,\"text\":\"plain\"}", completed("[]"));

        assertThat(reply.text()).isEqualTo("plain");
    }

    @Test
    void call_whoseItemDoesNotComeWhole_isPutTogether() throws Exception {
        String added =
                "{\"type\":\"response.output_item.added\",\"output_index\":1,\"item\":{\"type\":\"function_call\","
                        + "\"call_id\":\"c\",\"name\":\"get_a\",\"arguments\":\"\"}}";
        String delta =
                "{\"type\":\"response.function_call_arguments.delta\",\"output_index\":1,\"delta\":\"{\\\"city\\\":\"}";
        String more =
                "{\"type\":\"response.function_call_arguments.delta\",\"output_index\":1,\"delta\":\"\\\"Rome\\\"}\"}";

        ModelReply reply = events(added, delta, more, completed("[]"));

        assertThat(reply.toolCalls()).containsExactly(new ToolCall("c", "get_a", "{\"city\":\"Rome\"}"));
        assertThat(reply.finish()).isEqualTo(Finish.TOOL_CALLS);
    }

    @Test
    void lastEvent_ofAnotherName_isRead() throws Exception {
        ModelReply reply = events("{\"type\":\"response.done\",\"response\":"
                + reply("completed", "\"output\":[" + message("completed", "[" + PART + "]") + "]") + "}");

        assertThat(reply.text()).isEqualTo("plain");
        assertThat(reply.notes()).hasSize(1);
    }

    @Test
    void events_inAnswerToARequestForNone_areRead() throws Exception {
        String body = "event: x\ndata: {\"type\":\"response.completed\",\"response\":"
                + reply("completed", "\"output\":[" + message("completed", "[" + PART + "]") + "]") + "}\n\n";

        assertThat(call("text/event-stream", body, false).text()).isEqualTo("plain");
        assertThat(call("application/json", body, false).text()).isEqualTo("plain");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"arguments\":{\"city\":\"Paris\"}",
                "\"parameters\":{\"city\":\"Paris\"}",
                "\"input\":\"{\\\"city\\\":\\\"Paris\\\"}\"",
                "\"function\":{\"name\":\"get_a\",\"arguments\":\"{\\\"city\\\":\\\"Paris\\\"}\"}"
            })
    void arguments_inAnotherForm_areRead_andNeverEmpty(String arguments) throws Exception {
        ModelReply reply = whole(reply(
                "completed",
                "\"output\":[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"get_a\",%s}]"
                        .formatted(arguments)));

        assertThat(reply.toolCalls()).containsExactly(new ToolCall("c", "get_a", "{\"city\":\"Paris\"}"));
        assertThat(reply.finish()).isEqualTo(Finish.TOOL_CALLS);
    }

    @Test
    void arguments_thatCannotBeFound_areToldToTheModel() throws Exception {
        ModelReply reply = whole(reply(
                "completed",
                "\"output\":[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"get_a\",\"city\":\"Paris\"}]"));

        assertThat(reply.toolCalls()).containsExactly(new ToolCall("c", "get_a", CallArguments.LOST));
    }

    @Test
    void callIds_thatRepeat_andACallWithoutAName_areHandedOn() throws Exception {
        String call = "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"get_a\",\"arguments\":\"{}\"}";

        List<ToolCall> calls = whole(reply(
                        "completed",
                        "\"output\":[" + call + "," + call.replace("get_a", "get_b") + ","
                                + call.replace("\"name\":\"get_a\",", "") + "]"))
                .toolCalls();

        assertThat(calls).extracting(ToolCall::name).containsExactly("get_a", "get_b", "unreadable_call");
        assertThat(calls).extracting(ToolCall::callId).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({
        "incomplete, '', TRUNCATED",
        "completed, max_output_tokens, TRUNCATED",
        "completed, content_filter, FILTERED"
    })
    void reply_thatIsNotWhole_isNeverComplete(String item, String reason, Finish finish) throws Exception {
        String details = reason.isEmpty() ? "" : ",\"incomplete_details\":{\"reason\":\"%s\"}".formatted(reason);

        ModelReply reply = whole(reply("completed", "\"output\":[" + message(item, "[" + PART + "]") + "]" + details));

        assertThat(reply.finish()).isEqualTo(finish);
        assertThat(reply.text()).isEqualTo("plain");
        assertThat(reply.notes()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"code\":\"server_error\",\"message\":\"it broke\"}", "\"it broke\""})
    void error_besideACompletedReply_isAFailure(String error) {
        assertThatThrownBy(() -> whole(reply(
                        "completed", "\"output\":[" + message("completed", "[" + PART + "]") + "],\"error\":" + error)))
                .isInstanceOf(ModelException.ServerFailed.class)
                .hasMessageContaining("it broke");
    }

    @Test
    void chatEvents_inAnswerToARequestForNone_areRead() throws Exception {
        try (var server = RawServer.start(peer -> {
                    while (peer.read()) {
                        peer.stream(RawServer.CHAT_STREAM);
                    }
                });
                var client = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl())
                        .chatCompletions()
                        .build()) {
            assertThat(client.call(REQUEST, plain()).text()).isEqualTo("Fine.");
        }
    }
}
