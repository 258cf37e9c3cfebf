// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.json.Json;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.ConnectionFailed;
import dev.cadre.model.ModelException.MalformedReply;
import dev.cadre.model.ModelException.RateLimited;
import dev.cadre.model.ModelException.ServerFailed;
import dev.cadre.model.ModelException.TimedOut;
import dev.cadre.model.ModelReply;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.openai.testing.LoopbackFault;
import dev.cadre.openai.testing.LoopbackGate;
import dev.cadre.openai.testing.LoopbackReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamTest extends LoopbackTest {
    private static final String COMPLETED = """
            {"type":"response.completed","sequence_number":9,"response":{"status":"completed","output":[{"type":"message",\
            "content":[{"type":"output_text","text":"The end."}]}],"usage":{"input_tokens":5,"output_tokens":2}}}""";

    private final List<String> pieces = new ArrayList<>();

    @Test
    void piece_released_arrivesBeforeTheRestIsSent() throws Exception {
        var gate = new LoopbackGate();
        server.onAny().replies(LoopbackReply.text("One, ", "two, ", "three.").heldBy(gate));
        var heard = new LinkedBlockingQueue<String>();
        var call = new FutureTask<>(() -> client.call(REQUEST, streamed(heard::add)));
        Thread.ofVirtual().start(call);

        gate.release();
        assertThat(heard.take()).isEqualTo("One, ");
        gate.release();
        assertThat(heard.take()).isEqualTo("two, ");
        assertThat(server.inFlight()).isEqualTo(1);
        gate.release();

        assertThat(call.get().text()).isEqualTo("One, two, three.");
        assertThat(heard).containsExactly("three.");
    }

    @Test
    void reply_streamed_hasAllThatAPlainOneHas() throws InterruptedException {
        var usage = new TokenUsage(1_000, 640, 0, 50, 30);
        server.onAny()
                .replies(LoopbackReply.text("Fi", "ne.")
                        .usage(usage)
                        .reasoning("c2VjcmV0")
                        .header("x-ratelimit-limit-requests", "500"));

        ModelReply streamed = client.call(REQUEST, streamed(pieces::add));
        ModelReply plain = client.call(REQUEST, plain());

        assertThat(streamed)
                .usingRecursiveComparison()
                .ignoringFields("providerState")
                .isEqualTo(plain);
        assertThat(Json.parse(streamed.providerState()))
                .isEqualTo(Json.parse(
                        plain.providerState().replace("msg_2", "msg_1").replace("rs_2", "rs_1")));
        assertThat(streamed.usage()).isEqualTo(usage);
        assertThat(server.requests().getFirst().streams()).isTrue();
    }

    @Test
    void toolCalls_streamed_areRead() throws InterruptedException {
        var call = new ToolCall("call_1", "grep", "{\"q\":1}");
        server.onAny().replies(LoopbackReply.toolCalls(call));

        ModelReply reply = client.call(REQUEST, streamed(pieces::add));

        assertThat(reply.toolCalls()).containsExactly(call);
        assertThat(pieces).isEmpty();
    }

    @Test
    void refusalAndTruncation_streamed_areRead() throws InterruptedException {
        server.onAny().replies(LoopbackReply.refusal("No."), LoopbackReply.truncated("Half"));

        assertThat(client.call(REQUEST, streamed(pieces::add)).finish()).isEqualTo(Finish.REFUSED);
        assertThat(client.call(REQUEST, streamed(pieces::add)).finish()).isEqualTo(Finish.TRUNCATED);
        assertThat(pieces).containsExactly("Half");
    }

    @Test
    void stream_cutCleanly_isMalformed() {
        MalformedReply failure = failure(
                MalformedReply.class,
                streamed(pieces::add),
                LoopbackReply.text("a", "b").fault(LoopbackFault.CUT_STREAM));

        assertThat(failure.charge()).isEqualTo(Charge.UNKNOWN);
        assertThat(failure)
                .hasMessage("gpt-5.4-nano: the stream ended after 9 events without the last one"
                        + " (content type text/event-stream; charset=utf-8) [req_1]");
        assertThat(pieces).containsExactly("a", "b");
    }

    @ParameterizedTest
    @EnumSource(
            value = LoopbackFault.class,
            names = {"CLOSE_BEFORE_REPLY", "RESET_BEFORE_REPLY", "RESET_IN_BODY", "CLOSE_IN_BODY"})
    void stream_broken_isALostConnection(LoopbackFault fault) {
        assertThat(failure(
                                ConnectionFailed.class,
                                streamed(pieces::add),
                                LoopbackReply.text("a", "b").fault(fault))
                        .charge())
                .isEqualTo(Charge.UNKNOWN);
    }

    @Test
    void stream_stalled_timesOut() throws InterruptedException {
        var context = new CallContext(PURPOSE, Duration.ofMillis(300), pieces::add);

        failure(TimedOut.class, context, LoopbackReply.text("a", "b").fault(LoopbackFault.STALL_IN_BODY));

        assertThat(server.awaitClientCloses(1)).isTrue();
    }

    @Test
    void errorEvent_beforeAnyOutput_isThatError() {
        failure(
                RateLimited.class,
                streamed(pieces::add),
                events("{\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"Too fast.\"}")
                        .header("retry-after", "3"));
    }

    @Test
    void errorEvent_afterOutput_mayHaveBeenBilled() {
        ServerFailed failure = failure(
                ServerFailed.class,
                streamed(pieces::add),
                events(
                        delta(1, "a"),
                        "{\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"Too fast.\"}"));

        assertThat(failure.charge()).isEqualTo(Charge.UNKNOWN);
        assertThat(failure.status()).isEqualTo(200);
    }

    @Test
    void errorObject_inEvent_isThatError() {
        String error = "{\"error\":{\"code\":\"slow_down\",\"message\":\"Too fast, " + KEY + "\"}}";

        assertThat(failure(RateLimited.class, streamed(pieces::add), events(error)))
                .hasMessage("gpt-5.4-nano: an error inside the reply (slow_down): Too fast, [redacted] [req_1]");
        assertThat(failure(ServerFailed.class, streamed(pieces::add), events(delta(1, "a"), error))
                        .charge())
                .isEqualTo(Charge.UNKNOWN);
    }

    @Test
    void statusFailed_streamed_isServerFailed() {
        failure(ServerFailed.class, streamed(pieces::add), LoopbackReply.failed("server_error", "Oops."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>Log in</html>", "", "data: {broken\n\n", "data: [DONE]\n\n", "data: 7\n\n"})
    void body_thatIsNoStream_isMalformed(String body) {
        failure(MalformedReply.class, streamed(pieces::add), LoopbackReply.raw(200, "text/html", body));
    }

    @Test
    void event_ofMoreValuesThanAnyReplyHolds_isMalformed() {
        String many = "{\"type\":\"response.of_a_later_version\",\"zz\":[%s0]}".formatted("0,".repeat(250_000));

        assertThat(failure(MalformedReply.class, streamed(pieces::add), events(many, COMPLETED)))
                .hasMessageContaining("maximum allowed (250000)")
                .message()
                .doesNotContain("StreamReadConstraints");
    }

    /** Of all that ends a reply that has begun, the consumer's own exceptions alone are no defect of it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void exceptionOfTheConsumer_isItsOwn(boolean isVirtual) throws Exception {
        server.onAny().replies(LoopbackReply.text("One."));
        var own = new IllegalArgumentException("of the consumer");
        var call = new FutureTask<>(() -> client.call(REQUEST, streamed(text -> {
            throw own;
        })));
        (isVirtual ? Thread.ofVirtual() : Thread.ofPlatform()).start(call);

        assertThat(catchThrowable(call::get).getCause()).isSameAs(own);
    }

    @Test
    void lastEvent_withoutReply_isMalformed() {
        failure(MalformedReply.class, streamed(pieces::add), events("{\"type\":\"response.completed\"}"));
    }

    @Test
    void plainReply_insteadOfStream_isRead() throws InterruptedException {
        String body = Json.parse(COMPLETED) instanceof Json.Obj event
                ? event.object("response").write()
                : "";
        server.onAny().replies(LoopbackReply.raw(200, "application/json", body));

        ModelReply reply = client.call(REQUEST, streamed(pieces::add));

        assertThat(reply.text()).isEqualTo("The end.");
        assertThat(pieces).containsExactly("The end.");
    }

    @Test
    void plainRefusal_insteadOfStream_isNotPassedOn() throws InterruptedException {
        server.onAny()
                .replies(LoopbackReply.raw(
                        200,
                        "application/json",
                        "{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":"
                                + "[{\"type\":\"refusal\",\"refusal\":\"No.\"}]}]}"));

        assertThat(client.call(REQUEST, streamed(pieces::add)).finish()).isEqualTo(Finish.REFUSED);
        assertThat(pieces).isEmpty();
    }

    @Test
    void error_insteadOfStream_isThatError() {
        failure(RateLimited.class, streamed(pieces::add), LoopbackReply.error(200, "", "rate_limit_exceeded", "No."));
        failure(MalformedReply.class, streamed(pieces::add), LoopbackReply.raw(200, "application/json", "null"));
        failure(MalformedReply.class, streamed(pieces::add), LoopbackReply.raw(200, "application/json", "{oops"));
    }

    @Test
    void events_oddButHarmless_areRead() throws InterruptedException {
        server.onAny()
                .replies(events(
                        "{\"type\":\"response.telepathy\",\"sequence_number\":1}",
                        delta(2, "The "),
                        delta(2, "The "),
                        delta(3, "end."),
                        COMPLETED));

        ModelReply reply = client.call(REQUEST, streamed(pieces::add));

        assertThat(pieces).containsExactly("The ", "end.");
        assertThat(reply.text()).isEqualTo("The end.");
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(5, 2));
    }

    /** Some servers give every event the same number, or begin anew with each item. */
    @ParameterizedTest
    @ValueSource(strings = {"0,0,0", "1,2,1", "3,2,1"})
    void numbers_thatDoNotRise_loseNoText(String numbers) throws InterruptedException {
        List<Integer> given =
                Stream.of(numbers.split(",")).map(Integer::valueOf).toList();
        server.onAny()
                .replies(events(
                        delta(given.get(0), "ha "), delta(given.get(1), "ha "), delta(given.get(2), "ha"), COMPLETED));

        client.call(REQUEST, streamed(pieces::add));

        assertThat(pieces).containsExactly("ha ", "ha ", "ha");
    }

    /** As local servers and gateways send them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "event: ping\ndata:\n\n",
                "data: ping\n\n",
                "event: keep-alive\ndata: {}\n\n",
                ": comment\r\n\r\n",
                "id: 7\nretry: 10\n\n",
                "data: {\"type\":\"keepalive\",\"sequence_number\":3}\n\n",
                "data: null\n\n",
                "data: []\n\n"
            })
    void eventThatIsNoPartOfTheApi_isSkipped(String event) throws InterruptedException {
        for (String lineEnd : List.of("\n", "\r\n", "\r")) {
            String stream = "\uFEFF" + event + "data: " + delta(1, "The ") + "\n\n" + event + "data: "
                    + delta(2, "end.") + "\n\n" + event + "data: " + COMPLETED;
            server.reset();
            pieces.clear();
            server.onAny()
                    .replies(LoopbackReply.raw(
                            200,
                            "text/event-stream",
                            stream.replace("\r\n", "\n").replace("\n", lineEnd)));

            ModelReply reply = client.call(REQUEST, streamed(pieces::add));

            assertThat(reply.text()).isEqualTo("The end.");
            assertThat(pieces).containsExactly("The ", "end.");
        }
    }

    @Test
    void thinking_beforeJson_isNeitherHeardNorRead() throws InterruptedException {
        server.onAny()
                .replies(events(
                        delta(1, "<think>Hm</think>"),
                        delta(2, "{}"),
                        COMPLETED.replace("The end.", "<think>Hm</think>{}")));

        ModelReply reply = client.call(
                REQUEST.withOutput(new OutputFormat.JsonSchema(
                        "answer", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}")),
                streamed(pieces::add));

        assertThat(reply.text()).isEqualTo("{}");
        assertThat(pieces).containsExactly("{}");
    }

    @Test
    void itemsMissingInTheLastEvent_areTakenFromTheEventsBefore() throws InterruptedException {
        String item = "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"The end.\"}]}";
        server.onAny()
                .replies(events(
                        "{\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":" + item + "}",
                        "{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[]}}"));

        ModelReply reply = client.call(REQUEST, streamed(pieces::add));

        assertThat(reply.text()).isEqualTo("The end.");
        assertThat(reply.notes()).containsExactly("the last event has no output: it was taken from the events before");
    }

    @Test
    void commentary_streamed_isNotPassedOn() throws InterruptedException {
        server.onAny()
                .replies(events(
                        "{\"type\":\"response.output_item.added\",\"output_index\":0,\"sequence_number\":0,\"item\":"
                                + "{\"type\":\"message\",\"phase\":\"commentary\",\"id\":\"a\",\"role\":\"assistant\","
                                + "\"status\":\"in_progress\",\"content\":[]}}",
                        delta(1, "Let me see.").replace("\"output_index\":1", "\"output_index\":0"),
                        delta(2, "The end."),
                        COMPLETED));

        client.call(REQUEST, streamed(pieces::add));

        assertThat(pieces).containsExactly("The end.");
    }

    @Test
    void consumer_thatThrows_endsTheCallWithItsOwnException() throws InterruptedException {
        var gate = new LoopbackGate();
        gate.release();
        server.onAny().replies(LoopbackReply.text("a", "b").heldBy(gate));
        var own = new IllegalStateException("the plan is broken");

        Throwable thrown = catchThrowable(() -> client.call(REQUEST, streamed(piece -> {
            throw own;
        })));

        assertThat(thrown).isSameAs(own);
        assertThat(server.awaitClientCloses(1)).isTrue();
    }

    @Test
    void consumer_runsOnTheCallingThread() throws Exception {
        server.onAny().replies(LoopbackReply.text("a"));
        var heardOn = new LinkedBlockingQueue<Thread>();

        client.call(REQUEST, streamed(piece -> heardOn.add(Thread.currentThread())));
        var call = new FutureTask<>(() -> client.call(REQUEST, streamed(piece -> heardOn.add(Thread.currentThread()))));
        Thread virtual = Thread.ofVirtual().start(call);
        call.get();

        assertThat(heardOn).containsExactly(Thread.currentThread(), virtual);
    }

    private static String delta(int sequenceNumber, String text) {
        return ("{\"type\":\"response.output_text.delta\",\"sequence_number\":%d,\"output_index\":1,\"content_index\":0,"
                        + "\"item_id\":\"m\",\"delta\":\"%s\",\"logprobs\":[]}")
                .formatted(sequenceNumber, text);
    }

    private static LoopbackReply events(String... data) {
        var stream = new StringBuilder(": a comment\n\n");
        for (String event : data) {
            stream.append("data: ").append(event).append("\n\n");
        }
        return LoopbackReply.raw(200, "text/event-stream", stream.toString());
    }
}
