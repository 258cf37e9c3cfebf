// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.TokenUsage;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A model that answers, fails or hangs as it is told, and treats an interrupt as LangChain4j's own models do. */
final class ControlledChatModel implements ChatModel {
    private static final long PATIENCE_SECONDS = 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Supplier<ChatResponse> behaviour = () -> {
        throw new IllegalStateException("nothing was told");
    };
    private Duration timeLimit = Duration.ofDays(1);
    private int calls;
    private int open;
    private volatile @Nullable Integer cap;

    void replies(String text, TokenUsage usage) {
        behaviour = () -> ChatResponse.builder()
                .aiMessage(AiMessage.from(text))
                .modelName("gpt-5.4-nano")
                .finishReason(FinishReason.STOP)
                .tokenUsage(new dev.langchain4j.model.output.TokenUsage(
                        (int) usage.inputTokens(), (int) usage.outputTokens()))
                .build();
    }

    void fails(Supplier<RuntimeException> failure) {
        behaviour = () -> {
            throw failure.get();
        };
    }

    /** Never answers; gives up after the model's own limit, or after this time for the sake of the test. */
    void hangs(Duration atMost) {
        behaviour = () -> {
            Duration patience = timeLimit.compareTo(atMost) < 0 ? timeLimit : atMost;
            lock.lock();
            try {
                long left = patience.toNanos();
                while (left > 0) {
                    left = changed.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e); // as the JDK's client is wrapped
            } finally {
                lock.unlock();
            }
            throw new TimeoutException("no reply");
        };
    }

    void limitsTimeTo(Duration limit) {
        timeLimit = limit;
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        cap = request.maxOutputTokens();
        count(1, 1);
        try {
            return behaviour.get();
        } finally {
            count(0, -1);
        }
    }

    private void count(int begun, int opened) {
        lock.lock();
        try {
            calls += begun;
            open += opened;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    int calls() {
        lock.lock();
        try {
            return calls;
        } finally {
            lock.unlock();
        }
    }

    OptionalLong receivedCap() {
        Integer last = cap;
        return last == null ? OptionalLong.empty() : OptionalLong.of(last);
    }

    boolean awaitOpenCalls(int count) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (open != count && left > 0) {
                left = changed.awaitNanos(left);
            }
            return open == count;
        } finally {
            lock.unlock();
        }
    }
}
