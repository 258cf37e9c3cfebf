// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.JsonValue;
import com.openai.models.responses.Response;
import dev.cadre.model.ModelRequest;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a stream of events up to the one that holds the whole reply; a stream without it is a failure. */
final class StreamReader {
    private static final ObjectReader REPLY = ServerJson.MAPPER.readerFor(Response.class);
    private static final String PREFIX = "response.";
    private static final String ERROR = "error";
    private static final String DELTA = "delta";

    /** The events that come with work which the provider would bill, reasoning included. */
    private static final Set<String> OUTPUT_TYPES = Set.of(
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.refusal.delta",
            "response.function_call_arguments.delta",
            "response.reasoning_text.delta",
            "response.reasoning_summary_part.added",
            "response.reasoning_summary_text.delta");

    /** The events that end a stream; the last name is none of the API's. */
    private static final Set<String> LAST_TYPES = Set.of(
            "response.completed", "response.incomplete", "response.failed", "response.cancelled", "response.done");

    private final String model;
    private final ResponseForm form;
    private final LimitHeaders headers;
    private final Failures failures;
    private final ReplyNotes notes;
    private final Consumer<String> text;
    private final Runnable nextMessage;

    private final StreamedItems items;
    private final Repeats repeats = new Repeats();
    private @Nullable StreamedItem heard;
    private boolean worked;

    /**
     * @param text what hears the pieces of the answer
     * @param nextMessage what hears that those of another message follow
     */
    StreamReader(
            ModelRequest request,
            LimitHeaders headers,
            Failures failures,
            ReplyNotes notes,
            Consumer<String> text,
            Runnable nextMessage) {
        model = request.model();
        form = new ResponseForm(request, notes);
        items = new StreamedItems(form, notes);
        this.headers = headers;
        this.failures = failures;
        this.notes = notes;
        this.text = text;
        this.nextMessage = nextMessage;
    }

    Response read(ServerEvents events) throws IOException {
        long count = 0;
        for (Optional<ObjectNode> next = events.next(); next.isPresent(); next = events.next()) {
            ObjectNode event = next.get();
            count++;
            String type = event.path("type").asText();
            boolean repeated = repeats.isRepeated(event);
            worked |= OUTPUT_TYPES.contains(type);
            if (LAST_TYPES.contains(type)) {
                return last(event, type);
            }
            failIfError(event, type);
            if (repeated) {
                notes.add("an event that was delivered twice was read once");
            } else {
                collect(event, type);
            }
        }
        throw failures.malformed(
                model,
                "the stream ended after %d events without the last one (content type %s)"
                        .formatted(count, headers.first("content-type").orElse("not given")),
                headers);
    }

    private void collect(ObjectNode event, String type) {
        switch (type) {
            case "response.output_item.added" -> items.begin(event);
            case "response.output_item.done" -> items.finish(event);
            case "response.output_text.delta" -> addText(event);
            case "response.output_text.done" -> addWholeText(event);
            case "response.refusal.delta" ->
                items.message(event).addRefusal(part(event), event.path(DELTA).asText(""));
            case "response.refusal.done" ->
                items.message(event)
                        .addWholeRefusal(part(event), event.path("refusal").asText(""));
            case "response.function_call_arguments.delta", "response.function_call_arguments.done" ->
                items.addArguments(event);
            default -> {}
        }
    }

    /** Whether the provider may have done some of the work, which it would bill. */
    boolean worked() {
        return worked;
    }

    private void failIfError(ObjectNode event, String type) {
        boolean isError = ResponseStatus.isError(event.path(ERROR));
        if (isError || type.equals(ERROR)) {
            JsonNode error = isError ? event.get(ERROR) : event;
            throw failures.inReply(
                    model,
                    ErrorBody.of(JsonValue.fromJsonNode(error)),
                    headers,
                    worked,
                    UsageReader.billed(event, model, notes));
        }
    }

    private Response last(ObjectNode event, String type) throws IOException {
        if (!(event.path("response") instanceof ObjectNode whole)) {
            throw failures.malformed(model, "the last event holds no reply", headers);
        }
        if (ResponseStatus.isError(event.path(ERROR)) && !ResponseStatus.isError(whole.path(ERROR))) {
            whole.set(ERROR, event.path(ERROR));
        }
        String named = type.substring(PREFIX.length());
        if (named.equals("done")) {
            notes.add("the last event had a name that is no part of the API");
        }
        form.apply(whole, items, named.equals("done") ? "" : named.equals("cancelled") ? ResponseStatus.FAILED : named);
        return REPLY.readValue(whole);
    }

    private static int part(ObjectNode event) {
        return event.path("content_index").asInt(0);
    }

    private void addText(ObjectNode event) {
        StreamedItem message = items.message(event);
        String delta = event.path(DELTA).asText("");
        if (!delta.isEmpty()) {
            message.addText(part(event), delta);
            pass(message, delta);
        }
    }

    /** Some servers send a text only when it is whole. */
    private void addWholeText(ObjectNode event) {
        StreamedItem message = items.message(event);
        String whole = event.path("text").asText("");
        if (!message.hasTextAt(part(event)) && !whole.isEmpty()) {
            pass(message, whole);
        }
        message.addWholeText(part(event), whole);
    }

    private void pass(StreamedItem message, String piece) {
        if (message.isCommentary()) {
            return;
        }
        if (heard != null && heard != message) {
            nextMessage.run();
        }
        heard = message;
        text.accept(piece);
    }

    /**
     * Finds an event that was delivered twice: the same as the one before, number included, where numbers rise. A number
     * alone proves nothing, because some servers give every event the same or begin anew.
     */
    private static final class Repeats {
        private static final String NUMBER = "sequence_number";

        private ObjectNode last = JsonNodeFactory.instance.objectNode();
        private boolean rose;
        private boolean broken;

        /** Takes the next event; returns whether it is the last one again. */
        boolean isRepeated(ObjectNode event) {
            boolean same = event.equals(last);
            if (last.path(NUMBER).isIntegralNumber() && !same) {
                boolean rises =
                        event.path(NUMBER).asLong(-1) > last.path(NUMBER).asLong();
                rose |= rises;
                broken |= !rises;
            }
            last = event;
            return same && rose && !broken;
        }
    }
}
