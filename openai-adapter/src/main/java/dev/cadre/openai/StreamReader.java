// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.core.JsonField;
import com.openai.core.http.StreamResponse;
import com.openai.errors.SseException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ResponseTextDeltaEvent;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Reads a stream of events up to the one that holds the whole reply; a stream without it is a failure. */
final class StreamReader {
    private final String model;
    private final LimitHeaders headers;
    private final Failures failures;
    private final Consumer<String> text;

    private final Set<Long> commentary = new HashSet<>();
    private long lastSequenceNumber = -1;
    private boolean worked;

    StreamReader(String model, LimitHeaders headers, Failures failures, Consumer<String> text) {
        this.model = model;
        this.headers = headers;
        this.failures = failures;
        this.text = text;
    }

    Response read(StreamResponse<ResponseStreamEvent> stream) {
        try {
            return readEvents(stream);
        } catch (SseException e) {
            throw failures.inReply(model, ErrorBody.of(e.body()), headers, worked);
        }
    }

    private Response readEvents(StreamResponse<ResponseStreamEvent> stream) {
        long events = 0;
        for (Iterator<ResponseStreamEvent> iterator = stream.stream().iterator(); iterator.hasNext(); ) {
            ResponseStreamEvent event = iterator.next();
            events++;
            Optional<JsonField<Response>> last = last(event);
            if (last.isPresent()) {
                return last.get()
                        .asKnown()
                        .orElseThrow(() -> failures.malformed(model, "the last event holds no reply", headers));
            }
            worked |= isOutput(event);
            event.outputItemAdded()
                    .ifPresent(added ->
                            begun(added._item(), added._outputIndex().asKnown().orElse(-1L)));
            event.outputTextDelta().ifPresent(this::pass);
            event.error().ifPresent(error -> {
                throw failures.inReply(model, ErrorBody.ofEvent(error), headers, worked);
            });
        }
        throw failures.malformed(
                model,
                "the stream ended after %d events without the last one (content type %s)"
                        .formatted(events, headers.first("content-type").orElse("not given")),
                headers);
    }

    /** Whether the provider may have done some of the work, which it would bill. */
    boolean worked() {
        return worked;
    }

    private static boolean isOutput(ResponseStreamEvent event) {
        return event.isOutputItemAdded()
                || event.isContentPartAdded()
                || event.isOutputTextDelta()
                || event.isRefusalDelta()
                || event.isFunctionCallArgumentsDelta()
                || event.isReasoningTextDelta()
                || event.isReasoningSummaryPartAdded()
                || event.isReasoningSummaryTextDelta();
    }

    private static Optional<JsonField<Response>> last(ResponseStreamEvent event) {
        return event.completed()
                .map(completed -> completed._response())
                .or(() -> event.incomplete().map(incomplete -> incomplete._response()))
                .or(() -> event.failed().map(failed -> failed._response()));
    }

    private void begun(JsonField<ResponseOutputItem> item, long outputIndex) {
        boolean isCommentary = item.asKnown()
                .flatMap(ResponseOutputItem::message)
                .filter(ReplyReader::isCommentary)
                .isPresent();
        if (isCommentary) {
            commentary.add(outputIndex);
        }
    }

    private void pass(ResponseTextDeltaEvent event) {
        Optional<Long> sequenceNumber = event._sequenceNumber().asKnown();
        if (sequenceNumber.filter(number -> number <= lastSequenceNumber).isPresent()) {
            return; // delivered twice
        }
        lastSequenceNumber = sequenceNumber.orElse(lastSequenceNumber);
        if (!commentary.contains(event._outputIndex().asKnown().orElse(-1L))) {
            event._delta().asKnown().ifPresent(text);
        }
    }
}
