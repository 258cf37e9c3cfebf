// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class StreamedReplyTest {
    /** A stream that counts as cancelled once it was told so. */
    static final class Handle implements StreamingHandle {
        private volatile boolean cancelled;

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    }

    private final Handle stream = new Handle();

    @Test
    void text_isHandedOnWhileItIsWritten_onTheCallingThread() throws Exception {
        var first = new CountDownLatch(1);
        var pieces = new ArrayList<String>();
        var threads = new ArrayList<Thread>();
        var client = onItsOwnThread(handler -> {
            piece(handler, "In ");
            await(first); // ends only if the first piece is heard before the second is written
            piece(handler, "Pool.");
            handler.onCompleteResponse(response("In Pool."));
        });

        ModelReply reply =
                client.call(Providers.request(), new CallContext(Providers.PURPOSE, Duration.ofSeconds(20), piece -> {
                    pieces.add(piece);
                    threads.add(Thread.currentThread());
                    first.countDown();
                }));

        assertThat(reply.text()).isEqualTo("In Pool.");
        assertThat(pieces).containsExactly("In ", "Pool.");
        assertThat(threads).containsOnly(Thread.currentThread());
        assertThat(stream.isCancelled()).isFalse();
    }

    @Test
    void interrupt_cancelsTheStream() throws Exception {
        var written = new CountDownLatch(1);
        var client = onItsOwnThread(handler -> {
            piece(handler, "In ");
            written.countDown();
        });
        var thrown = new AtomicReference<Exception>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                Providers.call(client);
            } catch (Exception e) {
                thrown.set(e);
            }
        });
        await(written);

        caller.interrupt();
        caller.join();

        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(stream.isCancelled()).isTrue();
    }

    @Test
    void pieceThatComesAfterTheCallWasGivenUp_cancelsTheStream() throws Exception {
        var handlers = new AtomicReference<StreamingChatResponseHandler>();
        var client = LangChain4jClient.of(model(handlers::set));

        assertThatThrownBy(() ->
                        client.call(Providers.request(), CallContext.of(Providers.PURPOSE, Duration.ofMillis(50))))
                .isInstanceOf(ModelException.TimedOut.class);
        assertThat(stream.isCancelled()).isFalse();
        piece(handlers.get(), "late");

        assertThat(stream.isCancelled()).isTrue();
    }

    @Test
    void consumerThatThrows_cancelsTheStream() {
        var client = LangChain4jClient.of(model(handler -> piece(handler, "In ")));
        var context = new CallContext(Providers.PURPOSE, Duration.ofSeconds(20), piece -> {
            throw new IllegalStateException("plan rejected");
        });

        assertThatThrownBy(() -> client.call(Providers.request(), context)).hasMessageContaining("plan rejected");
        assertThat(stream.isCancelled()).isTrue();
    }

    @Test
    void refusalAfterThoughts_mayBeBilled() throws Exception {
        var client = LangChain4jClient.of(model(handler -> {
            handler.onPartialThinking(new PartialThinking("hm"), new PartialThinkingContext(stream));
            handler.onError(new RateLimitException("slow down"));
        }));
        var unread = LangChain4jClient.of(model(handler -> handler.onError(new RateLimitException("slow down"))));

        assertThat(Providers.failure(client).charge()).isEqualTo(ModelException.Charge.UNKNOWN);
        assertThat(Providers.failure(unread)).isInstanceOf(ModelException.RateLimited.class);
    }

    @Test
    void answerThatGoesOnBehindItsFinishReason_isNotTakenForFinished() throws Exception {
        var handed = new ArrayList<String>();
        var client = LangChain4jClient.of(model(handler -> {
            piece(handler, "In ");
            handler.onUnmappedRawEvent(new ServerSentEvent(null, """
                    {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}"""));
            piece(handler, "Pool");
        }));

        assertThatThrownBy(() -> client.call(
                        Providers.request(), new CallContext(Providers.PURPOSE, Duration.ofMillis(50), handed::add)))
                .isInstanceOf(ModelException.TimedOut.class);
        assertThat(handed).containsExactly("In ", "Pool");
    }

    @Test
    void streamWithoutAFinishReason_lostItsEnd() throws Exception {
        var client = LangChain4jClient.of(model(handler -> {
            piece(handler, "In ");
            handler.onCompleteResponse(
                    ChatResponse.builder().aiMessage(AiMessage.from("In ")).build());
        }));

        assertThat(Providers.failure(client)).isInstanceOf(ModelException.MalformedReply.class);
    }

    @Test
    void textThatNoPieceBrought_isThatOfTheMessage_andBlanksBetweenPiecesAreNot() throws Exception {
        assertThat(textOf("whole answer")).isEqualTo("whole answer");
        assertThat(textOf("whole answer", "whole ")).isEqualTo("whole answer");
        assertThat(textOf("one\n\ntwo", "one", "two")).isEqualTo("onetwo");
    }

    @Test
    void piecesThatSayTheAnswerAgain_areItOnce() throws Exception {
        for (String[] pieces :
                new String[][] {{"Hello", "Hello"}, {"Hel", "Hello"}, {"H", "Hel", "Hello"}, {"Hel", "lo", "Hello"}}) {
            ModelReply reply = replyOf("Hello", pieces);

            assertThat(reply.text()).isEqualTo("Hello");
            assertThat(reply.notes()).singleElement().asString().contains("more than once");
        }
    }

    @Test
    void blankPieceBehindAnAnswerSaidTwice_isNoPartOfIt() throws Exception {
        assertThat(textOf("Hello\n", "Hello", "\n", "Hello", "\n")).isEqualTo("Hello\n");
    }

    /** Models that decorate others clean what these wrote. */
    @Test
    void messageThatIsThePiecesInOtherCharacters_isTheAnswer() throws Exception {
        for (String[] pieces : new String[][] {
            {"<think>hm</think>", "Hi there"},
            {"[THINK]hm[/THINK]Hi", " there"},
            {"```\nHi ", "there\n```"},
            {"Hi\u00a0there"},
        }) {
            ModelReply reply = replyOf("Hi there", pieces);

            assertThat(reply.text()).isEqualTo("Hi there");
            assertThat(reply.notes()).singleElement().asString().contains("other characters");
        }
        assertThat(textOf("caf\u00e9", "cafe\u0301")).isEqualTo("caf\u00e9");
    }

    @Test
    void piecesAndAMessageThatContradictEachOther_areNoAnswer_andBilledAsTold() {
        for (String[] pieces : new String[][] {{"draft ", "draft ", "draft"}, {"abcd"}, {"final plan: ", "cats"}}) {
            assertThatThrownBy(() -> replyOf("wxyz", pieces))
                    .isInstanceOfSatisfying(
                            ModelException.ServerFailed.class,
                            failed -> assertThat(failed.billed().orElseThrow().usage())
                                    .isEqualTo(dev.cadre.model.TokenUsage.of(10, 5)))
                    .hasMessageContaining("contradict");
        }
    }

    /** Drafts of the answer stand in it, and nobody may begin with one. */
    @Test
    void thinkingBeforeJson_isNeitherHeardNorRead_wholeOrInPieces() throws Exception {
        String schema = "{\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":false}";
        ModelRequest json = Providers.request().withOutput(new OutputFormat.JsonSchema("plan", schema));
        for (String thought : List.of(
                "<think>maybe {\"a\":1}</think>", "maybe {\"a\":1}</think>\n", "x</thinking>y {}</THINK> ", "", "\n")) {
            for (int size : new int[] {1, 3, 1_000}) {
                String all = thought + "{\"b\":2}";
                var heard = new StringBuilder();
                var context = new CallContext(Providers.PURPOSE, Duration.ofSeconds(20), heard::append);

                ModelReply streamed = streaming(all, size).call(json, context);
                ModelReply whole =
                        LangChain4jClient.of(FakeChatModel.saying(all)).call(json, Providers.CONTEXT);

                assertThat(heard.toString().strip()).as(thought).isEqualTo("{\"b\":2}");
                assertThat(streamed.text().strip()).isEqualTo("{\"b\":2}");
                assertThat(whole.text()).isEqualTo(streamed.text());
                assertThat(whole.notes()).hasSize(thought.isBlank() ? 0 : 1);
            }
        }
    }

    @Test
    void textThatIsNoJson_orIsAskedAsText_isReadAsItIs() throws Exception {
        ModelRequest json = Providers.request().withOutput(new OutputFormat.JsonSchema("plan", "{}"));
        var heard = new StringBuilder();
        var context = new CallContext(Providers.PURPOSE, Duration.ofSeconds(20), heard::append);

        assertThat(streaming("I <b>will</b> not.", 2).call(json, context).text())
                .isEqualTo("I <b>will</b> not.");
        assertThat(heard).hasToString("I <b>will</b> not.");
        assertThat(streaming("hm</think>{}", 2)
                        .call(Providers.request(), context)
                        .text())
                .isEqualTo("hm</think>{}");
    }

    private LangChain4jClient streaming(String all, int size) {
        return LangChain4jClient.of(model(handler -> {
            for (int at = 0; at < all.length(); at += size) {
                piece(handler, all.substring(at, Math.min(all.length(), at + size)));
            }
            handler.onCompleteResponse(response(all));
        }));
    }

    @Test
    void pieceThatIsNull_isNoText() throws Exception {
        var client = LangChain4jClient.of(model(handler -> {
            handler.onPartialResponse((String) null);
            handler.onPartialResponse("Fine.");
            handler.onCompleteResponse(response("Fine."));
        }));

        assertThat(Providers.call(client).text()).isEqualTo("Fine.");
    }

    private ModelReply replyOf(String message, String... pieces) throws InterruptedException {
        return Providers.call(LangChain4jClient.of(model(handler -> {
            for (String piece : pieces) {
                piece(handler, piece);
            }
            handler.onCompleteResponse(response(message));
        })));
    }

    private String textOf(String message, String... pieces) throws InterruptedException {
        var client = LangChain4jClient.of(model(handler -> {
            for (String piece : pieces) {
                piece(handler, piece);
            }
            handler.onCompleteResponse(response(message));
        }));
        return client.call(Providers.request(), new CallContext(Providers.PURPOSE, Duration.ofSeconds(20), piece -> {}))
                .text();
    }

    @Test
    void errorWithoutACause_isAFailureWithAMessage() throws Exception {
        var client = LangChain4jClient.of(model(handler -> handler.onError(null)));

        assertThat(Providers.failure(client)).hasMessageContaining("without saying why");
    }

    private LangChain4jClient onItsOwnThread(Consumer<StreamingChatResponseHandler> writer) {
        return LangChain4jClient.of(model(handler -> Thread.ofVirtual().start(() -> writer.accept(handler))));
    }

    private static StreamingChatModel model(Consumer<StreamingChatResponseHandler> writer) {
        return new StreamingChatModel() {
            @Override
            public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
                writer.accept(handler);
            }
        };
    }

    private void piece(StreamingChatResponseHandler handler, String text) {
        handler.onPartialResponse(new PartialResponse(text), new PartialResponseContext(stream));
    }

    private static ChatResponse response(String text) {
        return ChatResponse.builder()
                .aiMessage(AiMessage.from(text))
                .finishReason(FinishReason.STOP)
                .tokenUsage(new TokenUsage(10, 5))
                .build();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
