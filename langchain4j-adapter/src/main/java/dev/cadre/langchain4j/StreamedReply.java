// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.json.Json;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The reply of one streamed call: LangChain4j's threads put its pieces in, the calling thread takes them out. The stream
 * is cancelled as soon as nobody waits for it; LangChain4j gives the means to do so with the first piece.
 */
final class StreamedReply implements StreamingChatResponseHandler {
    private sealed interface Event {
        record Text(String piece) implements Event {}

        record Complete(ChatResponse response) implements Event {}

        /** The answer and its usage are there, or an error; only the end of the stream is missing. */
        record Finished() implements Event {}

        record Failed(Throwable cause) implements Event {}
    }

    /** The time that a server may take to end the stream when the answer and its usage are there. */
    private static final Duration WAIT_FOR_END = Duration.ofSeconds(2);

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Duration timeout;
    private final long startNanos = System.nanoTime();

    /** Whether the model has begun to write: what follows may be billed. */
    private volatile boolean begun;

    /** Whether nobody waits for the reply any more. */
    private volatile boolean abandoned;

    private volatile @Nullable StreamingHandle handle;
    private volatile boolean blocked;
    private volatile boolean callsTools;
    private volatile ErrorBody error = ErrorBody.NONE;

    /** The events that say why the model stopped, and what it used. */
    private final List<Json.Obj> ends = new CopyOnWriteArrayList<>();

    StreamedReply(Duration timeout) {
        this.timeout = timeout;
    }

    /** Waits for the end of the reply, and hands on its text until then. */
    Answer await(Consumer<String> text) throws InterruptedException {
        boolean ended = false;
        boolean finished = false;
        long endNanos = startNanos + timeout.toNanos();
        var whole = new StreamedText();
        try {
            while (true) {
                @Nullable Event event = events.poll(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
                ended = event instanceof Event.Complete || event instanceof Event.Failed;
                switch (event) {
                    case null -> {
                        if (finished) {
                            return unended(whole.toString());
                        }
                        throw new ModelException.TimedOut("no complete reply within " + timeout, Charge.UNKNOWN);
                    }
                    case Event.Finished() -> {
                        finished = true;
                        endNanos = Math.min(endNanos, System.nanoTime() + WAIT_FOR_END.toNanos());
                    }
                    case Event.Text(String piece) -> {
                        finished = false; // a server may say with every piece why the model will have stopped
                        endNanos = startNanos + timeout.toNanos();
                        whole.add(piece);
                        text.accept(piece);
                    }
                    case Event.Complete(ChatResponse response) -> {
                        return complete(response, whole);
                    }
                    case Event.Failed(Throwable cause) -> throw failure(cause);
                }
            }
        } finally {
            if (!ended) {
                abandoned = true;
                cancel();
            }
        }
    }

    private void throwError() {
        if (error.isPresent()) {
            throw Failures.inReply(error, begun, null);
        }
    }

    /** What a server has sent that does not end its stream. */
    private Answer unended(String text) {
        throwError();
        var raw = new RawReply(List.copyOf(ends));
        var response = ChatResponse.builder()
                .aiMessage(AiMessage.from(text))
                .modelName(raw.model().orElse(null))
                .build();
        return new Answer(response, raw, List.of("the server did not end the stream behind the end of the answer"), "");
    }

    /** A stream that lost its end looks whole to LangChain4j, but has no finish reason. */
    private Answer complete(ChatResponse response, StreamedText pieces) {
        RawReply raw = RawReply.of(response);
        if (!raw.error().isPresent()) {
            throwError();
        }
        if (response.finishReason() == null
                && raw.finishWord().isEmpty()
                && !raw.error().isPresent()) {
            throw blocked
                    ? new ContentFilteredException("the prompt was blocked")
                    : new ModelException.MalformedReply("the stream ended before its finish reason", null);
        }
        String text = pieces.besideMessage(
                Objects.requireNonNullElse(response.aiMessage().text(), ""));
        AiMessage message = response.aiMessage().toBuilder()
                .text(text.isEmpty() ? null : text)
                .build();
        return new Answer(
                ChatResponse.builder()
                        .aiMessage(message)
                        .metadata(response.metadata())
                        .build(),
                raw,
                pieces.notes(),
                pieces.defect());
    }

    private RuntimeException failure(Throwable cause) throws InterruptedException {
        if (Failures.areOfAFilter(cause)) {
            return new ContentFilteredException(cause);
        }
        Interrupts.throwIfIn(cause);
        ModelException failure =
                Failures.of(cause instanceof Exception known ? known : new IllegalStateException(cause));
        return begun && failure.charge() == Charge.FREE ? billedPerhaps(failure) : failure;
    }

    /** The model had written when it was turned away: that may be billed. */
    private static ModelException billedPerhaps(ModelException failure) {
        return new ModelException.ServerFailed(
                String.valueOf(failure.getMessage()),
                200,
                Charge.UNKNOWN,
                failure.retryAfter().orElse(null));
    }

    @Override
    public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
        began(context.streamingHandle());
        events.add(new Event.Text(piece.text()));
    }

    /** Of models that cannot be cancelled. */
    @Override
    public void onPartialResponse(@Nullable String piece) {
        begun = true;
        if (piece != null) {
            events.add(new Event.Text(piece));
        }
    }

    @Override
    public void onPartialThinking(PartialThinking piece, PartialThinkingContext context) {
        began(context.streamingHandle());
    }

    @Override
    public void onPartialToolCall(PartialToolCall piece, PartialToolCallContext context) {
        callsTools = true;
        began(context.streamingHandle());
    }

    /** LangChain4j makes nothing of an event without a text: an error, the end of an answer, a prompt that was blocked. */
    @Override
    public void onUnmappedRawEvent(Object event) {
        RawReply.ofEvent(event).ifPresent(this::heard);
    }

    private void heard(Json.Obj body) {
        var raw = new RawReply(List.of(body));
        blocked = blocked || RawReply.saysBlocked(body);
        callsTools = callsTools || raw.calls().findAny().isPresent();
        begun = begun || callsTools || raw.isThought();
        if (raw.error().isPresent() && new RawReply(ends).finishWord().isEmpty()) {
            error = raw.error(); // its bill may follow
            events.add(new Event.Finished());
        } else if (!raw.finishWord().isEmpty() || raw.usages().findAny().isPresent()) {
            ends.add(body);
            var end = new RawReply(ends);
            if (begun
                    && !callsTools
                    && !end.finishWord().isEmpty()
                    && end.usages().findAny().isPresent()) {
                events.add(new Event.Finished());
            }
        }
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
        events.add(new Event.Complete(response));
    }

    @Override
    public void onError(@Nullable Throwable error) {
        events.add(new Event.Failed(
                error == null ? new IllegalStateException("the model failed without saying why") : error));
    }

    private void began(StreamingHandle stream) {
        begun = true;
        handle = stream;
        if (abandoned) {
            cancel();
        }
    }

    private void cancel() {
        StreamingHandle stream = handle;
        if (stream != null && !stream.isCancelled()) {
            stream.cancel();
        }
    }
}
