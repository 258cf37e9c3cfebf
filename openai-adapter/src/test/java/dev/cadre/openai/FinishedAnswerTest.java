// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static dev.cadre.openai.LoopbackTest.AMPLE;
import static dev.cadre.openai.LoopbackTest.KEY;
import static dev.cadre.openai.LoopbackTest.PURPOSE;
import static dev.cadre.openai.LoopbackTest.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.ConnectionFailed;
import dev.cadre.model.ModelException.ServerFailed;
import dev.cadre.model.ModelException.TimedOut;
import dev.cadre.model.ModelReply;
import dev.cadre.model.TokenUsage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever follows an answer that is there: it was paid, and is not lost. */
class FinishedAnswerTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final String TEXT = chunk("{\"choices\":[{\"delta\":{\"content\":\"Fine.\"}}]}");
    private static final String FINISH = chunk("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
    private static final String USAGE =
            chunk("{\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3}}");
    private static final String COMPLETED = chunk("""
            {"type":"response.completed","response":{"status":"completed","output":[{"type":"message",\
            "content":[{"type":"output_text","text":"Fine."}]}],"usage":{"input_tokens":10,"output_tokens":3}}}""");

    private final List<String> pieces = new ArrayList<>();

    /** What a server does in place of ending a stream. */
    private enum Rest {
        CLOSE,
        RESET,
        SILENCE,
        JUNK,
        ERROR,
        NO_HTTP;

        void follow(RawServer.Peer peer) throws IOException {
            switch (this) {
                case CLOSE -> peer.socket().close();
                case RESET -> peer.reset();
                case SILENCE -> peer.awaitByte();
                case JUNK -> {
                    send(peer, "data: {broken\n\n");
                    peer.awaitByte();
                }
                case ERROR -> {
                    send(peer, chunk("{\"error\":{\"message\":\"The client is gone.\",\"type\":\"server_error\"}}"));
                    peer.awaitByte();
                }
                case NO_HTTP -> {
                    peer.send("no length of a chunk\r\n");
                    peer.awaitByte();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void answerWithUsage_isNotLost(Rest rest) throws Exception {
        ModelReply reply = reply(TEXT + FINISH + USAGE, rest, AMPLE);

        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(reply.finish()).isEqualTo(Finish.COMPLETE);
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 3));
        assertThat(reply.notes()).isNotEmpty();
        assertThat(pieces).containsExactly("Fine.");
    }

    @ParameterizedTest
    @EnumSource
    void answerWithoutUsage_isNotLost_butItsCost(Rest rest) throws Exception {
        ModelReply reply = reply(TEXT + FINISH, rest, AMPLE);

        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(reply.usage()).isNull();
    }

    @Test
    void usageBehindJunkAndAnError_isRead() throws Exception {
        ModelReply reply = reply(
                TEXT + FINISH + "data: {broken\n\n" + chunk("{\"error\":{\"code\":\"x\"}}") + USAGE, Rest.CLOSE, AMPLE);

        assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 3));
        assertThat(reply.notes())
                .containsExactly(
                        "junk behind the end of the answer was left out",
                        "an error behind the end of the answer was left out",
                        "the server did not end the stream behind the end of the answer");
    }

    @Test
    void usageInAnEventThatDoesNotEnd_isRead() throws Exception {
        assertThat(reply(TEXT + FINISH + USAGE.strip() + "\n", Rest.CLOSE, AMPLE)
                        .usage())
                .isEqualTo(TokenUsage.of(10, 3));
    }

    @Test
    void toolCall_thatIsThere_isNotLost() throws Exception {
        String call =
                chunk("{\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"find\"}}]}}]}");

        ModelReply reply = reply(call + FINISH.replace("stop", "tool_calls"), Rest.RESET, AMPLE);

        assertThat(reply.finish()).isEqualTo(Finish.TOOL_CALLS);
    }

    @Test
    void cutAnswer_staysCut() throws Exception {
        assertThat(reply(TEXT + FINISH.replace("stop", "length") + USAGE, Rest.CLOSE, AMPLE)
                        .finish())
                .isEqualTo(Finish.TRUNCATED);
    }

    @Test
    void serverThatGaveUp_isBilledForWhatItSays() {
        assertThat(catchThrowable(() -> reply(TEXT + FINISH.replace("stop", "error") + USAGE, Rest.CLOSE, AMPLE)))
                .isInstanceOfSatisfying(
                        ServerFailed.class,
                        failure -> assertThat(failure.billed().map(ModelException.Billed::usage))
                                .contains(TokenUsage.of(10, 3)));
    }

    /** Some servers say with every chunk why the model stopped, or in the middle. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"choices\":[{\"delta\":{\"content\":\"Fi\"},\"finish_reason\":\"stop\"}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"Fi\"},\"finish_reason\":\"thinking\"}]}",
                "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":\"stop\"}]}"
            })
    void answerThatMayGoOn_isLost(String chunk) {
        assertThat(catchThrowable(() -> reply(chunk(chunk) + chunk(chunk) + USAGE, Rest.RESET, AMPLE)))
                .isInstanceOf(ConnectionFailed.class);
        assertThat(catchThrowable(
                        () -> reply(chunk(chunk) + chunk(chunk) + USAGE, Rest.SILENCE, SHORT.multipliedBy(6))))
                .isInstanceOf(TimedOut.class);
    }

    /** A finish before anything was written. */
    @Test
    void roleWithAFinish_isNoEnd_butTheTextBehindItHasOne() throws Exception {
        String role = chunk("{\"choices\":[{\"delta\":{\"role\":\"assistant\"},\"finish_reason\":\"stop\"}]}");

        ModelReply reply = reply(role + TEXT + FINISH + USAGE, Rest.SILENCE, AMPLE);

        assertThat(reply.text()).isEqualTo("Fine.");
        assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 3));
    }

    /** A server that may only be slow gets the whole time of the call. */
    @Test
    void answerInOneChunk_isReadAtTheLatestAtItsTimeout() throws Exception {
        String all = chunk("{\"choices\":[{\"delta\":{\"content\":\"Fine.\"},\"finish_reason\":\"stop\"}]}");

        assertThat(reply(all + USAGE, Rest.SILENCE, SHORT.multipliedBy(6)).text())
                .isEqualTo("Fine.");
    }

    @Test
    void interrupt_behindTheAnswer_isACancel() throws Exception {
        var silent = new CountDownLatch(1);
        try (var server = RawServer.start(peer -> {
                    peer.read();
                    begin(peer, TEXT + FINISH + USAGE);
                    peer.awaitByte();
                });
                var client = client(server, AMPLE).build()) {
            var call = new FutureTask<>(() -> catchThrowable(
                    () -> client.call(REQUEST, new CallContext(PURPOSE, AMPLE, piece -> silent.countDown()))));
            Thread caller = Thread.ofVirtual().start(call);
            silent.await();
            caller.interrupt();

            assertThat(call.get()).isInstanceOf(InterruptedException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void answerOfTheResponsesApi_isNotLost(Rest rest) throws Exception {
        try (var server = RawServer.start(peer -> {
                    peer.read();
                    begin(peer, COMPLETED);
                    rest.follow(peer);
                });
                var client = OpenAiClient.builder(KEY)
                        .baseUrl(server.baseUrl())
                        .responses()
                        .build()) {
            ModelReply reply = client.call(REQUEST, new CallContext(PURPOSE, AMPLE, pieces::add));

            assertThat(reply.text()).isEqualTo("Fine.");
            assertThat(reply.usage()).isEqualTo(TokenUsage.of(10, 3));
        }
    }

    private ModelReply reply(String events, Rest rest, Duration timeout) throws Exception {
        try (var server = RawServer.start(peer -> {
                    peer.read();
                    begin(peer, events);
                    rest.follow(peer);
                });
                var client = client(server, SHORT).build()) {
            return client.call(REQUEST, new CallContext(PURPOSE, timeout, pieces::add));
        }
    }

    private static OpenAiClient.Builder client(RawServer server, Duration endWait) {
        return OpenAiClient.builder(KEY)
                .baseUrl(server.baseUrl())
                .chatCompletions()
                .endWait(endWait);
    }

    private static void begin(RawServer.Peer peer, String events) throws IOException {
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        send(peer, events);
    }

    private static void send(RawServer.Peer peer, String events) throws IOException {
        peer.send("%x\r\n%s\r\n".formatted(events.getBytes(StandardCharsets.UTF_8).length, events));
    }

    private static String chunk(String data) {
        return "data: " + data + "\n\n";
    }
}
