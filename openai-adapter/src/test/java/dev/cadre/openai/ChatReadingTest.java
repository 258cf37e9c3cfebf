// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.MalformedReply;
import dev.cadre.model.ModelException.ServerFailed;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.thought.LeadingThought;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chat completions of servers that depart from the API, each in its smallest form. */
class ChatReadingTest extends LoopbackTest {
    private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}";
    private static final ModelRequest TOOLS = REQUEST.withTools(List.of(
            new ToolSpec("get_weather", "Looks.", SCHEMA),
            new ToolSpec("find", "Finds.", SCHEMA),
            new ToolSpec("find_all", "Finds all.", SCHEMA)));
    private static final ModelRequest JSON = REQUEST.withOutput(new OutputFormat.JsonSchema("answer", SCHEMA));

    private OpenAiClient chat;
    private final List<String> pieces = new ArrayList<>();

    /** A new one for each test: a client remembers what a server ignored. */
    @BeforeEach
    void startChat() {
        chat = OpenAiClient.builder(KEY)
                .baseUrl(server.baseUrl())
                .chatCompletions()
                .build();
    }

    @AfterEach
    void stopChat() {
        chat.close();
    }

    // ---- content

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{'type':'text','text':'Fi'},{'type':'text','text':'ne.'}] | Fine.",
                "[{'type':'thinking','thinking':[{'type':'text','text':'Hm.'}]},{'type':'text','text':'Fine.'}] | Fine.",
                "[{'type':'reasoning','text':'Hm.'},'Fine.'] | Fine.",
                "{'type':'text','text':'Fine.'} | Fine.",
                "{'type':'text','text':{'value':'Fine.'}} | Fine.",
                "[{'type':'text','text':{'value':'Fi','text':'Fi'}},{'type':'text','text':'ne.'}] | Fine.",
                "[{'type':'output_text','output_text':'Fine.'}] | Fine.",
                "[{'type':'text','content':'Fine.'},{'type':'text','annotations':[1]},null] | Fine.",
                "{'a':1} | {'a':1}",
                "7 | 7",
                "[{'type':'reference','reference_ids':[1]},{'type':'text','text':'Fine.'}] | Fine."
            })
    void content_thatIsNoText_isRead(String content, String text) throws InterruptedException {
        ModelReply reply = whole(REQUEST, "{\"content\":" + json(content) + "}", "\"stop\"");

        assertThat(reply.text()).isEqualTo(json(text));
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.notes()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'text','text':{'value':'Fi'}} {'type':'text','text':{'value':'ne.'}}",
                "{'type':'output_text','output_text':'Fi'} {'type':'text','text':'ne.'}",
                "{'type':'text','text':'Fi'} {'type':'text','content':'ne.'}"
            })
    void text_streamedInAnotherPlaceOfItsParts_isRead(String parts) throws InterruptedException {
        for (String form : List.of("{'content':[%s]}", "{'content':%s}")) {
            pieces.clear();
            server.reset();
            assertThat(streamed(
                                    REQUEST,
                                    Stream.concat(
                                                    Stream.of(parts.split(" "))
                                                            .map(part -> delta(form.formatted(part))),
                                                    Stream.of(finish("stop")))
                                            .toArray(String[]::new))
                            .text())
                    .isEqualTo("Fine.");
            assertThat(pieces).containsExactly("Fi", "ne.");
        }
    }

    /** Text that is there and cannot be read is missing from the answer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{'type':'text','text':'Fi'},{'type':'text','text':{'said':'ne.'}}]",
                "[{'type':'text','text':{'said':'Fi'}},{'type':'text','text':'ne.'}]",
                "[{'type':'text','said':'Fine.'}]",
                "[{'type':'image_url','image_url':{'url':'x'}}]",
                "[['Fine.']]",
                "[[[]]]"
            })
    void content_thatCannotBeRead_isAFailure(String content) {
        server.onAny().replies(body(json("{'content':" + content + "}"), "\"stop\""));
        ServerFailed failure = catchThrowableOfType(ServerFailed.class, () -> chat.call(REQUEST, plain()));

        assertThat(failure).hasMessageContaining("a part of the answer cannot be read");
        assertThat(failure.billed().map(ModelException.Billed::usage)).contains(TokenUsage.of(10, 3));
        server.reset();
        assertThatThrownBy(() -> streamed(REQUEST, delta("{'content':" + content + "}"), finish("stop")))
                .isInstanceOf(ServerFailed.class)
                .hasMessageContaining("a part of the answer cannot be read");
    }

    @Test
    void content_thatIsAnObject_isTheJsonThatWasAskedFor() throws InterruptedException {
        String answer = "{\"type\":\"text\",\"text\":\"Fine.\"}";

        assertThat(whole(JSON, "{\"content\":" + answer + "}", "\"stop\"").text())
                .isEqualTo(answer);
    }

    @Test
    void content_streamedInParts_isHeardAndRead() throws InterruptedException {
        ModelReply reply = streamed(
                REQUEST,
                delta("{'content':[{'type':'thinking','thinking':[{'type':'text','text':'Hm'}]}]}"),
                delta("{'content':[{'type':'text','text':'Fi'}]}"),
                delta("{'content':'ne.'}"),
                finish("stop"));

        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(pieces).containsExactly("Fi", "ne.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'content':[{'type':'reasoning','text':'Hm.'}]} {'content':[{'text':'Hm.'}]}",
                "{'content':[{'type':'thinking','text':'Hm.'}]}",
                "{'content':{'type':'Reasoning','text':'Hm.'}}"
            })
    void thinking_streamedInParts_isNotHeard(String thoughts) throws InterruptedException {
        ModelReply reply = streamed(
                REQUEST,
                Stream.concat(
                                Stream.of(thoughts.split(" ")).map(ChatReadingTest::delta),
                                Stream.of(delta("{'content':[{'type':'text','text':'Fine.'}]}"), finish("stop")))
                        .toArray(String[]::new));

        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(pieces).containsExactly("Fine.");
    }

    /** Some servers end with the whole message, some send it with each piece, and some send messages in place of pieces. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "delta:Fi delta:ne. message:Fine.",
                "delta:Fi delta:n message:Fine.",
                "delta:Fi both:Fi delta:ne. both:Fine.",
                "delta:Fi delta:ne. message:Fi message:ne.",
                "message:Fi delta:Fi delta:ne.",
                "message:Fi delta:ne.",
                "both:Fine. delta:Fi delta:ne.",
                "both:Fi delta:Fine.",
                "message:Fi message:ne.",
                "message:Fi message:ne. message:Fine.",
                "message:Fi message:Fine. message:Fine."
            })
    void text_inPiecesAndAsAWhole_isReadOnce(String said) throws InterruptedException {
        ModelReply reply = said(said, "stop");

        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(String.join("", pieces)).isEqualTo("Fine.");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.notes().isEmpty()).isEqualTo(said.equals("delta:Fi both:Fi delta:ne. both:Fine."));
    }

    @Test
    void messages_thatAreEqualPieces_areAllRead() throws InterruptedException {
        assertThat(said("message:ha message:ha message:ha message:!", "stop").text())
                .isEqualTo("hahaha!");
        assertThat(String.join("", pieces)).isEqualTo("hahaha!");
    }

    @Test
    void text_inPiecesAndAsAWhole_mayBeAListOfParts() throws InterruptedException {
        String parts =
                "[{'type':'thinking','thinking':'Hm.'},{'type':'text','text':'Fi'},{'type':'text','text':'ne.'}]";

        ModelReply reply = streamed(
                REQUEST,
                delta("{'content':[{'type':'text','text':'Fine'}]}"),
                message("{'content':" + parts + "}"),
                finish("stop"));

        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(pieces).containsExactly("Fine", ".");
    }

    @Test
    void reasoning_inPiecesAndAsAWhole_isReadOnce() throws InterruptedException {
        ModelReply reply = streamed(
                TOOLS,
                delta("{'reasoning_content':'Hm.','tool_calls':[{'id':'a','function':{'name':'find'}}]}"),
                message("{'reasoning_content':'Hm.'}"),
                finish("tool_calls"));

        assertThat(reply.providerState()).contains("\"Hm.\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"delta:Fi delta:ne. message:Not.", "message:Fi message:Fine. message:Not."})
    void text_whosePiecesAndWholeContradict_isNoAnswer(String said) throws InterruptedException {
        assertThatThrownBy(() -> said(said, "stop"))
                .isInstanceOf(ServerFailed.class)
                .hasMessageContaining("which contradict each other");
        server.reset();
        assertThat(said(said, "length").finish()).isEqualTo(Finish.TRUNCATED);
    }

    /** Chunks with a delta, a message or both. */
    private ModelReply said(String said, String reason) throws InterruptedException {
        return streamed(
                REQUEST,
                Stream.concat(Stream.of(said.split(" ")).map(ChatReadingTest::chunk), Stream.of(finish(reason)))
                        .toArray(String[]::new));
    }

    private static String chunk(String said) {
        String text = said.substring(said.indexOf(':') + 1);
        String content = "{'content':'" + text + "'}";
        return switch (said.substring(0, said.indexOf(':'))) {
            case "delta" -> delta(content);
            case "message" -> message(content);
            default -> message(content).replace("\"message\"", "\"delta\":{\"role\":\"assistant\"},\"message\"");
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<think>Hm { }</think>{\"a\":1}",
                "\n<think>\nHm\n</think>\n\n{\"a\":1}",
                "<reasoning>H</reasoning><reasoning>m</reasoning>{\"a\":1}",
                "Hm</think>{\"a\":1}"
            })
    void thinking_beforeJson_isLeftOut(String content) throws InterruptedException {
        String quoted = content.replace("\"", "\\\"").replace("\n", "\\n");

        ModelReply reply = whole(JSON, "{\"content\":\"" + quoted + "\"}", "\"stop\"");

        assertThat(reply.text()).isEqualTo("{\"a\":1}");
        assertThat(reply.notes()).containsExactly("a block of thinking before the answer was left out");
    }

    @Test
    void thinking_streamedBeforeJson_isNotHeard() throws InterruptedException {
        ModelReply reply = streamed(
                JSON,
                delta("{'content':' <th'}"),
                delta("{'content':'ink>H'}"),
                delta("{'content':'m</thi'}"),
                delta("{'content':'nk> '}"),
                delta("{'content':'[1'}"),
                delta("{'content':']'}"),
                finish("stop"));

        assertThat(reply.text()).isEqualTo("[1]");
        assertThat(pieces).containsExactly("[1", "]");
    }

    /** Subtasks of a draft must not start. */
    @Test
    void draftBeforeTheEndOfABlockThatTheServerBegan_isNotHeard() throws InterruptedException {
        ModelReply reply = streamed(
                JSON,
                delta("{'content':'First idea: [1] '}"),
                delta("{'content':'but no.</th'}"),
                delta("{'content':'ink> \\n'}"),
                delta("{'content':'[2'}"),
                delta("{'content':']'}"),
                finish("stop"));

        assertThat(reply.text()).isEqualTo("[2]");
        assertThat(pieces).containsExactly("[2", "]");
    }

    @Test
    void proseBeforeJson_isHeardAtTheEnd() throws InterruptedException {
        ModelReply reply =
                streamed(JSON, delta("{'content':'Here it '}"), delta("{'content':'is: [1]'}"), finish("stop"));

        assertThat(reply.text()).isEqualTo("Here it is: [1]");
        assertThat(pieces).containsExactly("Here it is: [1]");
    }

    /** Models write white space until their cap, and many blocks in a row. */
    @Test
    void thinking_inAMillionPieces_isReadInTimeLinearInThem() {
        var answer = LeadingThought.before(JSON.output(), pieces::add);

        assertTimeout(Duration.ofSeconds(30), () -> {
            for (int i = 0; i < 1_000_000; i++) {
                answer.hear(" ");
            }
            answer.hear("<think></think>".repeat(1_000_000) + "{}");
        });
        assertThat(pieces).containsExactly("{}");
    }

    /** A text may speak of such blocks. */
    @Test
    void blocks_inFreeText_stay() throws InterruptedException {
        String text = "<think>is a tag</think> of some models";

        assertThat(whole(REQUEST, "{\"content\":\"" + text + "\"}", "\"stop\"").text())
                .isEqualTo(text);
        assertThat(streamed(REQUEST, delta("{'content':'" + text + "'}"), finish("stop"))
                        .text())
                .isEqualTo(text);
        assertThat(pieces).containsExactly(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'content':'','reasoning_content':'It is 4.'}",
                "{'content':null,'reasoning':'It is 4.'}",
                "{'content':[{'type':'thinking','thinking':'It is 4.'}]}",
                "{'content':'<think>It is 4.</think>'}",
                "{'content':'<think>It is 4.'}"
            })
    void answerInTheReasoningAlone_isNoAnswer(String message) {
        server.onAny().replies(body(json(message), "\"stop\""));

        ServerFailed failure = catchThrowableOfType(ServerFailed.class, () -> chat.call(JSON, plain()));

        assertThat(failure).hasMessageContaining("all text is in the reasoning: switch off");
        assertThat(failure.isRetryable()).isFalse();
        assertThat(failure.billed().map(ModelException.Billed::usage)).contains(TokenUsage.of(10, 3));
    }

    @Test
    void thinkingUntilTheCap_isTruncated_andSaysWhatToDo() throws InterruptedException {
        ModelReply reply = whole(REQUEST, json("{'content':'','reasoning_content':'Hm.'}"), "\"length\"");

        assertThat(reply.finish()).isEqualTo(Finish.TRUNCATED);
        assertThat(reply.notes())
                .containsExactly(
                        "thinking used up the cap of output tokens: raise maxOutputTokens or lower the effort");
    }

    // ---- finish reasons

    @ParameterizedTest
    @CsvSource({
        "'\"eos\"', COMPLETE",
        "'\"STOP\"', COMPLETE",
        "'\"end_turn\"', COMPLETE",
        "'\"FinishReason.STOP\"', COMPLETE",
        "'\"max_tokens\"', TRUNCATED",
        "'\"MAX_TOKENS\"', TRUNCATED",
        "'\"model_length\"', TRUNCATED",
        "'\"safety\"', FILTERED",
        "'\"content-filter\"', FILTERED",
        "'\"refusal\"', REFUSED",
        "'\"max_new_tokens\"', TRUNCATED",
        "'\"truncated\"', TRUNCATED",
        "'\"ERROR_LIMIT\"', TRUNCATED",
        "'\"MaxTokens\"', TRUNCATED",
        "'\"token_limit_reached\"', TRUNCATED",
        "'\"pause_turn\"', TRUNCATED",
        "'\"ERROR_TOXIC\"', FILTERED",
        "'\"image_safety\"', FILTERED",
        "'\"content_policy\"', FILTERED",
        "'[\"stop\",\"length\"]', TRUNCATED",
        "'{\"type\":\"length\"}', TRUNCATED",
        "'{\"why\":{\"reason\":\"max_tokens\"}}', TRUNCATED",
        "'\"content_block_stop\"', COMPLETE",
        "'\"no_error\"', COMPLETE",
        "'\"bored\"', COMPLETE",
        "'\"\"', COMPLETE",
        "null, COMPLETE"
    })
    void finishReason_outsideTheStandardSet_isRead(String reason, Finish finish) throws InterruptedException {
        ModelReply reply = whole(REQUEST, "{\"content\":\"x\"}", reason == null ? "null" : reason);

        assertThat(reply.finish()).isEqualTo(finish);
        assertThat(reply.text()).isEqualTo("x");
        assertThat(reply.notes()).singleElement().asString().startsWith("the finish reason '");
    }

    @Test
    void finishReason_unknown_atTheCap_isTruncated() throws InterruptedException {
        server.onAny().replies(raw("""
                {"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":10,"completion_tokens":64}}"""));

        assertThat(chat.call(REQUEST, plain()).finish()).isEqualTo(Finish.TRUNCATED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'message':{'content':'x'},'native_finish_reason':'MAX_TOKENS'} | TRUNCATED",
                "{'message':{'content':'x'},'finish_reason':null,'native_finish_reason':'SAFETY'} | FILTERED",
                "{'message':{'content':'x'},'finish_reason':'','native_finish_reason':'STOP'} | COMPLETE",
                "{'message':{'content':'x'},'finish_reason':'stop','native_finish_reason':'MAX_TOKENS'} | TRUNCATED",
                "{'message':{'content':'x'},'finish_reason':'stop','stop_reason':'max_tokens'} | TRUNCATED",
                "{'message':{'content':'x'},'stop_reason':'max_tokens'} | TRUNCATED",
                "{'message':{'content':'x','finish_reason':'length'}} | TRUNCATED",
                // a stop sequence that was met
                "{'message':{'content':'x'},'finish_reason':'stop','stop_reason':'limit'} | COMPLETE",
                "{'message':{'content':'x'},'finish_reason':'stop','stop_reason':128009} | COMPLETE",
                "{'message':{'content':'x'},'finish_reason':'stop','native_finish_reason':'error_free'} | COMPLETE"
            })
    void finishReason_inAnotherPlace_isRead(String choice, Finish finish) throws InterruptedException {
        String whole = json(choice);
        server.onAny().replies(raw("{\"choices\":[" + whole + "]}"));
        assertThat(chat.call(REQUEST, plain()).finish()).isEqualTo(finish);

        server.reset();
        ModelReply reply =
                streamed(REQUEST, "data: {\"choices\":[" + whole.replace("\"message\"", "\"delta\"") + "]}\n\n");
        assertThat(reply.finish()).isEqualTo(finish);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "error",
                "insufficient_system_resource",
                "abort",
                "network_error",
                "failed",
                "internal_error",
                "USER_CANCEL",
                "overloaded",
                "preempted",
                "TOO_MANY_TOOL_CALLS",
                "rate_limited",
                "timed-out"
            })
    void finishReason_ofAnInterruptedReply_isAFailure(String reason) {
        server.onAny().replies(body("{\"content\":\"x\"}", "\"" + reason + "\""));

        assertThatThrownBy(() -> chat.call(REQUEST, plain()))
                .isInstanceOfSatisfying(
                        ServerFailed.class,
                        failure -> assertThat(failure.billed().map(ModelException.Billed::usage))
                                .contains(TokenUsage.of(10, 3)))
                .hasMessageContaining(reason);
    }

    /** What stands before a call is no answer. */
    @ParameterizedTest
    @ValueSource(strings = {"", "Let me look."})
    void announcedCalls_thatAreMissing_areAFailure(String text) {
        server.onAny().replies(body("{\"content\":\"" + text + "\"}", "\"tool_calls\""));

        assertThatThrownBy(() -> chat.call(TOOLS, plain()))
                .isInstanceOf(ServerFailed.class)
                .hasMessageContaining("announces tool calls and has none");
    }

    @Test
    void announcedCalls_whereNoToolIs_areNone() throws InterruptedException {
        ModelReply reply = whole(REQUEST, "{\"content\":\"Fine.\"}", "\"tool_calls\"");

        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.notes()).singleElement().asString().startsWith("the reply announces tool calls and has none");
    }

    @Test
    void finishReason_withinAThousandLists_isRead() throws InterruptedException {
        String lists = "[".repeat(900) + "\"length\"" + "]".repeat(900);

        assertThat(whole(REQUEST, "{\"content\":\"x\"}", lists).finish()).isEqualTo(Finish.TRUNCATED);
        server.reset();
        assertThat(whole(REQUEST, "{\"content\":\"x\"}", "[".repeat(900) + "]".repeat(900))
                        .finish())
                .isEqualTo(Finish.COMPLETE);
    }

    @ParameterizedTest
    @CsvSource({"stop, '', COMPLETE", "length, stop, TRUNCATED", "stop, bored, COMPLETE", "'', length, TRUNCATED"})
    void finishReasons_ofSeveralChunks_areOne(String one, String later, Finish finish) throws InterruptedException {
        ModelReply reply = streamed(REQUEST, delta("{'content':'x'}"), finish(one), finish(later));

        assertThat(reply.finish()).isEqualTo(finish);
    }

    @Test
    void stream_withoutReason_isCompleteOnlyIfTheServerSaysSo() throws InterruptedException {
        ModelReply reply = streamed(REQUEST, delta("{'content':'x'}"));
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.notes()).containsExactly("the finish reason '' was read as 'stop'");

        server.reset();
        server.onAny().replies(LoopbackReply.raw(200, "text/event-stream", delta("{'content':'x'}")));
        assertThatThrownBy(() -> chat.call(REQUEST, streamed(pieces::add))).isInstanceOf(MalformedReply.class);
    }

    @Test
    void stream_withoutItsLastEvent_isReadIfTheReasonIsKnown() throws InterruptedException {
        server.onAny().replies(LoopbackReply.raw(200, "text/event-stream", delta("{'content':'x'}") + finish("stop")));

        assertThat(chat.call(REQUEST, streamed(pieces::add)).text()).isEqualTo("x");
    }

    // ---- tool calls

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'a':1} | {'a':1}",
                "'{\"a\":1}' | {'a':1}",
                "[1] | [1]",
                "'[{\"a\":1},{}]' | [{'a':1},{}]",
                "null | ''",
            })
    void arguments_thatAreNoText_areReadAsTheyAre(String arguments, String read) throws InterruptedException {
        String given = arguments.contains("\"") ? "\"" + arguments.replace("\"", "\\\"") + "\"" : json(arguments);
        ModelReply reply = whole(
                TOOLS,
                "{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"find\",\"arguments\":%s}}]}".formatted(given),
                "\"tool_calls\"");

        assertThat(reply.toolCalls()).containsExactly(new ToolCall("c", "find", json(read)));
    }

    @Test
    void ids_missingOrRepeated_areMadeUp() throws InterruptedException {
        ModelReply reply = whole(TOOLS, json("""
                {'tool_calls':[{'function':{'name':'find'}},{'id':'','function':{'name':'find'}},
                {'id':'x','function':{'name':'find'}},{'id':'x','function':{'name':'find_all'}},{'id':7,'name':'find'}]}"""), "\"stop\"");

        assertThat(reply.toolCalls().stream().map(ToolCall::callId))
                .containsExactly("cadre0000", "cadre0001", "x", "cadre0002", "7");
        assertThat(reply.notes())
                .containsExactly("a tool call had no id and got one", "a tool call repeated an id and got its own");
    }

    @Test
    void call_withoutName_isToldToTheModel() throws InterruptedException {
        ModelReply reply = whole(TOOLS, json("{'tool_calls':[{'id':'c','function':{'arguments':'{}'}}]}"), "\"stop\"");

        assertThat(reply.toolCalls()).containsExactly(new ToolCall("c", "unreadable_call", "{}"));
        assertThat(reply.notes()).containsExactly("a tool call had no name");
    }

    @Test
    void call_inTheOlderForm_isRead() throws InterruptedException {
        ModelReply reply =
                whole(TOOLS, json("{'function_call':{'name':'find','arguments':'{}'}}"), "\"function_call\"");

        assertThat(reply.toolCalls()).containsExactly(new ToolCall("cadre0000", "find", "{}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // the name once, in pieces, with each piece, as it grows, and emptied
                "{'id':'a','function':{'name':'get_weather','arguments':'{'}} {'function':{'arguments':'}'}}",
                "{'id':'a','function':{'name':'get_'}} {'function':{'name':'weather','arguments':'{}'}}",
                "{'id':'a','function':{'name':'get_weather','arguments':''}}"
                        + " {'id':'a','function':{'name':'get_weather','arguments':'{}'}}",
                "{'id':'a','function':{'name':'get_'}} {'function':{'name':'weather','arguments':'{'}}"
                        + " {'function':{'name':'get_weather','arguments':'}'}}",
                "{'id':'a','function':{'name':'get'}} {'function':{'name':'get_weather','arguments':'{}'}}",
                "{'id':'a','function':{'name':'get_weather','arguments':'{'}} {'function':{'name':'','arguments':'}'}}",
                // every piece with a new id
                "{'id':'a','function':{'name':'get_weather','arguments':'{'}} {'id':'b','function':{'arguments':'}'}}",
                "{'id':'a','function':{'name':'get_weather','arguments':{}}}"
            })
    void call_inPieces_isJoined(String parts) throws InterruptedException {
        assertThat(calls(parts)).containsExactly(new ToolCall("a", "get_weather", "{}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'index':0,'id':'a','function':{'name':'find','arguments':'{}'}}"
                        + " {'index':1,'id':'b','function':{'name':'find','arguments':'{}'}}",
                "{'id':'a','function':{'name':'find','arguments':'{}'}}"
                        + " {'id':'b','function':{'name':'find','arguments':'{}'}}",
                "{'id':'a','function':{'name':'find','arguments':'{\\\\'x\\\\':1}'}}"
                        + " {'id':'a','function':{'name':'find','arguments':'{\\\\'x\\\\':2}'}}",
                "{'function':{'name':'find','arguments':'{\\\\'x\\\\':\\\\'}\\\\'}'}}"
                        + " {'function':{'name':'find','arguments':'{}'}}",
                "{'function':{'name':'find','arguments':{}}} {'function':{'name':'find','arguments':{}}}"
            })
    void calls_inPieces_areKeptApart(String parts) throws InterruptedException {
        assertThat(calls(parts))
                .hasSize(2)
                .allSatisfy(call -> assertThat(call.name()).isEqualTo("find"));
    }

    /** The id tells calls apart where the index does not. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{'id':'a','function':{'name':'find','arguments':''}}]"
                        + " [{'id':'b','function':{'name':'get_weather','arguments':''}}]"
                        + " [{'id':'a','function':{'arguments':'{\\'x\\':'}}] [{'id':'b','function':{'arguments':'{\\'x\\':2}'}}]"
                        + " [{'id':'a','function':{'arguments':'1}'}}]",
                "[{'index':0,'id':'a','function':{'name':'find','arguments':''}}]"
                        + " [{'index':0,'id':'b','function':{'name':'get_weather','arguments':''}}]"
                        + " [{'index':0,'id':'a','function':{'arguments':'{\\'x\\':1}'}}]"
                        + " [{'index':0,'id':'b','function':{'arguments':'{\\'x\\':2}'}}]",
                "[{'index':null,'id':'a','function':{'name':'find'}},{'index':null,'id':'b','function':{'name':'get_weather'}}]"
                        + " [{'id':'a','function':{'arguments':'{\\'x\\':'}},{'id':'b','function':{'arguments':'{\\'x\\':'}}]"
                        + " [{'id':'a','function':{'arguments':'1}'}},{'id':'b','function':{'arguments':'2}'}}]",
                "[{'index':0,'id':'a','function':{'name':'find'}},{'index':1,'id':'b','function':{'name':'get_weather'}}]"
                        + " [{'index':0,'id':'b','function':{'arguments':'{\\'x\\':2}'}}]"
                        + " [{'index':0,'id':'a','function':{'arguments':'{\\'x\\':1}'}}]",
                // the place in the list
                "[{'id':'a','function':{'name':'find'}},{'id':'b','function':{'name':'get_weather'}}]"
                        + " [{'function':{'arguments':'{\\'x\\':1}'}},{'function':{'arguments':'{\\'x\\':2}'}}]",
                // a piece without id and index goes on with the last one
                "[{'id':'b','function':{'name':'get_weather','arguments':'{'}}] [{'id':'a','function':{'name':'find'}}]"
                        + " [{'id':'b','function':{'arguments':'\\'x\\':'}}] [{'function':{'arguments':'2}'}}]"
                        + " [{'id':'a','function':{'arguments':'{\\'x\\':1}'}}]"
            })
    void pieces_ofCallsInTurn_areJoinedById(String lists) throws InterruptedException {
        ModelReply reply = streamed(
                TOOLS,
                Stream.concat(
                                Stream.of(lists.split(" ")).map(list -> delta("{'tool_calls':" + list + "}")),
                                Stream.of(finish("tool_calls")))
                        .toArray(String[]::new));

        assertThat(reply.toolCalls())
                .containsExactlyInAnyOrder(
                        new ToolCall("a", "find", "{\"x\":1}"), new ToolCall("b", "get_weather", "{\"x\":2}"));
    }

    /** A message at the end says what the pieces said, or what they lack. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'id':'a','function':{'name':'find','arguments':''}}",
                "{'index':0,'id':'a','function':{'name':'find','arguments':'{}'}}",
                "{'id':'a','function':{'name':'find','arguments':'{\\'x\\''}}",
                "{'index':0,'id':'a','function':{'name':'find','arguments':'{\\'x\\':7}'}}",
                "{'id':'a','function':{'name':'find','arguments':'{ \\'x\\':7}'}}",
                "{'id':'a','function':{'name':'find','arguments':{'x':7}}}",
                "{'id':'a','function':{'name':'fi'}} {'function':{'name':'nd','arguments':'{\\'x\\''}}"
            })
    void call_inPiecesAndAsAWhole_isReadOnce(String parts) throws InterruptedException {
        String whole = "{'tool_calls':[{'id':'%s','function':{'name':'find','arguments':'{\\'x\\':7}'}}]}";
        for (String id : List.of("a", "b")) {
            assertThat(callsBefore(parts, message(whole.formatted(id))))
                    .singleElement()
                    .satisfies(call ->
                            assertThat(call.arguments().replace(" ", "")).isEqualTo("{\"x\":7}"));
            assertThat(callsBefore(
                            parts,
                            message(whole.formatted(id)).replace("\"message\"", "\"delta\":{},\"message\""),
                            message(whole.formatted(id))))
                    .hasSize(1);
        }
    }

    @Test
    void calls_inPiecesAndAsAWhole_areToldApart() throws InterruptedException {
        String one = "{'id':'a','function':{'name':'find','arguments':'{\\'x\\':1}'}}";
        String other = "{'id':'b','function':{'name':'find','arguments':'{\\'x\\':2}'}}";
        List<ToolCall> both = List.of(new ToolCall("a", "find", "{\"x\":1}"), new ToolCall("b", "find", "{\"x\":2}"));

        for (String sent : List.of(one, one + " " + other)) {
            assertThat(callsBefore(sent, message("{'tool_calls':[" + one + "," + other + "]}")))
                    .isEqualTo(both);
            assertThat(callsBefore(
                            sent,
                            message("{'tool_calls':[" + other + "," + one + "]}"),
                            message("{'tool_calls':[" + one + "," + other + "]}")))
                    .containsExactlyInAnyOrderElementsOf(both);
        }
        server.reset();
        assertThat(streamed(
                                TOOLS,
                                message("{'tool_calls':[" + one + "]}"),
                                message("{'tool_calls':[" + one + "," + other + "]}"),
                                finish("tool_calls"))
                        .toolCalls())
                .isEqualTo(both);
    }

    @Test
    void call_whoseWholeContradictsItsPieces_isToldToTheModel() throws InterruptedException {
        assertThat(callsBefore(
                        "{'id':'a','function':{'name':'find','arguments':'{\\'x\\':1}'}}",
                        message("{'tool_calls':[{'id':'a','function':{'name':'find','arguments':'{\\'x\\':2}'}}]}")))
                .singleElement()
                .satisfies(call -> assertThat(call.arguments()).startsWith("arguments that contradict"));
    }

    private List<ToolCall> callsBefore(String parts, String... events) throws InterruptedException {
        server.reset();
        return streamed(
                        TOOLS,
                        Stream.of(
                                        Stream.of(parts.split(" (?=\\{')"))
                                                .map(part -> delta("{'tool_calls':[" + part + "]}")),
                                        Stream.of(events),
                                        Stream.of(finish("tool_calls")))
                                .flatMap(each -> each)
                                .toArray(String[]::new))
                .toolCalls();
    }

    /** A tool that may change something must never run without its arguments. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'id':'a','function':{'name':'find','arguments':{'x':'y'}}} {'function':{'arguments':{}}}",
                "{'id':'a','function':{'name':'find','arguments':'{\\'x\\':\\'y\\'}'}} {'function':{'arguments':{}}}",
                "{'id':'a','function':{'name':'find','arguments':'{\\'x\\':\\'y\\'}'}} {'function':{'arguments':'{}'}}",
                "{'index':0,'id':'a','function':{'name':'find','arguments':{'x':'y'}}}"
                        + " {'index':0,'id':'a','function':{'name':'find','arguments':{}}}",
                "{'id':'a','function':{'name':'find','arguments':{}}} {'function':{'arguments':'{\\'x\\':\\'y\\'}'}}",
                "{'id':'a','function':{'name':'find','arguments':'{}'}} {'function':{'arguments':'{\\'x\\':\\'y\\'}'}}",
                "{'index':0,'id':'a','function':{'name':'find','arguments':{}}}"
                        + " {'index':0,'id':'a','function':{'name':'find','arguments':{'x':'y'}}}",
                "{'id':'a','function':{'name':'find','arguments':{'x':'y'}}} {'function':{'arguments':{'x':'y'}}}",
                "{'id':'a','function':{'name':'find','arguments':{'x':''}}} {'function':{'arguments':{'x':'y'}}}",
                "{'id':'a','function':{'name':'find','arguments':{'x':'y'}}}"
                        + " {'function':{'arguments':'{\\'x\\':\\'y\\'}'}}",
                "{'id':'a','function':{'name':'find','arguments':'{\\'x\\':\\'y\\'}'}} {'function':{'arguments':' '}}",
                "{'id':'a','function':{'name':'find','parameters':{'x':'y'}}}",
                "{'id':'a','function':{'name':'find','arguments':'','parameters':'{\\'x\\':'}}"
                        + " {'function':{'parameters':'\\'y\\'}'}}",
                "{'id':'a','type':'tool_use','name':'find','input':{'x':'y'}}",
                // the same call again
                "{'index':0,'id':'a','function':{'name':'find','arguments':'{\\'x\\':\\'y\\'}'}}"
                        + " {'index':0,'id':'a','function':{'name':'find','arguments':'{\\'x\\':\\'y\\'}'}}",
                "{'index':0,'id':'a','function':{'name':'find','arguments':{'x':'y'}}}"
                        + " {'index':0,'id':'a','function':{'name':'find','arguments':{'x':'y'}}}"
            })
    void arguments_sentTwiceOrUnderAnotherName_areKept(String parts) throws InterruptedException {
        ModelReply reply = reply(parts);

        assertThat(reply.toolCalls())
                .singleElement()
                .satisfies(call -> assertThat(call.arguments().strip()).isEqualTo("{\"x\":\"y\"}"));
        assertThat(parts.contains("' '") || !reply.notes().isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'function':{'name':'find','arguments':{'x':'y'}}} {'function':{'arguments':{'x':'z'}}}",
                "{'function':{'name':'find','arguments':{'x':'y'}}} {'function':{'arguments':'{\\'x\\':\\'z\\'}'}}",
                "{'function':{'name':'find','arguments':'{\\'x\\':1}'}} {'function':{'arguments':'{\\'x\\':2}'}}",
                "{'function':{'name':'find','arguments':'{\\'x\\':'}} {'function':{'arguments':{'x':'z'}}}",
                "{'function':{'name':'find','payload':{'x':'y'}}}",
                "{'function':{'name':'find','payload':'{\\'x\\''}} {'function':{'payload':':1}'}}",
                "{'function':{'name':'find'},'payload':{'x':'y'}}"
            })
    void arguments_thatCannotBeKnown_areToldToTheModel(String parts) throws InterruptedException {
        assertThat(calls(parts)).singleElement().satisfies(call -> {
            assertThat(call.name()).isEqualTo("find");
            assertThat(call.arguments()).startsWith("arguments that c");
        });
        if (!parts.contains(" ")) {
            server.reset();
            assertThat(whole(TOOLS, json("{'tool_calls':[" + parts + "]}"), "\"tool_calls\"")
                            .toolCalls())
                    .singleElement()
                    .satisfies(call -> assertThat(call.arguments()).startsWith("arguments that c"));
        }
    }

    /** A call without arguments may be the one whose arguments were mixed up with another's. */
    @ParameterizedTest
    @ValueSource(strings = {"", "{}"})
    void argumentsThatAreNone_besideArgumentsThatCannotBeKnown_areToldToTheModel(String none)
            throws InterruptedException {
        for (String mixed : List.of("{\\'x\\':1}{\\'x\\':2}", "{\\'x\\':")) {
            server.reset();
            assertThat(whole(
                                    TOOLS,
                                    json("{'tool_calls':[{'id':'a','function':{'name':'find','arguments':'" + none
                                            + "'}},{'id':'b','function':{'name':'find','arguments':'" + mixed
                                            + "'}}]}"),
                                    "\"tool_calls\"")
                            .toolCalls())
                    .first()
                    .isEqualTo(new ToolCall("a", "find", "arguments that could not be found"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'function':{'name':'find'}}",
                "{'function':{'name':'find','arguments':''}}",
                "{'function':{'name':'find','arguments':null},'extra_content':{'google':{'thought_signature':'s'}}}",
                "{'function':{'name':'find','arguments':'','payload':{'x':1}}}",
                "{'id':'a','type':'tool_use','name':'find','input':{}}"
            })
    void arguments_thatAreNone_stayNone(String call) throws InterruptedException {
        ModelReply reply = whole(TOOLS, json("{'tool_calls':[" + call + "]}"), "\"tool_calls\"");

        assertThat(reply.toolCalls())
                .singleElement()
                .satisfies(read -> assertThat(read.arguments()).isIn("", "{}"));
        assertThat(calls(call))
                .singleElement()
                .satisfies(read -> assertThat(read.arguments()).isIn("", "{}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'index':0,'function':{'name':'find','arguments':''}} {'index':0,'function':{'name':'get_weather','arguments':''}}",
                "{'function':{'name':'find'}} {'function':{'name':'get_weather'}}",
                "{'function':{'name':'find','arguments':{}}} {'function':{'name':'get_weather','arguments':{}}}",
                "{'function':{'name':'find'}} {'function':{'name':'find_all'}}",
                "{'function':{'name':'find'}} {'function':{'name':'get_'}} {'function':{'name':'weather'}}",
                "{'function':{'name':'invented'}} {'function':{'name':'find'}}"
            })
    void calls_ofDifferentTools_areKeptApart(String parts) throws InterruptedException {
        assertThat(calls(parts)).hasSize(2).doesNotHaveDuplicates();
        assertThat(calls(parts).stream().map(ToolCall::name).distinct()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'id':'a','function':{'name':'find','arguments':'{}'}}",
                "{'0':{'id':'a','function':{'name':'find','arguments':'{}'}}}"
            })
    void calls_withoutList_areRead(String call) throws InterruptedException {
        ModelReply reply = whole(TOOLS, json("{'content':'I call.','tool_calls':" + call + "}"), "\"stop\"");

        assertThat(reply.toolCalls()).containsExactly(new ToolCall("a", "find", "{}"));
        assertThat(reply.finish()).isEqualTo(Finish.TOOL_CALLS);
        assertThat(reply.notes()).containsExactly("the tool calls came without a list");
        server.reset();
        assertThat(streamed(TOOLS, delta("{'tool_calls':" + call + "}"), finish("stop"))
                        .toolCalls())
                .containsExactly(new ToolCall("a", "find", "{}"));
    }

    @Test
    void calls_thatAreAText_areToldToTheModel() throws InterruptedException {
        assertThat(whole(TOOLS, json("{'content':'I call.','tool_calls':'find()'}"), "\"stop\"")
                        .toolCalls())
                .containsExactly(new ToolCall("cadre0000", "unreadable_call", ""));
    }

    @Test
    void call_streamedInTheOlderForm_isRead() throws InterruptedException {
        ModelReply reply = streamed(
                TOOLS,
                delta("{'function_call':{'name':'find','arguments':'{\\'x\\':'}}"),
                delta("{'function_call':{'arguments':'1}'}}"),
                finish("function_call"));

        assertThat(reply.toolCalls()).containsExactly(new ToolCall("cadre0000", "find", "{\"x\":1}"));
        assertThat(reply.notes()).contains("a tool call came in the form of older servers");
    }

    private List<ToolCall> calls(String parts) throws InterruptedException {
        return reply(parts).toolCalls();
    }

    private ModelReply reply(String parts) throws InterruptedException {
        server.reset();
        return streamed(
                TOOLS,
                Stream.concat(
                                Stream.of(parts.split(" (?=\\{)")).map(part -> delta("{'tool_calls':[" + part + "]}")),
                                Stream.of(finish("tool_calls")))
                        .toArray(String[]::new));
    }

    /** Its arguments may have been about to come. */
    @ParameterizedTest
    @ValueSource(strings = {"", "'arguments':'',", "'arguments':' ',"})
    void callWithoutArguments_inAReplyThatMayBeCut_isToldToTheModel(String none) throws InterruptedException {
        String call = json("{'tool_calls':[{'id':'a','function':{" + none + "'name':'find'}}]}");
        var lost = new ToolCall("a", "find", "arguments that could not be found");

        assertThat(whole(TOOLS, call, "null").toolCalls()).containsExactly(lost);
        server.reset();
        assertThat(streamed(TOOLS, delta(call)).toolCalls()).containsExactly(lost);
        server.reset();
        assertThat(streamed(TOOLS, delta(call), finish("stop"), counted("10 64 74"))
                        .toolCalls())
                .containsExactly(lost);
        server.reset();
        assertThat(streamed(TOOLS, delta(call), finish("stop"), counted("10 63 73"))
                        .toolCalls())
                .extracting(ToolCall::arguments)
                .containsExactly(none.contains("' '") ? " " : "");
    }

    @Test
    void reasoningBesideCalls_goesBackUnderItsOwnName() throws InterruptedException {
        String call = "'tool_calls':[{'id':'a','function':{'name':'find','arguments':'{}'}}]";
        ModelReply reply = whole(TOOLS, json("{'reasoning':'Hm.'," + call + "}"), "\"tool_calls\"");

        chat.call(
                TOOLS.withTurns(List.of(
                        new Turn.User("Look."),
                        new Turn.Assistant("", reply.toolCalls(), reply.providerState()),
                        new Turn.ToolResult("a", "None.", List.of()))),
                plain());

        assertThat(server.requests().getLast().body()).contains("\"reasoning\":\"Hm.\"");
    }

    // ---- usage and streams

    @Test
    void usage_ofSeveralChunks_isTheLargest() throws InterruptedException {
        ModelReply reply = streamed(
                REQUEST,
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":1}}\n\n",
                delta("{'content':'x'}"),
                "data: {\"choices\":[{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3}}]}\n\n",
                finish("stop"),
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}}\n\n");

        assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 3));
        assertThat(reply.notes()).containsExactly("a later usage with fewer tokens was left out");
    }

    /** The prompt first and the output last, estimates first, each piece by itself, zeros, nothing true. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1000 1 1001; - 7 - | 1000 7",
                "1000 - -; - 7 - | 1000 7",
                "1000 - -; 0 7 7 | 1000 7",
                "1000 0 1000; - 7 - | 1000 7",
                "1000 0 1000; 900 7 907 | 900 7",
                "1000 1 1001; 900 7 907 | 1000 7",
                "1000 9 1009; 1100 7 1107 | 1100 9",
                "10 1 11; 0 2 2; 0 3 3 | 10 3",
                "10 1 11; 0 1 1; 0 1 1 | 10 3",
                "10 7 17; -1 -1 - | 10 7",
                "10 7 17; 0 0 0 | 10 7",
                "10 - 17; 10 3 - | 10 7"
            })
    void usage_inPieces_isTheLargestOfEachCount(String usages, String read) throws InterruptedException {
        String[] events = Stream.concat(
                        Stream.of(delta("{'content':'x'}")),
                        Stream.of(usages.split("; ")).map(ChatReadingTest::counted))
                .toArray(String[]::new);

        TokenUsage usage = streamed(REQUEST, events).usage();

        assertThat(usage.inputTokens() + " " + usage.outputTokens()).isEqualTo(read);
    }

    /** Else a count that began with the stream would be all that is paid. */
    @Test
    void usage_beforeTheLastOfTheText_isUnknown() throws InterruptedException {
        ModelReply reply = streamed(REQUEST, counted("10 1 11"), delta("{'content':'x'}"), finish("stop"));

        assertThat(reply.usage()).isNull();
        assertThat(reply.notes()).containsExactly("the usage came before all was written: it does not count all");
    }

    /** A filter that comes late, or counters: they are no text that the usage would not count. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'content_filter_results':{'hate':{'filtered':false}},'content_filter_offsets':{'check_offset':5}",
                "'token_ids':[1,2]",
                "'citations':['u']",
                "'stats':{'tps':4}",
                "'flag':'x'"
            })
    void usage_beforeAChoiceThatWritesNothing_isBelieved(String member) throws InterruptedException {
        String call = "{'tool_calls':[{'index':0,'id':'c','function':{'name':'find','arguments':'{}'}}]}";
        String late = "data: " + json("{'choices':[{'index':0,'finish_reason':null," + member + "}]}") + "\n\n";

        for (String written : List.of("{'content':'Fine.'}", call)) {
            server.reset();
            ModelReply reply = streamed(TOOLS, delta(written), finish("stop"), counted("10 3 13"), late);

            assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 3));
        }
    }

    private static String counted(String counts) {
        String[] given = counts.split(" ");
        String usage = "{'prompt_tokens':%s,'completion_tokens':%s,'total_tokens':%s}"
                .formatted((Object[]) given)
                .replace(":-,", ":null,")
                .replace(":-}", ":null}");
        return "data: " + json("{'choices':[],'usage':" + usage + "}") + "\n\n";
    }

    @Test
    void usage_cachedInOnePieceOnly_isRead() throws InterruptedException {
        ModelReply reply = streamed(
                REQUEST,
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"cached_tokens\":4}}\n\n",
                delta("{'content':'x'}"),
                finish("stop"),
                "data: {\"choices\":[],\"usage\":{\"completion_tokens\":3}}\n\n");

        assertThat(reply.usage()).isEqualTo(new TokenUsage(10, 4, 0, 3, 0));
        assertThat(reply.notes()).containsExactly("the usage came in pieces");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'x_groq':{'usage':%s},'choices':[{'message':{'content':'x'},'finish_reason':'stop'}]}",
                "{'choices':[{'message':{'content':'x'},'finish_reason':'stop','usage':%s}]}",
                "{'usage':{},'choices':[{'message':{'content':'x'},'finish_reason':'stop','usage':%s}]}"
            })
    void usage_elsewhereInAWholeReply_isRead(String reply) throws InterruptedException {
        server.onAny().replies(raw(json(reply.formatted("{'prompt_tokens':10,'completion_tokens':3}"))));

        assertThat(chat.call(REQUEST, plain()).usage()).isEqualTo(TokenUsage.of(10, 3));
    }

    /** Thinking that is named apart may not count toward the cap. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'prompt_tokens':10,'completion_tokens':3,'total_tokens':400000} | 64",
                "{'prompt_tokens':10,'completion_tokens':3,'reasoning_tokens':9000} | 9003",
                "{'prompt_tokens':10,'total_tokens':400000} | -1",
                "{'prompt_tokens':10,'completion_tokens':3,'reasoning_tokens':9000,'total_tokens':9013} | 9003",
                "{'prompt_tokens':10,'completion_tokens':9000,'total_tokens':9010} | 9000",
                "{'prompt_tokens':10,'completion_tokens':3,'total_tokens':14} | 4"
            })
    void outputBeyondTheCap_isBelievedWhereItIsNamed_andBoundedWhereATotalAloneTellsIt(String usage, long output)
            throws InterruptedException {
        server.onAny()
                .replies(raw(json(
                        "{'choices':[{'message':{'content':'x'},'finish_reason':'stop'}],'usage':" + usage + "}")));

        TokenUsage read = chat.call(REQUEST, plain()).usage();

        assertThat(read == null ? -1 : read.outputTokens()).isEqualTo(output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void stream_inAnyForm_isRead(String lineEnd) throws InterruptedException {
        String events = "\uFEFF" + ": comment\n\nevent: ping\ndata:\n\ndata: ping\n\n" + delta("{'content':'Fi'}")
                + "data: {}\n\nid: 1\nretry: 5\n\n" + delta("{'content':'ne.'}").strip() + "\n"
                + finish("stop").strip();
        server.onAny().replies(LoopbackReply.raw(200, "text/plain", events.replace("\n", lineEnd)));

        assertThat(chat.call(REQUEST, streamed(pieces::add)).text()).isEqualTo("Fine.");
        assertThat(pieces).containsExactly("Fi", "ne.");
    }

    @Test
    void wholeReply_thatClaimsToBeAStream_isRead() throws InterruptedException {
        server.onAny()
                .replies(LoopbackReply.raw(
                        200,
                        "text/event-stream",
                        "\n {\"choices\":[{\"message\":{\"content\":\"Fine.\"},\"finish_reason\":\"stop\"}]}"));

        assertThat(chat.call(REQUEST, streamed(pieces::add)).text()).isEqualTo("Fine.");
        assertThat(pieces).containsExactly("Fine.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"}", "{\"choices\":[]}", "\n<!-- end -->"})
    void junkBehindAReply_isLeftOut(String junk) throws InterruptedException {
        String whole = "{\"choices\":[{\"message\":{\"content\":\"Fine.\"},\"finish_reason\":\"stop\"}]}";
        server.onAny().replies(raw(whole + junk));

        for (CallContext context : List.of(plain(), streamed(pieces::add))) {
            ModelReply reply = chat.call(REQUEST, context);

            assertThat(reply.text()).isEqualTo("Fine.");
            assertThat(reply.notes()).containsExactly("what stood behind the reply was left out");
        }
    }

    /** Some servers send the member with every chunk. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "''",
                "' '",
                "{}",
                "[]",
                "false",
                "0",
                "{'code':0,'message':''}",
                "{'code':null,'type':''}"
            })
    void error_thatSaysNothing_isNone(String error) throws InterruptedException {
        String text = json("{'choices':[{'delta':{'content':'Fine.'},'error':%1$s}],'error':%1$s}".formatted(error));
        String end =
                json("{'choices':[{'delta':{},'finish_reason':'stop','error':%1$s}],'error':%1$s}".formatted(error));
        assertThat(streamed(REQUEST, "data: " + text + "\n\n", "data: " + end + "\n\n")
                        .text())
                .isEqualTo("Fine.");
        server.reset();
        server.onAny().replies(raw(end.replace("\"delta\":{}", "\"message\":{\"content\":\"Fine.\"}")));
        assertThat(chat.call(REQUEST, plain()).text()).isEqualTo("Fine.");
    }

    /** What came before it is half of an answer at most, whatever the finish reason says. */
    @ParameterizedTest
    @ValueSource(strings = {"{'code':502,'message':'It died.'}", "'It died.'", "{'reason':'It died.'}", "true", "502"})
    void error_inAReplyOrAChoice_isAFailure(String error) {
        String inChoice =
                json("{'choices':[{'delta':{'content':''},'finish_reason':'stop','error':%s}]}".formatted(error));
        String beside =
                json("{'choices':[{'delta':{'content':''},'finish_reason':'stop'}],'error':%s}".formatted(error));
        for (String last : List.of(inChoice, beside)) {
            server.reset();
            assertThatThrownBy(() -> streamed(REQUEST, delta("{'content':'Half'}"), "data: " + last + "\n\n"))
                    .isInstanceOf(ServerFailed.class);
            server.reset();
            server.onAny().replies(raw(last.replace("delta", "message").replace("\"\"", "\"Half\"")));
            assertThatThrownBy(() -> chat.call(REQUEST, plain())).isInstanceOf(ServerFailed.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'error':{'message':'It died.'},'choices':[]}",
                "{'choices':[{'message':{'content':'Half'},'finish_reason':'error','error':{'message':'It died.'}}]}",
                "{'error':{'code':'tool_use_failed'},'choices':[]}",
                "{'choices':[]}",
                "{'choices':[{'message':{'content':''},'finish_reason':'odd'}]}"
            })
    void failure_whoseReplyToldItsUsage_isBilledByIt(String reply) {
        String usage = json(",'model':'m-1','usage':{'prompt_tokens':10,'completion_tokens':3}}");
        server.onAny().replies(raw(json(reply).substring(0, reply.length() - 1) + usage));

        ModelException failure = catchThrowableOfType(ModelException.class, () -> chat.call(REQUEST, plain()));

        assertThat(failure.billed())
                .contains(new ModelException.Billed("m-1", TokenUsage.of(10, 3), ServiceTier.STANDARD, Map.of()));
    }

    /** A count that came before some of the text is not that of all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"error\":{\"message\":\"It died.\"}}\n\n",
                "data: {\"choices\":[],\"error\":\"It died.\",\"usage\":{\"completion_tokens\":3}}\n\n",
                ""
            })
    void failure_ofAStreamThatToldItsUsage_isBilledByIt(String end) {
        ModelException failure = failure(delta("{'content':'Half'}") + counted("10 3 13") + end);
        ModelException early = failure(counted("10 3 13") + delta("{'content':'Half'}") + end.replace("usage", "u"));

        assertThat(failure.billed().map(ModelException.Billed::usage)).contains(TokenUsage.of(10, 3));
        assertThat(early.billed()).isEmpty();
        assertThat(early.charge()).isEqualTo(ModelException.Charge.UNKNOWN);
    }

    @Test
    void filter_whoseReplyToldItsUsage_isBilledByIt() throws InterruptedException {
        server.onAny()
                .replies(raw(json("{'error':{'code':'content_filter'},'choices':[],"
                        + "'usage':{'prompt_tokens':10,'completion_tokens':3}}")));

        ModelReply reply = chat.call(REQUEST, plain());

        assertThat(reply.finish()).isEqualTo(Finish.FILTERED);
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 3));
    }

    private ModelException failure(String events) {
        server.reset();
        server.onAny().replies(LoopbackReply.raw(200, "text/event-stream", events));
        return catchThrowableOfType(ModelException.class, () -> chat.call(REQUEST, streamed(pieces::add)));
    }

    /** What is left out of an answer nobody would miss. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: x%s\n\n",
                "data: )]}'%s\n\n",
                "data: [%s\n\n",
                "data: \"choices\":[]}\n\n",
                "dta: x%s\n\n",
                "data: {\"bro\",\"ken\"}\n\n"
            })
    void damagedChunk_isAFailure(String event) {
        String chunk = json("{'choices':[{'delta':{'content':'ne.'}}]}");

        assertThatThrownBy(() -> streamed(REQUEST, delta("{'content':'Fi'}"), event.formatted(chunk), finish("stop")))
                .isInstanceOf(MalformedReply.class);
        server.reset();
        assertThatThrownBy(() -> streamed(REQUEST, event.formatted(chunk), finish("stop")))
                .isInstanceOf(MalformedReply.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: [%s]\n\n", "data: [[%s],null]\n\n", "data: data: %s\n\n", "%s\n\n", "quoted"})
    void chunk_inAnotherForm_isRead(String event) throws InterruptedException {
        String chunk = json("{'choices':[{'delta':{'content':'ne.'}}]}");

        String quoted = "data: \"" + chunk.replace("\"", "\\\"") + "\"\n\n";
        String sent = event.equals("quoted") ? quoted : event.formatted(chunk);

        assertThat(streamed(REQUEST, delta("{'content':'Fi'}"), sent, finish("stop"))
                        .text())
                .isEqualTo("Fine.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: ping\n\n", "data: [heartbeat]\n\n", "data: \"ping\"\n\n", "meta: {\"a\":1}\n\n"})
    void words_inTheMiddleOfAStream_areSkipped(String event) throws InterruptedException {
        assertThat(streamed(REQUEST, delta("{'content':'Fi'}"), event, delta("{'content':'ne.'}"), finish("stop"))
                        .text())
                .isEqualTo("Fine.");
    }

    @Test
    void listOfChunks_isReadAsAStream() throws InterruptedException {
        String list = json("[{'choices':[{'delta':{'content':'Fi'}}]},{'choices':[{'delta':{'content':'ne.'}}]},"
                + "{'choices':[{'delta':{},'finish_reason':'stop'}]}]");
        for (CallContext context : List.of(plain(), streamed(pieces::add))) {
            server.reset();
            server.onAny().replies(raw(list));
            assertThat(chat.call(REQUEST, context).text()).isEqualTo("Fine.");
        }
        assertThat(pieces).containsExactly("Fi", "ne.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "-Infinity", "Infinity", "'a\tb'", "'a\r\nb'"})
    void value_thatJsonDoesNotHave_isRead(String value) throws InterruptedException {
        String beside = json("{'logprob':" + value + ",'choices':[{'%s':{'content':'Fine.'},'finish_reason':'stop'}]}");
        server.onAny().replies(raw(beside.formatted("message")));
        assertThat(chat.call(REQUEST, plain()).text()).isEqualTo("Fine.");
        server.reset();
        assertThat(streamed(REQUEST, "data: " + beside.formatted("delta").replace("\r\n", "\u0001") + "\n\n")
                        .text())
                .isEqualTo("Fine.");
    }

    @Test
    void usage_thatIsNoNumber_isUnknown() throws InterruptedException {
        server.onAny()
                .replies(raw(json("{'choices':[{'message':{'content':'x'},'finish_reason':'stop'}],"
                        + "'usage':{'prompt_tokens':NaN,'completion_tokens':Infinity}}")));

        assertThat(chat.call(REQUEST, plain()).usage()).isNull();
    }

    @Test
    void errorInAStream_afterReasoning_mayHaveBeenBilled() {
        server.onAny()
                .replies(LoopbackReply.raw(
                        200,
                        "text/event-stream",
                        delta("{'reasoning_content':'Hm.'}")
                                + "event: error\ndata: {\"code\":\"rate_limit_exceeded\",\"message\":\"No.\"}\n\n"));

        ModelException failure =
                catchThrowableOfType(ModelException.class, () -> chat.call(REQUEST, streamed(pieces::add)));

        assertThat(failure.charge()).isEqualTo(ModelException.Charge.UNKNOWN);
    }

    @Test
    void notes_nameNothingOfTheAnswerAndAreBounded() throws InterruptedException {
        ModelReply reply = whole(REQUEST, "{\"content\":\"secret answer\"}", "\"" + KEY + "x".repeat(5_000) + "\"");

        assertThat(reply.notes())
                .singleElement()
                .asString()
                .hasSizeLessThan(120)
                .doesNotContain(KEY, "secret");
    }

    private ModelReply whole(ModelRequest request, String message, String reason) throws InterruptedException {
        server.onAny().replies(body(message, reason));
        return chat.call(request, plain());
    }

    private ModelReply streamed(ModelRequest request, String... events) throws InterruptedException {
        server.onAny()
                .replies(LoopbackReply.raw(200, "text/event-stream", String.join("", events) + "data: [DONE]\n\n"));
        return chat.call(request, streamed(pieces::add));
    }

    private static LoopbackReply body(String message, String reason) {
        return raw("""
                {"choices":[{"message":%s,"finish_reason":%s}],"usage":{"prompt_tokens":10,"completion_tokens":3}}""".formatted(message, reason));
    }

    private static LoopbackReply raw(String body) {
        return LoopbackReply.raw(200, "application/json", body);
    }

    private static String delta(String delta) {
        return "data: {\"choices\":[{\"delta\":%s}]}\n\n".formatted(json(delta));
    }

    private static String message(String message) {
        return "data: {\"choices\":[{\"message\":%s}]}\n\n".formatted(json(message));
    }

    private static String finish(String reason) {
        return "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"%s\"}]}\n\n".formatted(reason);
    }

    private static String json(String quoted) {
        return quoted.replace("\\\\'", "\\\"").replace('\'', '"');
    }
}
