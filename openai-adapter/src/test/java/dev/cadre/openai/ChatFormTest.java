// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.MalformedReply;
import dev.cadre.model.ModelException.ServerFailed;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.redact.Redactor;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chat completions whose answer stands where no server should put it: it is read, or a failure, and never empty. */
class ChatFormTest extends LoopbackTest {
    private static final String USAGE = "'usage':{'prompt_tokens':10,'completion_tokens':5}";
    private static final ModelRequest TOOLS = REQUEST.withTools(List.of(
            new ToolSpec("find", "Finds.", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}")));

    private static OpenAiClient chat;
    private final List<String> pieces = new ArrayList<>();

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

    @BeforeEach
    void forget() {
        pieces.clear();
    }

    // ---- text in another place

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{'message':{'text':'Fine.'},'finish_reason':'stop'}]",
                "[{'message':{'content':null,'output':'Fine.'},'finish_reason':'stop'}]",
                "[{'message':{'content':'','output_text':'Fine.'},'finish_reason':'stop'}]",
                "[{'message':{'parts':[{'text':'Fi'},{'text':'ne.'}]},'finish_reason':'stop'}]",
                "[{'message':'Fine.','finish_reason':'stop'}]",
                "[{'message':[{'type':'text','text':'Fine.'}],'finish_reason':'stop'}]",
                "[{'message':{'message':{'role':'assistant','content':'Fine.'}},'finish_reason':'stop'}]",
                "[{'index':0,'text':'Fine.','finish_reason':'stop'}]",
                "[{'message':{'role':'assistant','content':''},'text':'Fine.','finish_reason':'stop'}]",
                "[{'role':'assistant','content':'Fine.','finish_reason':'stop'}]",
                "['Fine.']",
                "{'index':0,'message':{'role':'assistant','content':'Fine.'},'finish_reason':'stop'}",
                "{'message':{'content':'Fine.'}}",
                "{'0':{'message':{'content':'Fine.'},'finish_reason':'stop'}}"
            })
    void text_inAnotherPlace_isReadWithANote(String choices) throws InterruptedException {
        ModelReply reply = whole(REQUEST, choices);

        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.notes()).isNotEmpty();
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 5));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{'delta':{'text':'%s'}}]",
                "[{'text':'%s','index':0}]",
                "[{'text':'%s','delta':{'content':''}}]",
                "[{'delta':'%s'}]",
                "[{'delta':{'message':{'role':'assistant','content':'%s'}}}]",
                "[{'delta':{'parts':[{'text':'%s'}]}}]",
                "{'index':0,'delta':{'content':'%s'}}"
            })
    void text_streamedInAnotherPlace_isReadWithANote(String choices) throws InterruptedException {
        ModelReply reply = streamed(
                REQUEST, choices.formatted("Fi"), choices.formatted("ne."), "[{'delta':{},'finish_reason':'stop'}]");

        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(pieces).containsExactly("Fi", "ne.");
        assertThat(reply.notes()).isNotEmpty();
    }

    /** Servers of text completions name it so beside a delta that has it. */
    @Test
    void text_inTwoPlaces_isReadOnce() throws InterruptedException {
        String both = "[{'text':'%s','delta':{'content':'%s'}}]";

        ModelReply reply = streamed(
                REQUEST,
                both.formatted("Fi", "Fi"),
                both.formatted("ne.", "ne."),
                "[{'text':'Fine.','delta':{'content':'','text':'Fine.'},'finish_reason':'stop'}]");

        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(reply.notes()).isEmpty();
    }

    // ---- output that was paid for and cannot be read

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'role':'assistant','content':null}",
                "{'role':'assistant'}",
                "{'role':'assistant','content':''}",
                "{'role':'assistant','content':[]}",
                "{'content':null,'audio':{'id':'a','transcript':'Fine.'}}",
                "{'content':null,'said':'Fine.'}",
                "{'content':null,'answer':{'said':'Fine.'}}"
            })
    void outputThatWasBilled_andCannotBeRead_isAFailureWithItsBill(String message) {
        for (boolean streams : List.of(false, true)) {
            ServerFailed failure =
                    catchThrowableOfType(ServerFailed.class, () -> reply(streams, message, ",'finish_reason':'stop'"));

            assertThat(failure).hasMessageMatching(".*(cannot be read|none that can be read).*");
            assertThat(failure.billed().map(ModelException.Billed::usage)).contains(TokenUsage.of(10, 5));
            assertThat(failure.isRetryable()).isFalse();
        }
    }

    @Test
    void memberThatNobodyKnows_alone_isAFailure_ofWhateverUsage() {
        server.onAny()
                .replies(raw(json("{'choices':[{'message':{'content':null,'said':'Fine.'},'finish_reason':'stop'}]}")));

        assertThatThrownBy(() -> chat.call(REQUEST, plain()))
                .isInstanceOf(ServerFailed.class)
                .hasMessageContaining("a part of the answer cannot be read");
    }

    @Test
    void emptyAnswer_thatCostNoOutput_isOne() throws InterruptedException {
        server.onAny().replies(raw(json("{'choices':[{'message':{'content':''},'finish_reason':'stop'}]}")));

        ModelReply reply = chat.call(REQUEST, plain());

        assertThat(reply.text()).isEmpty();
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.notes()).containsExactly("the answer is empty");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'content':'','thinking':'It is 4.'}",
                "{'content':'','reasoning_text':'It is 4.'}",
                "{'content':'','reasoning':{'text':'It is 4.'}}",
                "{'content':'','thoughts':['It is 4.']}",
                "{'content':null,'reasoningContent':'It is 4.'}"
            })
    void answerInTheReasoningAlone_underAnyName_isNoAnswer(String message) {
        for (boolean streams : List.of(false, true)) {
            assertThatThrownBy(() -> reply(streams, message, ",'finish_reason':'stop'"))
                    .isInstanceOf(ServerFailed.class)
                    .hasMessageContaining("all text is in the reasoning: switch off");
        }
    }

    @Test
    void unknownMembers_besideAnAnswer_areNone() throws InterruptedException {
        String message = "{'content':'Fine.','thinking':'Hm.','audio':{'id':'a'},'said':'No.'}";

        for (boolean streams : List.of(false, true)) {
            ModelReply reply = reply(streams, message, ",'finish_reason':'stop'");
            assertThat(reply.text()).isEqualTo("Fine.");
            assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
            assertThat(reply.notes()).isEmpty();
        }
    }

    // ---- several choices

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{'index':0,'message':{'content':''},'finish_reason':'stop'},"
                        + "{'index':1,'message':{'content':'Fine.'},'finish_reason':'stop'}]",
                "[{'index':0,'message':{'content':'Fine.'}},{'index':1,'message':{},'finish_reason':'stop'}]",
                "[{'index':0,'message':{'content':'Fine.'},'finish_reason':'stop'},"
                        + "{'index':1,'message':{'content':'Fine.'},'finish_reason':'stop'}]"
            })
    void severalChoices_withOneAnswer_areIt(String choices) throws InterruptedException {
        ModelReply reply = whole(REQUEST, choices);

        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
    }

    @Test
    void textAndCalls_inChoicesOfTheirOwn_areOneAnswer() throws InterruptedException {
        String text = "{'message':{'content':'I look.'},'finish_reason':'stop'}";
        String call = "{'message':{'tool_calls':[{'id':'a','function':{'name':'find','arguments':'{}'}}]},"
                + "'finish_reason':'tool_calls'}";

        for (String choices : List.of(text + "," + call, call + "," + text)) {
            ModelReply reply = whole(TOOLS, "[" + choices + "]");
            assertThat(reply.text()).isEqualTo("I look.");
            assertThat(reply.toolCalls()).containsExactly(new ToolCall("a", "find", "{}"));
            assertThat(reply.notes()).hasSize(1);
        }
    }

    /** As Copilot sends the answers of Claude. */
    @Test
    void severalCalls_inChoicesOfTheirOwn_areOneAnswer() throws InterruptedException {
        String text = "{'message':{'content':'I look.'},'finish_reason':'stop'}";
        String call =
                "{'message':{'tool_calls':[{'id':'%s','function':{'name':'find','arguments':'{\\\\'x\\\\':%d}'}}]},"
                        + "'finish_reason':'tool_calls'}";
        List<ToolCall> both = List.of(new ToolCall("a", "find", "{\"x\":1}"), new ToolCall("b", "find", "{\"x\":2}"));

        assertThat(whole(TOOLS, "[" + text + "," + call.formatted("a", 1) + "," + call.formatted("b", 2) + "]")
                        .toolCalls())
                .isEqualTo(both);
        assertThat(whole(TOOLS, "[" + call.formatted("a", 1) + "," + call.formatted("b", 2) + "]")
                        .toolCalls())
                .isEqualTo(both);
        assertThat(whole(REQUEST, "[{'message':{'reasoning':'Hm.'}}," + text + "]")
                        .text())
                .isEqualTo("I look.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'reasoning':'Hm.','tool_calls':[{'id':'%s','function':{'name':'find'}}]}",
                "{'tool_calls':[{'id':'','function':{'name':'find','arguments':'{%s'}}]}",
                "{'content':'%s','tool_calls':[{'id':'%1$s','function':{'name':'find'}}]}",
                "{'tool_calls':[{'id':'%s','function':{'name':'find','arguments':'{}'}}]}"
            })
    void severalAnswersWithCalls_areAFailure(String message) {
        String choices = "[{'message':" + message.formatted("a") + "},{'message':" + message.formatted("b") + "}]";

        assertThatThrownBy(() -> whole(TOOLS, choices)).hasMessageContaining("several answers");
    }

    @Test
    void severalAnswers_areAFailureWithTheirBill() {
        String choices = "[{'index':0,'message':{'content':'Yes.'},'finish_reason':'stop'},"
                + "{'index':1,'message':{'content':'No.'},'finish_reason':'stop'}]";

        ServerFailed failure = catchThrowableOfType(ServerFailed.class, () -> whole(REQUEST, choices));

        assertThat(failure).hasMessageContaining("several answers");
        assertThat(failure.billed().map(ModelException.Billed::usage)).contains(TokenUsage.of(10, 5));
    }

    /** A number that rises with each chunk counts the chunks. */
    @ParameterizedTest
    @ValueSource(strings = {"0 1 2 0", "0 1 2 3", "null 1 2 2", "1 2 3 3", "5 5 5 0"})
    void choices_thatAreNumberedOn_areOneAnswer(String numbers) throws InterruptedException {
        String[] at = numbers.split(" ");

        ModelReply reply = streamed(
                REQUEST,
                numbered(at[0], "Hi", ""),
                numbered(at[1], " there", ""),
                numbered(at[2], "!", ""),
                numbered(at[3], "", "stop"));

        assertThat(reply.text()).isEqualTo("Hi there!");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(pieces).containsExactly("Hi", " there", "!");
    }

    @Test
    void severalAnswers_inAStream_areAFailure() {
        for (List<String> chunks : List.of(
                List.of(
                        numbered("0", "Yes", ""),
                        numbered("1", "No", ""),
                        numbered("0", ".", ""),
                        numbered("1", ".", "")),
                List.of(numbered("0", "Yes", ""), numbered("0", ".", ""), numbered("1", "No.", "")),
                List.of(numbered("0", "Yes.", "stop"), numbered("1", "No.", "stop")),
                List.of("[{'index':0,'delta':{'content':'Yes.'}},{'index':1,'delta':{'content':'No.'}}]"))) {
            server.reset();
            assertThatThrownBy(() -> streamed(
                            REQUEST,
                            Stream.concat(
                                            chunks.stream(),
                                            Stream.of(numbered("0", "", "stop"), numbered("1", "", "stop")))
                                    .toArray(String[]::new)))
                    .isInstanceOf(ServerFailed.class)
                    .hasMessageContaining("several answers");
        }
    }

    @Test
    void severalAnswers_ofCalls_areAFailure() {
        String call =
                "[{'index':%d,'delta':{'tool_calls':[{'index':0,'id':'%s','function':{'name':'find','arguments':'%s'}}]}}]";

        assertThatThrownBy(() -> streamed(
                        TOOLS,
                        call.formatted(0, "a", ""),
                        call.formatted(1, "b", ""),
                        call.formatted(0, "a", "{}"),
                        call.formatted(1, "b", "{}"),
                        numbered("0", "", "tool_calls")))
                .isInstanceOf(ServerFailed.class)
                .hasMessageContaining("several answers");
    }

    private static String numbered(String index, String text, String reason) {
        return "[{'index':%s,'delta':{'content':'%s'},'finish_reason':%s}]"
                .formatted(index, text, reason.isEmpty() ? "null" : "'" + reason + "'");
    }

    // ---- a text that is said twice

    @ParameterizedTest
    @ValueSource(strings = {"[{'delta':{'content':'%s'},'finish_reason':'stop'}]", "[{'delta':{'content':'%s'}}]"})
    void lastPiece_thatIsAllOfTheTextAgain_isReadOnce(String last) throws InterruptedException {
        ModelReply reply = streamed(
                REQUEST,
                "[{'delta':{'content':'Hello world, '}}]",
                "[{'delta':{'content':'this is it.'}}]",
                last.formatted("Hello world, this is it."),
                "[{'delta':{},'finish_reason':'stop'}]");

        assertThat(reply.text()).isEqualTo("Hello world, this is it.");
        assertThat(pieces).containsExactly("Hello world, ", "this is it.");
        assertThat(reply.notes()).containsExactly("the last piece of a text was all of it again");
    }

    @Test
    void piece_thatRepeatsAllBefore_isAPiece_ifMoreFollows_orIfItIsShort() throws InterruptedException {
        assertThat(streamed(
                                REQUEST,
                                "[{'delta':{'content':'Row, row, row, '}}]",
                                "[{'delta':{'content':'row. '}}]",
                                "[{'delta':{'content':'Row, row, row, row. '}}]",
                                "[{'delta':{'content':'Boat.'},'finish_reason':'stop'}]")
                        .text())
                .isEqualTo("Row, row, row, row. Row, row, row, row. Boat.");
        assertThat(pieces).containsExactly("Row, row, row, ", "row. ", "Row, row, row, row. Boat.");
        server.reset();
        assertThat(streamed(
                                REQUEST,
                                "[{'delta':{'content':'ha'}}]",
                                "[{'delta':{'content':'ha'}}]",
                                "[{'delta':{'content':'haha'},'finish_reason':'stop'}]")
                        .text())
                .isEqualTo("hahahaha");
    }

    // ---- streams without a reason that end in something else

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event: error\ndata: upstream timed out",
                "event: error\ndata:",
                "data: error: upstream timed out",
                "data: \"internal server error\"",
                "data: {'message':'died','code':500}",
                "data: {'detail':'Internal Server Error'}",
                "data: {'status':500,'title':'Bad'}",
                "data: {'errors':[{'message':'died'}]}",
                "data: {'error_code':336100,'error_msg':'busy'}",
                "data: {'object':'error','message':'died','code':50000}",
                "data: {'choices':[],'base_resp':{'status_code':1013}}",
                "<html>Bad Gateway</html>",
                "data: <html>Bad Gateway</html>"
            })
    void streamWithoutReason_thatEndsInSomethingElse_isNotWhole(String end) throws InterruptedException {
        String text = data("[{'delta':{'content':'Half of the'}}]");
        String call = data("[{'delta':{'tool_calls':[{'id':'a','function':{'name':'find','arguments':'{}'}}]}}]");
        for (String before : List.of(text, call)) {
            server.reset();
            server.onAny().replies(events(before + json(end) + "\n\ndata: [DONE]\n\n"));
            assertThatThrownBy(() -> chat.call(TOOLS, streamed(pieces::add)))
                    .isInstanceOfAny(MalformedReply.class, ServerFailed.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ": comment",
                "event: ping\ndata: {'type':'ping'}",
                "data: keep-alive",
                "data:",
                "data: {}",
                "data: {'type':'keepalive'}",
                "data: {'type':'message_stop'}",
                "data: {'object':'chat.completion.chunk','choices':[],'usage':null}",
                "data: {'object':'chat.completion.chunk','choices':null}",
                "id: 7"
            })
    void streamWithoutReason_thatEndsInAKeepAlive_isWhole(String end) throws InterruptedException {
        String text = data("[{'delta':{'content':'Fine.'}}]");
        server.onAny().replies(events("data: starting\n\n" + text + json(end) + "\n\ndata: [DONE]\n\n"));

        assertThat(chat.call(REQUEST, streamed(pieces::add)).text()).isEqualTo("Fine.");
    }

    /** MiniMax names its errors so, beside what it has of the answer, and a zero in every last chunk. */
    @Test
    void statusOfAnotherName_isAnError() throws InterruptedException {
        String reply = "{'choices':[{'message':{'content':'Half of the'},'finish_reason':'stop'}],"
                + "'base_resp':{'status_code':%d,'status_msg':'busy'}}";
        server.onAny().replies(raw(json(reply.formatted(0))));
        assertThat(chat.call(REQUEST, plain()).finish()).isEqualTo(Finish.COMPLETE);
        server.reset();
        server.onAny().replies(raw(json(reply.formatted(1013))));

        assertThatThrownBy(() -> chat.call(REQUEST, plain()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("busy");
    }

    // ---- streams without events

    @ParameterizedTest
    @ValueSource(strings = {"application/x-ndjson", "text/event-stream", "application/json"})
    void piecesOfAStream_oneALine_areRead(String type) throws InterruptedException {
        String lines = "{'choices':[{'delta':{'content':'Fi'}}]}\n{'choices':[{'delta':{'content':'ne.'}}]}\r\n"
                + "{'choices':[{'delta':{},'finish_reason':'stop'}]}\n{'choices':[]," + USAGE + "}\n[DONE]\n";
        for (CallContext context : List.of(plain(), streamed(pieces::add))) {
            server.reset();
            server.onAny().replies(LoopbackReply.raw(200, type, json(lines)));
            ModelReply reply = chat.call(REQUEST, context);
            assertThat(reply.text()).isEqualTo("Fine.");
            assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 5));
            assertThat(reply.notes()).containsExactly("the pieces of a stream came one a line");
        }
        assertThat(pieces).containsExactly("Fi", "ne.");
    }

    /** Text is heard while it is written. */
    @Test
    void pieceOfAStream_oneALine_isReadBeforeTheNextComes() throws Exception {
        var notes = new ReplyNotes(new Failures(new Secrets(Redactor.SHAPES), InstantSource.system(), ""));
        var line = new ByteArrayInputStream("{\"choices\":[]}\n".getBytes(StandardCharsets.UTF_8));
        var notYet = new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("nothing may be awaited");
            }
        };

        var events = new ServerEvents(new SequenceInputStream(line, notYet), TextCharset.of("", notes), notes);

        assertThat(events.next()).isPresent();
    }

    @Test
    void eventsOfTheResponsesApi_oneALine_areRead() throws InterruptedException {
        server.onAny()
                .replies(raw(json("{'type':'response.output_text.delta','output_index':0,'delta':'Fine.'}\n"
                        + "{'type':'response.completed','response':{'status':'completed','output':[]}}\n")));

        assertThat(client.call(REQUEST, streamed(pieces::add)).text()).isEqualTo("Fine.");
        assertThat(pieces).containsExactly("Fine.");
    }

    /** Its end was not said. */
    @Test
    void piecesOfAStream_oneALine_thatBreakOff_areNoReply() {
        server.onAny().replies(raw(json("{'choices':[{'delta':{'content':'Half'}}]}\n{'choices':[{'del")));

        assertThatThrownBy(() -> chat.call(REQUEST, streamed(pieces::add))).isInstanceOf(MalformedReply.class);
    }

    // ---- usage

    @Test
    void usage_ofEachPieceByItself_isAddedUp() throws InterruptedException {
        String each = "'usage':{'prompt_tokens':10,'completion_tokens':%d,'total_tokens':%d}";
        assertThat(usage(each.formatted(1, 11), each.formatted(1, 11), each.formatted(1, 11)))
                .isEqualTo(TokenUsage.of(10, 3));
        assertThat(usage(each.formatted(2, 12), each.formatted(1, 11), each.formatted(2, 12)))
                .isEqualTo(TokenUsage.of(10, 5));
        assertThat(usage(each.formatted(1, 11), each.formatted(2, 12), each.formatted(2, 12)))
                .isEqualTo(TokenUsage.of(10, 2)); // a running count
        assertThat(usage(each.formatted(1, 11), each.formatted(1, 11), each.formatted(30, 40)))
                .isEqualTo(TokenUsage.of(10, 30)); // it was a placeholder
    }

    /** A final usage with every piece, a running one with a dip, a dip beside more tokens than the text has bytes. */
    @ParameterizedTest
    @CsvSource({
        "'40 40 40 40 40 40', 40",
        "'3 6 5 9 12 15 18', 18",
        "'15 30 29 45 60', 60",
        "'1 2 1 1', 5",
        "'2 1 2 1', 6"
    })
    void usage_thatRuns_orIsTheFinalOneEachTime_isNotAddedUp(String outputs, long read) throws InterruptedException {
        assertThat(usage(Stream.of(outputs.split(" "))
                        .map(output -> "'usage':{'prompt_tokens':10,'completion_tokens':" + output + "}")
                        .toArray(String[]::new)))
                .isEqualTo(TokenUsage.of(10, read));
    }

    /** A whole reply that a gateway cuts into long pieces. */
    @Test
    void usage_thatIsTheSameBesidePiecesOfOtherLengths_isTheFinalOne() throws InterruptedException {
        server.onAny()
                .replies(events(Stream.of("A first piece of the text. ", "And a longer one behind the first of them. ")
                                .map(text -> "data: "
                                        + json("{'choices':[{'delta':{'content':'" + text + "'}}],'usage':"
                                                + "{'prompt_tokens':10,'completion_tokens':18}}")
                                        + "\n\n")
                                .reduce("", String::concat)
                        + data("[{'delta':{},'finish_reason':'stop'}]")));

        assertThat(chat.call(REQUEST, streamed(pieces::add)).usage()).isEqualTo(TokenUsage.of(10, 18));
    }

    @Test
    void usage_aboveAllOfEachPiece_isTheSum() throws InterruptedException {
        String each = "'usage':{'prompt_tokens':10,'completion_tokens':%d,'total_tokens':%d}";

        assertThat(usage(each.formatted(2, 12), each.formatted(1, 11), each.formatted(30, 40)))
                .isEqualTo(TokenUsage.of(10, 30));
    }

    @Test
    void usage_beforeAnythingWasWritten_isAnEstimate() throws InterruptedException {
        String estimate =
                "{'choices':[{'delta':{'role':'assistant'}}],'usage':{'prompt_tokens':10,'completion_tokens':40}}";
        server.onAny()
                .replies(events("data: " + json(estimate) + "\n\n" + data("[{'delta':{'content':'Fine.'}}]")
                        + data("[{'delta':{},'finish_reason':'stop'}]")
                        + "data: " + json("{'choices':[]," + USAGE + "}") + "\n\ndata: [DONE]\n\n"));

        assertThat(chat.call(REQUEST, streamed(pieces::add)).usage()).isEqualTo(TokenUsage.of(10, 5));
    }

    private TokenUsage usage(String... usages) throws InterruptedException {
        server.reset();
        server.onAny()
                .replies(events(Stream.concat(
                                Stream.of(usages).map(usage -> "{'choices':[{'delta':{'content':'x'}}]," + usage + "}"),
                                Stream.of("{'choices':[{'delta':{},'finish_reason':'stop'}]}"))
                        .map(chunk -> "data: " + json(chunk) + "\n\n")
                        .reduce("", String::concat)));
        return chat.call(REQUEST, streamed(pieces::add)).usage();
    }

    private ModelReply reply(boolean streams, String message, String beside) throws InterruptedException {
        server.reset();
        return streams
                ? streamed(REQUEST, "[{'delta':" + message + beside + "}]")
                : whole(REQUEST, "[{'message':" + message + beside + "}]");
    }

    private static ModelReply whole(ModelRequest request, String choices) throws InterruptedException {
        server.reset();
        server.onAny().replies(raw(json("{'choices':" + choices + "," + USAGE + "}")));
        return chat.call(request, plain());
    }

    private ModelReply streamed(ModelRequest request, String... choices) throws InterruptedException {
        server.onAny()
                .replies(events(Stream.of(choices).map(ChatFormTest::data).reduce("", String::concat) + "data: "
                        + json("{'choices':[]," + USAGE + "}") + "\n\ndata: [DONE]\n\n"));
        CallContext context = streamed(pieces::add);
        return chat.call(request, context);
    }

    private static LoopbackReply events(String events) {
        return LoopbackReply.raw(200, "text/event-stream", events);
    }

    private static LoopbackReply raw(String body) {
        return LoopbackReply.raw(200, "application/json", body);
    }

    private static String data(String choices) {
        return "data: " + json("{'choices':" + choices + "}") + "\n\n";
    }

    private static String json(String quoted) {
        return quoted.replace("\\\\'", "\\\"").replace('\'', '"');
    }
}
