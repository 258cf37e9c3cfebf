// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.openai.testing.LoopbackReply;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that a server says again, as a whole or with more: a tool that changes something must not run twice. */
class RepeatedCallsTest extends LoopbackTest {
    private static final ModelRequest TOOLS = REQUEST.withTools(List.of(
            new ToolSpec("find", "Finds.", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}")));

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

    @ParameterizedTest
    @ValueSource(
            strings = {
                // growing objects, each with all that names the call
                "{'index':0,'id':'a','function':{'name':'find','arguments':{'path':'/a'}}} "
                        + "{'index':0,'id':'a','function':{'name':'find','arguments':{'path':'/a','n':1}}} "
                        + "{'index':0,'id':'a','function':{'name':'find','arguments':{'path':'/a','n':1,'m':2}}}",
                // without an id, or an index, behind the first
                "{'index':0,'id':'a','function':{'name':'find','arguments':{'path':'/a'}}} "
                        + "{'index':0,'id':null,'function':{'name':'find','arguments':{'path':'/a','n':1,'m':2}}}",
                "{'id':'a','function':{'name':'find','arguments':{'path':'/a'}}} "
                        + "{'id':'a','function':{'name':'find','arguments':{'path':'/a','n':1,'m':2}}}"
            })
    void call_thatGrows_isOne(String parts) throws InterruptedException {
        assertThat(calls(parts)).containsExactly(new ToolCall("a", "find", "{\"path\":\"/a\",\"n\":1,\"m\":2}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'index':0,'id':'a','function':{'name':'find','arguments':{'path':'/a'}}} "
                        + "{'index':0,'id':'a','function':{'name':'find','arguments':{'mode':'dry'}}}",
                "{'index':0,'id':'a','function':{'name':'find','arguments':{'n':1}}} "
                        + "{'index':0,'id':'a','function':{'name':'find','arguments':{'n':12}}}",
                "{'index':0,'id':'a','function':{'name':'find','arguments':'{\\\\'n\\\\':1}'}} "
                        + "{'index':0,'id':'a','function':{'name':'find','arguments':'{\\\\'n\\\\':12}'}}"
            })
    void call_thatContradictsItself_isOneAndToldToTheModel(String parts) throws InterruptedException {
        assertThat(calls(parts))
                .singleElement()
                .satisfies(call -> assertThat(call.arguments()).startsWith("arguments that contradict"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'id':'a',", "'index':0,'id':'a',", "", "'index':0,"})
    void call_thatComesTwice_isOne(String names) throws InterruptedException {
        String once = "{'index':0,'id':'a','function':{'name':'find','arguments':'{\\\\'x\\\\':1}'}} ";
        for (String again : List.of("{\\\\'x\\\\':1}", "{ \\\\'x\\\\': 1 }")) {
            String twice = "{" + names + "'function':{'name':'find','arguments':'" + again + "'}}";
            assertThat(calls(once + twice)).containsExactly(new ToolCall("a", "find", "{\"x\":1}"));
            assertThat(calls(once.replace("'id':'a',", "") + twice.replace("'id':'a',", "")))
                    .hasSize(1);
        }
    }

    /** One has more arguments than the other, and each its own id or index. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'index':0,'id':'a','function':{'name':'find','arguments':{'x':1}}} "
                        + "{'index':0,'id':'b','function':{'name':'find','arguments':{'x':1,'y':2}}}",
                "{'index':0,'function':{'name':'find','arguments':{'x':1}}} "
                        + "{'index':1,'function':{'name':'find','arguments':{'x':1,'y':2}}}"
            })
    void calls_ofWhichOneHasTheArgumentsOfTheOther_areTwo(String parts) throws InterruptedException {
        assertThat(calls(parts)).hasSize(2);
    }

    @Test
    void call_thatAWholeReplyHasTwice_isOne() throws InterruptedException {
        String call = "{'id':'a','function':{'name':'find','arguments':'{\\\\'x\\\\':1,\\\\'y\\\\':2}'}}";
        String again = "{'id':'a','function':{'name':'find','arguments':{'y':2,'x':1}}}";
        String other = "{'id':'a','function':{'name':'find','arguments':{'y':2}}}";

        server.onAny()
                .replies(LoopbackReply.raw(
                        200,
                        "application/json",
                        json("{'choices':[{'message':{'tool_calls':[" + call + "," + again + "," + other
                                + "]},'finish_reason':'tool_calls'}]}")));

        assertThat(chat.call(TOOLS, plain()).toolCalls().stream().map(ToolCall::arguments))
                .containsExactly("{\"x\":1,\"y\":2}", "{\"y\":2}");
    }

    private List<ToolCall> calls(String parts) throws InterruptedException {
        server.reset();
        String events = Stream.concat(
                        Stream.of(parts.split(" (?=\\{')")).map(part -> "{'delta':{'tool_calls':[" + part + "]}}"),
                        Stream.of("{'delta':{},'finish_reason':'tool_calls'}"))
                .map(choice -> "data: " + json("{'choices':[" + choice + "]}") + "\n\n")
                .reduce("", String::concat);
        server.onAny().replies(LoopbackReply.raw(200, "text/event-stream", events));
        return chat.call(TOOLS, streamed(piece -> {})).toolCalls();
    }

    @Test
    void call_thatAReplyOfTheResponsesApiHasTwice_isOne() throws InterruptedException {
        String item = "{'type':'function_call','id':'%s','call_id':'a','name':'find','arguments':'%s'}";
        String items = item.formatted("fc1", "{\\\\'x\\\\':1}") + "," + item.formatted("fc2", "{ \\\\'x\\\\': 1 }");
        server.onAny()
                .replies(LoopbackReply.raw(
                        200,
                        "application/json",
                        json("{'object':'response','status':'completed','output':[" + items + "]}")));

        assertThat(client.call(TOOLS, plain()).toolCalls()).containsExactly(new ToolCall("a", "find", "{\"x\":1}"));
    }

    private static String json(String quoted) {
        return quoted.replace("\\\\'", "\\\"").replace('\'', '"');
    }
}
