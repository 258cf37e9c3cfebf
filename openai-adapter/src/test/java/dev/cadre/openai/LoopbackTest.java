// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** One server and one client for all tests of a class: the first call of a process takes seconds. */
abstract class LoopbackTest {
    static final String KEY = "sk-canary-0123456789abcdef";
    static final String MODEL = "gpt-5.4-nano";
    static final Duration AMPLE = Duration.ofSeconds(60);
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    static final ModelRequest REQUEST = ModelRequest.of(MODEL, "Answer.", "How are you?", 64);
    static final CallPurpose PURPOSE =
            new CallPurpose(CallPurpose.Kind.WORK, "run", "subtask", "type", "{}", Tier.NANO);

    static LoopbackOpenAi server;
    static OpenAiClient client;

    @BeforeAll
    static void start() {
        server = LoopbackOpenAi.start();
        client = OpenAiClient.builder(KEY)
                .baseUrl(server.baseUrl())
                .responses()
                .clock(() -> NOW)
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @BeforeEach
    void reset() {
        server.reset();
    }

    static CallContext plain() {
        return CallContext.of(PURPOSE, AMPLE);
    }

    static CallContext streamed(Consumer<String> text) {
        return new CallContext(PURPOSE, AMPLE, text);
    }

    /** The reply to the standard request, scripted as given. */
    static ModelReply replyTo(LoopbackReply scripted) throws InterruptedException {
        server.onAny().replies(scripted);
        return client.call(REQUEST, plain());
    }

    /** The failure of the standard request, not streamed. */
    static <E extends ModelException> E failure(Class<E> type, LoopbackReply scripted) {
        return failure(type, plain(), scripted);
    }

    /** The failure of the standard request; also checks that it was sent once and that the key is in no message. */
    static <E extends ModelException> E failure(Class<E> type, CallContext context, LoopbackReply scripted) {
        server.reset();
        server.onAny().replies(scripted);
        Throwable failure = catchThrowable(() -> client.call(REQUEST, context));
        assertThat(failure).isInstanceOf(type);
        assertThat(server.requests()).hasSize(1);
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            assertThat(cause.toString()).doesNotContain(KEY);
        }
        return type.cast(failure);
    }
}
