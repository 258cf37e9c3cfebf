// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.langchain4j.LoopbackProvider.Reply;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Claude's own replies, read by LangChain4j's model and this adapter. */
class ClaudeRepliesTest {
    private static final String USAGE = """
            {"input_tokens":10,"cache_read_input_tokens":300,"cache_creation_input_tokens":40,"output_tokens":7}""";

    @ParameterizedTest
    @CsvSource({
        "end_turn, COMPLETE",
        "max_tokens, TRUNCATED",
        "refusal, REFUSED",
        "pause_turn, TRUNCATED",
        "model_context_window_exceeded, TRUNCATED"
    })
    void stopReason_isReadFromClaudesOwnWords(String reason, Finish finish) throws Exception {
        assertThat(whole(message("{\"type\":\"text\",\"text\":\"I\"}", reason)).finish())
                .isEqualTo(finish);
        assertThat(streamed(reason, "I").finish()).isEqualTo(finish);
    }

    @Test
    void refusalWithoutText_isARefusal() throws Exception {
        assertThat(whole(message("", "refusal")).finish()).isEqualTo(Finish.REFUSED);
    }

    @Test
    void unknownStopReason_isCompleteWithANoteThatNamesIt() throws Exception {
        ModelReply reply = whole(message("{\"type\":\"text\",\"text\":\"I\"}", "coffee_break"));

        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.notes()).containsExactly("the unknown finish reason 'coffee_break' was read as COMPLETE");
    }

    @Test
    void blocksOfText_areOneText() throws Exception {
        String blocks = "{\"type\":\"text\",\"text\":\"{\\\"a\\\":\\\"b\"},{\"type\":\"text\",\"text\":\"c\\\"}\"}";

        assertThat(whole(message(blocks, "end_turn")).text()).isEqualTo("{\"a\":\"bc\"}");
        assertThat(streamed("end_turn", "b", "c").text()).isEqualTo("bc");
    }

    @Test
    void usage_holdsWhatWasReadFromTheCacheAndWrittenToIt() throws Exception {
        assertThat(whole(message("{\"type\":\"text\",\"text\":\"I\"}", "end_turn"))
                        .usage())
                .isEqualTo(new TokenUsage(350, 300, 40, 7, 0));
        assertThat(streamed("end_turn", "I").usage()).isEqualTo(new TokenUsage(350, 300, 40, 7, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prompt is too long: 30 tokens > 20 maximum",
                "input length and `max_tokens` exceed context limit: 15 + 10 > 20, decrease input length"
            })
    void tooManyTokens_areAContextTooLong(String message) throws Exception {
        assertThat(failure(400, "invalid_request_error", message)).isInstanceOf(ModelException.ContextTooLong.class);
    }

    @Test
    void tooManyBytes_areAContextTooLong() throws Exception {
        assertThat(failure(413, "request_too_large", "Request exceeds the maximum size"))
                .isInstanceOf(ModelException.ContextTooLong.class);
    }

    @Test
    void noCredit_stopsThePool() throws Exception {
        assertThat(failure(400, "invalid_request_error", "Your credit balance is too low to access the API."))
                .isInstanceOf(ModelException.QuotaExhausted.class);
    }

    @Test
    void errorInsideAStream_isReadByItsType_andMayBeBilledOnceTextCame() throws Exception {
        String overload = event(
                "error",
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"," + "\"message\":\"Overloaded\"}}");

        assertThat(streamFailure(overload).charge()).isEqualTo(ModelException.Charge.FREE);
        ModelException late = streamFailure(start() + text(0, "I") + overload);
        assertThat(late).isInstanceOf(ModelException.ServerFailed.class);
        assertThat(late.charge()).isEqualTo(ModelException.Charge.UNKNOWN);
    }

    /** LangChain4j tells nobody that a stream of Claude closed before its end, so the time limit of the call ends it. */
    @Test
    void streamThatLosesItsEnd_isNoReply() throws Exception {
        var shortly = CallContext.of(Providers.PURPOSE, Duration.ofMillis(300));
        try (var provider = LoopbackProvider.answering(request -> Reply.events(start() + text(0, "I am")))) {
            var client = Providers.streamingClaude(provider.address());

            assertThatThrownBy(() -> client.call(Providers.request(), shortly))
                    .isInstanceOf(ModelException.TimedOut.class)
                    .extracting(failure -> ((ModelException) failure).charge())
                    .isEqualTo(ModelException.Charge.UNKNOWN);
        }
    }

    @Test
    void inputAtTheBeginningOfACall_isItsArguments() throws Exception {
        ModelReply reply = streamedBody(start() + tool(0, "{\"x\":7}") + end("tool_use"));

        assertThat(reply.toolCalls()).containsExactly(new ToolCall("toolu_0", "f", "{\"x\":7}"));
        assertThat(streamedBody(start() + tool(0, "{}") + end("tool_use")).toolCalls())
                .containsExactly(new ToolCall("toolu_0", "f", "{}"));
    }

    @Test
    void callThatLangChain4jLoses_isAFailureWithItsBill() throws Exception {
        String unended = tool(1, "{}").replaceFirst("event: content_block_stop\\R.*\\R\\R", "");

        ModelException only = streamFailure(start() + unended + end("tool_use"));
        assertThat(only).hasMessage("the reply announces tool calls, and LangChain4j read none");
        assertThat(only.billed().orElseThrow().usage().outputTokens()).isEqualTo(7);
        assertThat(streamFailure(start() + tool(0, "{}") + unended + end("tool_use")))
                .hasMessage("the reply has 2 tool calls, and LangChain4j read 1");
    }

    @Test
    void streamThatBeginsAgain_hasItsLastCallsOnly() throws Exception {
        String cut = tool(0, "{}").replaceFirst("event: content_block_stop\\R.*\\R\\R", "");

        assertThat(streamedBody(start() + cut + start() + tool(0, "{}") + end("tool_use"))
                        .toolCalls())
                .hasSize(1);
    }

    @Test
    void thinkingAlone_isNoAnswer() throws Exception {
        String body = message("{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"s\"}", "end_turn");
        try (var provider = LoopbackProvider.answering(request -> Reply.json(body))) {
            assertThat(Providers.failure(Providers.claude(provider.address())))
                    .hasMessageContaining("all text is in the reasoning");
        }
    }

    private static String message(String blocks, String reason) {
        return """
                {"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[%s],
                 "stop_reason":"%s","stop_sequence":null,"usage":%s}""".formatted(blocks, reason, USAGE);
    }

    private static ModelReply whole(String body) throws Exception {
        try (var provider = LoopbackProvider.answering(request -> Reply.json(body))) {
            return Providers.call(Providers.claude(provider.address()));
        }
    }

    private static String start() {
        return event(
                "message_start",
                "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"role\":\"assistant\","
                        + "\"model\":\"claude-haiku-4-5\",\"content\":[],\"usage\":" + USAGE.strip() + "}}");
    }

    private static String text(int index, String text) {
        return event("content_block_start", """
                {"type":"content_block_start","index":%d,"content_block":{"type":"text","text":""}}""".formatted(index))
                + event("content_block_delta", """
                {"type":"content_block_delta","index":%d,"delta":{"type":"text_delta","text":"%s"}}""".formatted(index, text))
                + event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":%d}".formatted(index));
    }

    private static String event(String name, String data) {
        return "event: " + name + "\ndata: " + data.strip() + "\n\n";
    }

    private static ModelReply streamed(String reason, String... texts) throws Exception {
        var body = new StringBuilder(start());
        for (int i = 0; i < texts.length; i++) {
            body.append(text(i, texts[i]));
        }
        return streamedBody(body + end(reason));
    }

    private static String end(String reason) {
        return event("message_delta", """
                {"type":"message_delta","delta":{"stop_reason":"%s"},"usage":{"output_tokens":7}}""".formatted(reason)) + event("message_stop", "{\"type\":\"message_stop\"}");
    }

    private static String tool(int index, String input) {
        return event("content_block_start", """
                {"type":"content_block_start","index":%d,"content_block":
                {"type":"tool_use","id":"toolu_%d","name":"f","input":%s}}""".formatted(index, index, input).replace("\n", ""))
                + event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":%d}".formatted(index));
    }

    private static ModelReply streamedBody(String body) throws Exception {
        try (var provider = LoopbackProvider.answering(request -> Reply.events(body))) {
            return Providers.call(Providers.streamingClaude(provider.address()));
        }
    }

    private static ModelException streamFailure(String body) throws Exception {
        try (var provider = LoopbackProvider.answering(request -> Reply.events(body))) {
            return Providers.failure(Providers.streamingClaude(provider.address()));
        }
    }

    private static ModelException failure(int status, String type, String message) throws Exception {
        String body = "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s\"}}".formatted(type, message);
        try (var provider = LoopbackProvider.answering(
                request -> new Reply(status, Map.of("content-type", "application/json"), body))) {
            return Providers.failure(Providers.claude(provider.address()));
        }
    }
}
