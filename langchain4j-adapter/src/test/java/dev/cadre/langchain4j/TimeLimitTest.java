// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelException.TimedOut;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A model whose reply begins and never ends, as that of a server which falls silent behind its headers. */
@Timeout(30)
class TimeLimitTest {
    private static final CallPurpose PURPOSE =
            new CallPurpose(CallPurpose.Kind.WORK, "run-1", "a", "note", "", Tier.NANO);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final ChatModel silent = new ChatModel() {
        @Override
        public ChatResponse chat(ChatRequest request) {
            asked.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw new IllegalStateException(e);
            }
            throw new AssertionError("nobody counts it down");
        }
    };

    private void call(Duration limit) throws InterruptedException {
        LangChain4jClient.of(silent).call(ModelRequest.of("m", "Work.", "input", 100), CallContext.of(PURPOSE, limit));
    }

    @Test
    void callOfAWholeModel_endsAtItsLimit_andIsInterrupted() throws InterruptedException {
        assertThatThrownBy(() -> call(Duration.ofMillis(1)))
                .isInstanceOfSatisfying(
                        TimedOut.class, late -> assertThat(late.charge()).isEqualTo(Charge.UNKNOWN));
        interrupted.await();
    }

    @Test
    void interruptOfTheCaller_reachesTheModel() throws Exception {
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                call(Duration.ofHours(1));
            } catch (InterruptedException expected) {
                Thread.currentThread().interrupt();
            }
        });
        asked.await();

        caller.interrupt();

        interrupted.await();
        caller.join();
    }

    /** One that writes all of its reply, or nothing, before it returns. */
    @Test
    void callOfAStreamingModel_thatDoesNotReturn_endsAtItsLimit_andIsInterrupted() throws InterruptedException {
        var streaming = new StreamingChatModel() {
            @Override
            public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
                silent.chat(request);
            }
        };

        assertThatThrownBy(() -> LangChain4jClient.of(streaming)
                        .call(
                                ModelRequest.of("m", "Work.", "input", 100),
                                CallContext.of(PURPOSE, Duration.ofMillis(1))))
                .isInstanceOfSatisfying(
                        TimedOut.class, late -> assertThat(late.charge()).isEqualTo(Charge.UNKNOWN));
        interrupted.await();
    }
}
