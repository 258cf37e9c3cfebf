// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.KEY;
import static dev.cadre.openai.LoopbackTest.REQUEST;
import static dev.cadre.openai.LoopbackTest.plain;
import static dev.cadre.openai.LoopbackTest.streamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import java.time.Duration;
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
                "\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"text\":\"plain\"}]",
                "\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"content\":\"plain\"}]}]",
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

    // ---- what a stream said before its last event

    private static final String PARIS = "{\"city\":\"Paris\"}";
    private static final String ROME = "{\"city\":\"Rome\"}";

    /** An event; in its members, a single quote stands for a double one. */
    private static String event(String type, String members) {
        return "{\"type\":\"response.%s\",%s}".formatted(type, members.replace('\'', '"'));
    }

    private static String function(String id, String name, String arguments) {
        return "{\"type\":\"function_call\",\"id\":\"fc_%s\",\"call_id\":\"%s\",\"name\":\"%s\",\"arguments\":\"%s\"}"
                .formatted(id, id, name, arguments.replace("\"", "\\\""));
    }

    private static String added(String place, String item) {
        return event("output_item.added", place + ",'item':" + item);
    }

    private static String done(String place, String item) {
        return event("output_item.done", place + ",'item':" + item);
    }

    private static String arguments(String place, String arguments) {
        return event("function_call_arguments.done", place)
                .replace("}", ",\"arguments\":\"" + arguments.replace("\"", "\\\"") + "\"}");
    }

    private static String pieceOfArguments(String place, String piece) {
        return event("function_call_arguments.delta", place)
                .replace("}", ",\"delta\":\"" + piece.replace("\"", "\\\"") + "\"}");
    }

    private static String text(int index, String piece) {
        return event("output_text.delta", "'output_index':%d,'delta':'%s'".formatted(index, piece));
    }

    private static String said(String text) {
        return message("completed", "[" + PART.replace("plain", text) + "]");
    }

    private static final ToolCall CALL_A = new ToolCall("a", "get_a", PARIS);
    private static final ToolCall CALL_B = new ToolCall("b", "get_b", ROME);

    @Test
    void arguments_thatALaterEventEmpties_areKept() throws Exception {
        String place = "'output_index':0,'item_id':'fc_a'";
        String begun = added("'output_index':0", function("a", "get_a", ""));
        String emptied = function("a", "get_a", "");

        assertThat(events(begun, pieceOfArguments(place, PARIS), completed("[" + emptied + "]"))
                        .toolCalls())
                .containsExactly(CALL_A);
        assertThat(events(begun, arguments(place, PARIS), completed("[" + function("a", "get_a", "{}") + "]"))
                        .toolCalls())
                .containsExactly(CALL_A);
        assertThat(events(done("'output_index':0", function("a", "get_a", PARIS)), completed("[" + emptied + "]"))
                        .toolCalls())
                .containsExactly(CALL_A);
        assertThat(events(
                                begun,
                                arguments("'output_index':0", PARIS),
                                done("'output_index':0", emptied),
                                completed("[]"))
                        .toolCalls())
                .containsExactly(CALL_A);
    }

    @Test
    void call_thatTheLastEventLacks_isNotLost() throws Exception {
        String first = done("'output_index':1", function("a", "get_a", PARIS));
        String second = done("'output_index':2", function("b", "get_b", ROME));

        ModelReply besideText = events(text(0, "Let me look."), first, completed("[" + said("Let me look.") + "]"));
        ModelReply ofTwo = events(first, second, completed("[" + function("a", "get_a", PARIS) + "]"));
        ModelReply firstOfTwo = events(first, second, completed("[" + function("b", "get_b", ROME) + "]"));

        assertThat(besideText.toolCalls()).containsExactly(CALL_A);
        assertThat(besideText.text()).isEqualTo("Let me look.");
        assertThat(besideText.finish()).isEqualTo(Finish.TOOL_CALLS);
        assertThat(besideText.notes()).hasSize(1);
        assertThat(ofTwo.toolCalls()).containsExactly(CALL_A, CALL_B);
        assertThat(firstOfTwo.toolCalls()).containsExactly(CALL_A, CALL_B);
    }

    @ParameterizedTest
    @ValueSource(strings = {"'output_index':0,", "'output_index':null,", ""})
    void calls_atOnePlaceOrNone_areToldApartByTheirIds(String place) throws Exception {
        String beginA = added(place + "'x':0", function("a", "get_a", ""));
        String beginB = added(place + "'x':0", function("b", "get_b", ""));
        String argumentsA = arguments(place + "'item_id':'fc_a'", PARIS);
        String argumentsB = arguments(place + "'item_id':'fc_b'", ROME);
        String doneA = done(place + "'x':0", function("a", "get_a", ""));
        String doneB = done(place + "'x':0", function("b", "get_b", ""));

        assertThat(events(beginA, argumentsA, beginB, argumentsB, completed("[]"))
                        .toolCalls())
                .containsExactly(CALL_A, CALL_B);
        assertThat(events(beginA, beginB, argumentsB, argumentsA, doneA, doneB, completed("[]"))
                        .toolCalls())
                .containsExactly(CALL_A, CALL_B);
        assertThat(events(beginA, argumentsA, doneA, beginB, argumentsB, doneB, completed("[]"))
                        .toolCalls())
                .containsExactly(CALL_A, CALL_B);
    }

    @Test
    void call_whoseIdIsNewWithEachEvent_isOneCall() throws Exception {
        String place = "'output_index':0,'item_id':";

        ModelReply reply = events(
                added("'output_index':0", function("a", "get_a", "").replace("fc_a", "x1")),
                pieceOfArguments(place + "'x2'", PARIS.substring(0, 4)),
                pieceOfArguments(place + "'x3'", PARIS.substring(4)),
                arguments(place + "'x4'", PARIS),
                done("'output_index':0", function("a", "get_a", PARIS).replace("fc_a", "x5")),
                completed("[" + function("a", "get_a", PARIS).replace("fc_a", "x6") + "]"));

        assertThat(reply.toolCalls()).containsExactly(CALL_A);
        assertThat(reply.notes()).isEmpty();
    }

    @Test
    void calls_thatShareAnId_areToldApartByTheirPlaces() throws Exception {
        String first = function("a", "get_a", "");
        String second = function("a", "get_a", "").replace("\"call_id\":\"a\"", "\"call_id\":\"b\"");

        List<ToolCall> calls = events(
                        added("'output_index':0", first),
                        added("'output_index':1", second),
                        pieceOfArguments("'output_index':0,'item_id':'fc_a'", PARIS),
                        pieceOfArguments("'output_index':1,'item_id':'fc_a'", ROME),
                        completed("[" + first + "," + second + "]"))
                .toolCalls();

        assertThat(calls).containsExactly(CALL_A, new ToolCall("b", "get_a", ROME));
    }

    @Test
    void arguments_thatContradictOneAnother_areToldToTheModel() throws Exception {
        List<ToolCall> calls = events(
                        added("'output_index':0", function("a", "get_a", "")),
                        arguments("'output_index':0", ROME),
                        completed("[" + function("a", "get_a", PARIS) + "]"))
                .toolCalls();

        assertThat(calls).hasSize(1);
        assertThat(calls.getFirst().arguments())
                .startsWith("arguments that contradict one another")
                .contains("Rome", "Paris");
    }

    @Test
    void arguments_inBrokenPieces_areThoseOfTheWhole_andElseToldToTheModel() throws Exception {
        String begun = added("'output_index':0", function("a", "get_a", ""));
        String broken = pieceOfArguments("'output_index':0", PARIS.substring(0, 6));

        assertThat(events(begun, broken, completed("[" + function("a", "get_a", PARIS) + "]"))
                        .toolCalls())
                .containsExactly(CALL_A);
        assertThat(events(begun, broken, completed("[" + function("a", "get_a", "{}") + "]"))
                        .toolCalls())
                .containsExactly(new ToolCall("a", "get_a", PARIS.substring(0, 6)));
    }

    @Test
    void arguments_inPiecesBehindTheFirst_areJoined() throws Exception {
        ModelReply reply = events(
                added("'output_index':0", function("a", "get_a", PARIS.substring(0, 5))),
                pieceOfArguments("'output_index':0", PARIS.substring(5)),
                completed("[]"));

        assertThat(reply.toolCalls()).containsExactly(CALL_A);
    }

    @Test
    void texts_ofSeveralMessages_areNeverShortened() throws Exception {
        String one = text(0, "One. ");
        String two = text(1, "Two.");

        for (String last : List.of(
                "[" + said("One. ") + "]",
                "[" + said("Two.") + "]",
                "[" + said("One. ") + "," + said("") + "]",
                "[" + said("One. ").replace("\"m\"", "\"n\"") + "," + said("T") + "]",
                "[" + said("One. Two.") + "]",
                "[]")) {
            ModelReply reply = events(one, two, completed(last));

            assertThat(reply.text()).as(last).isEqualTo("One. Two.");
            assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        }
        assertThat(events(one, two, completed("[" + said("One. Two.") + "]")).notes())
                .isEmpty();
    }

    @Test
    void text_thatTheLastEventReplacesByAShorterOne_isKept() throws Exception {
        ModelReply reply = events(text(0, "A long answer"), completed("[" + said("A lo...") + "]"));

        assertThat(reply.text()).isEqualTo("A long answer");
        assertThat(reply.notes()).hasSize(1);
    }

    @Test
    void refusal_ofThePieces_isKept() throws Exception {
        ModelReply reply = events(
                event("refusal.delta", "'output_index':0,'delta':'I will not.'"), completed("[" + said("") + "]"));

        assertThat(reply.finish()).isEqualTo(Finish.REFUSED);
        assertThat(reply.text()).isEqualTo("I will not.");
    }

    @Test
    void lastEvent_whoseNameAndStatusDiffer_isTheWorse() throws Exception {
        String output = "\"output\":[" + said("Hal") + "]";

        assertThat(events(event("incomplete", "'response':" + reply("completed", output)))
                        .finish())
                .isEqualTo(Finish.TRUNCATED);
        assertThat(events(event("completed", "'response':" + reply("incomplete", output)))
                        .finish())
                .isEqualTo(Finish.TRUNCATED);
        assertThat(events(event("completed", "'response':" + reply("in_progress", output)))
                        .finish())
                .isEqualTo(Finish.TRUNCATED);
        assertThatThrownBy(() -> events(event("failed", "'response':" + reply("completed", output))))
                .isInstanceOf(ModelException.ServerFailed.class);
        assertThatThrownBy(() -> events(event("completed", "'response':" + reply("failed", output))))
                .isInstanceOf(ModelException.ServerFailed.class);
    }

    @Test
    void emptyErrors_inEvents_areNone() throws Exception {
        ModelReply reply = events(
                event("in_progress", "'error':{}"),
                event("in_progress", "'error':''"),
                event("in_progress", "'error':false"),
                event("in_progress", "'error':{'code':0,'message':''}"),
                completed("[" + said("plain") + "]"));

        assertThat(reply.text()).isEqualTo("plain");
    }

    @Test
    void error_besideAPieceOfText_isAFailure() {
        assertThatThrownBy(() -> events(
                        event("output_text.delta", "'output_index':0,'delta':'Hal','error':{'message':'it broke'}"),
                        completed("[" + said("Hal") + "]")))
                .isInstanceOf(ModelException.ServerFailed.class)
                .hasMessageContaining("it broke");
    }

    @Test
    void arguments_inManyPieces_areJoinedInLinearTime() throws Exception {
        int pieces = 20_000;
        var all = new StringBuilder(added("'output_index':0", function("a", "get_a", "")));
        String piece = pieceOfArguments("'output_index':0", "x".repeat(1_000));
        all.append("\n\ndata: ").append(pieceOfArguments("'output_index':0", "{\"city\":\""));
        all.append(("\n\ndata: " + piece).repeat(pieces));
        all.append("\n\ndata: ").append(pieceOfArguments("'output_index':0", "\"}"));

        ModelReply reply = assertTimeout(Duration.ofSeconds(5), () -> events(all.toString(), completed("[]")));

        assertThat(reply.toolCalls().getFirst().arguments()).hasSize(pieces * 1_000 + "{\"city\":\"\"}".length());
    }

    // ---- replies that cannot be read

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[{\"type\":\"reasoning\",\"id\":\"x\",\"summary\":[],\"content\":[{\"type\":\"reasoning_text\",\"text\":\"It is 5.\"}]}]",
                "[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":{\"x\":\"Hi\"}}]}]",
                "[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hi\"},{\"type\":\"output_text\",\"text\":[1]}]}]",
                "[{\"type\":\"message\",\"role\":\"assistant\",\"content\":5}]",
                "[{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hi\"}]}]",
                "[{\"type\":\"answer\",\"value\":\"Hi\"}]",
                "[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[]}]",
                "[{\"type\":\"message\",\"role\":\"assistant\",\"content\":null}]",
                "[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"\"}]}]",
                "[{\"type\":\"message\",\"role\":\"assistant\",\"said\":\"Hi\"}]",
                "[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"parts\":[\"Hi\"]}]}]",
                "[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[" + PART
                        + ",{\"type\":\"output_markdown\",\"markdown\":\"there\"}]}]",
                "[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[" + PART + ",[\"there\"]]}]"
            })
    void answer_thatWasBilledAndCannotBeRead_isAFailureWithItsBill(String output) {
        assertThatThrownBy(() -> whole(reply("completed", "\"output\":" + output)))
                .isInstanceOfSatisfying(ModelException.ServerFailed.class, failure -> {
                    assertThat(failure.billed().orElseThrow().usage()).isEqualTo(TokenUsage.of(5, 2));
                    assertThat(failure.reach()).isNotEqualTo(ModelException.Reach.ATTEMPT);
                });
    }

    @Test
    void emptyAnswer_thatCostNoOutput_isComplete() throws Exception {
        ModelReply reply = whole(reply("completed", "\"output\":[" + said("") + "]")
                .replace("\"output_tokens\":2,\"total_tokens\":7", "\"output_tokens\":0,\"total_tokens\":5"));

        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.text()).isEmpty();
        assertThat(reply.notes()).containsExactly("the answer is empty");
    }

    @Test
    void unknownMember_ofAMessageWithoutContent_isNoEmptyAnswer_ofWhateverUsage() {
        String reply = reply("completed", "\"output\":[{\"type\":\"message\",\"said\":\"Hi\"}]");

        assertThatThrownBy(() -> whole(reply.replace("\"usage\"", "\"spent\"")))
                .isInstanceOf(ModelException.ServerFailed.class);
    }

    @Test
    void partWithoutWords_besideText_isLeftOutWithANote() throws Exception {
        String image = "{\"type\":\"output_image\",\"image_url\":\"x\"}";

        ModelReply reply =
                whole(reply("completed", "\"output\":[" + message("completed", "[" + PART + "," + image + "]") + "]"));

        assertThat(reply.text()).isEqualTo("plain");
        assertThat(reply.notes()).containsExactly("a part of the type 'output_image' was left out");
    }

    /** A server that gives the end of a message another id and no place. */
    @Test
    void message_thatEndsUnderAnotherName_isOne() throws Exception {
        String place = "'item_id':'a1','output_index':0,'delta':";

        for (String last : List.of("[]", "[" + said("The whole.").replace("\"id\":\"m\"", "\"id\":\"c3\"") + "]")) {
            ModelReply reply = events(
                    event("output_text.delta", place + "'The '"),
                    event("output_text.delta", place + "'whole.'"),
                    event("output_item.done", "'item':" + said("The whole.").replace("\"id\":\"m\"", "\"id\":\"b2\"")),
                    completed(last));
            assertThat(reply.text()).isEqualTo("The whole.");
        }
    }

    @Test
    void text_besideTheMessageThatSaysIt_isReadOnce() throws Exception {
        for (String output :
                List.of("\"Hello\"," + said("Hello"), said("Hello") + "," + PART.replace("plain", "Hello"))) {
            ModelReply reply = whole(reply("completed", "\"output\":[" + output + "]"));
            assertThat(reply.text()).isEqualTo("Hello");
            assertThat(reply.notes()).contains("a text beside a message said the same");
        }
        assertThat(whole(reply("completed", "\"output\":[\"One. \"," + said("Two.") + "]"))
                        .text())
                .isEqualTo("One. Two.");
    }

    /** Nobody knows whether its arguments would have come. */
    @Test
    void call_thatWasOnlyBegun_neverRuns() throws Exception {
        String begun = function("a", "get_a", "").replace("\"id\":", "\"status\":\"in_progress\",\"id\":");

        assertThat(events(added("'output_index':0", begun), completed("[]")).toolCalls())
                .containsExactly(new ToolCall("a", "get_a", "arguments that could not be found"));
        assertThat(events(added("'output_index':0", begun), arguments("'output_index':0", "{}"), completed("[]"))
                        .toolCalls())
                .containsExactly(new ToolCall("a", "get_a", "{}"));
        assertThat(events(
                                added("'output_index':0", begun),
                                done("'output_index':0", function("a", "get_a", "")),
                                completed("[]"))
                        .toolCalls())
                .containsExactly(new ToolCall("a", "get_a", ""));
    }

    @Test
    void message_thatIsSaidToGoOn_isTruncated() throws Exception {
        ModelReply reply = whole(reply("completed", "\"output\":[" + message("in_progress", "[" + PART + "]") + "]"));

        assertThat(reply.finish()).isEqualTo(Finish.TRUNCATED);
        assertThat(reply.notes()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "incomplete  | {}                 | TRUNCATED",
                "Incomplete  | {\"city\":\"Paris\"} | TRUNCATED",
                "in_progress | {}                 | TRUNCATED",
                "in_progress | {\"city\":\"Par     | TRUNCATED",
                "in_progress | {\"city\":\"Paris\"} | TOOL_CALLS",
                "completed   | {}                 | TOOL_CALLS"
            })
    void call_thatIsNotWhole_neverRuns(String status, String arguments, Finish finish) throws Exception {
        String call = function("a", "get_a", arguments).replace("\"id\":", "\"status\":\"" + status + "\",\"id\":");

        ModelReply reply = whole(reply("completed", "\"output\":[" + call + "]"));

        assertThat(reply.finish()).isEqualTo(finish);
        assertThat(reply.toolCalls()).hasSize(finish == Finish.TOOL_CALLS ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"status\":null,", "", "\"status\":\"\",", "\"status\":\"COMPLETED\","})
    void reply_withoutAStatus_isWhatItHolds(String status) throws Exception {
        String body = reply("X", "\"output\":[" + said("plain") + "]").replace("\"status\":\"X\",", status);

        ModelReply reply = whole(body);

        assertThat(reply.text()).isEqualTo("plain");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(5, 2));
        assertThat(reply.notes()).hasSize(1);
        assertThatThrownBy(() -> whole(body.replace(said("plain"), ""))).isInstanceOf(ModelException.class);
    }

    @Test
    void message_ofAnotherRole_isNoPartOfTheAnswer() throws Exception {
        ModelReply reply = whole(reply(
                "completed", "\"output\":[" + said("hello").replace("assistant", "user") + "," + said("plain") + "]"));

        assertThat(reply.text()).isEqualTo("plain");
        assertThat(reply.notes()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"tool_call, arguments", "function, parameters", "custom_tool_call, input"})
    void call_ofAnotherType_isRead(String type, String arguments) throws Exception {
        String call = function("a", "get_a", PARIS)
                .replace("function_call", type)
                .replace("\"arguments\"", '"' + arguments + '"');

        assertThat(whole(reply("completed", "\"output\":[" + call + "]")).toolCalls())
                .containsExactly(CALL_A);
    }

    @Test
    void text_thatStandsInItsPartsValue_isRead() throws Exception {
        String value = PART.replace("\"plain\"", "{\"value\":\"plain\"}");

        assertThat(whole(reply("completed", "\"output\":[" + message("completed", "[" + value + "]") + "]"))
                        .text())
                .isEqualTo("plain");
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
